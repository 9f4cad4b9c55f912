import {traceRequest} from '../../analysis/envoy/trace.js'
import {parseEnvoyCase} from '../../formats/envoy-cases/parse.js'
import {proxyOf} from '../../formats/envoy-proto/proxy.js'
import type {Outcome} from '../../model/envoy/decision.js'
import type {Surroundings} from '../../model/envoy/proxy.js'
import {caseUpstream} from './case-upstreams.js'

/** The answer to one case: the fields of the case form, `null` where there is nothing; or why it is not known. */
export type CaseAnswer =
  | {readonly id: string; readonly unknown: true; readonly reason: string}
  | {
      readonly id: string
      readonly listener: string | null
      readonly filter_chain: string | null
      readonly route: string | null
      readonly vhost: string | null
      readonly cluster: string | readonly string[] | null
      readonly status: number | null
      readonly flags: readonly string[]
      readonly details: string | null
      readonly termination_details: string | null
      readonly location: string | null
      readonly upstream_path: string | null
      readonly upstream_host: string | null
      readonly remote_ip: string | null
    }

/** Clients of the case form wait this long for an answer, in milliseconds. */
const PATIENCE = 2000

function fieldsOf(id: string, outcome: Outcome): CaseAnswer {
  return {
    id,
    listener: outcome.listener,
    filter_chain: outcome.filterChain,
    route: outcome.route,
    vhost: outcome.virtualHost,
    cluster: outcome.cluster,
    status: outcome.status,
    flags: outcome.flags,
    details: outcome.details,
    termination_details: outcome.terminationDetails,
    location: outcome.location,
    upstream_path: outcome.upstreamPath,
    upstream_host: outcome.upstreamHost,
    remote_ip: outcome.remoteIp,
  }
}

/** Answers the cases of one configuration folder: its parsed config_dump, and one parsed case a line. */
export function answerEnvoyCases(dump: unknown, cases: readonly unknown[]): readonly CaseAnswer[] {
  const proxy = proxyOf(dump)
  const surroundings: Surroundings = {upstream: caseUpstream, now: proxy.updatedAt ?? 0, patience: PATIENCE}
  return cases.flatMap(json => {
    const parsed = parseEnvoyCase(json)
    if (parsed === undefined) return []
    const decision = traceRequest(proxy, parsed.request, surroundings)
    if (!decision.decided) return [{id: parsed.id, unknown: true as const, reason: decision.reason}]
    return [fieldsOf(parsed.id, decision.outcome)]
  })
}
