import {traceRequest} from '../../analysis/envoy/trace.js'
import {type JudgedCase, judgedCase} from '../../analysis/expectations/judge.js'
import {objectOf} from '../../formats/decode.js'
import {parseEnvoyCase} from '../../formats/envoy-cases/parse.js'
import {proxyOf} from '../../formats/envoy-proto/proxy.js'
import {parseJson} from '../../formats/json-text.js'
import type {RequestOutcome} from '../../model/envoy/decision.js'
import type {EnvoyProxy, Surroundings} from '../../model/envoy/proxy.js'
import {gapSentence} from '../../model/evidence/answer.js'
import type {ReportProvenance} from '../../model/evidence/provenance.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {CaseFolder} from '../../sources/case-folders/folder.js'
import type {Origin} from '../../sources/source.js'
import type {Report} from '../report.js'
import {caseUpstream} from './case-upstreams.js'

/** The result of one case: the fields of the format, `null` where there is nothing; or why it is undetermined. */
export type TraceCaseResult =
  | {readonly id: string; readonly unknown: true; readonly reason: string}
  | ({
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
    } & JudgedCase)

export interface EnvoyCasesReport extends Report {
  readonly answers: readonly TraceCaseResult[]
}

/** The client timeout of case files, in milliseconds. */
const PATIENCE = 2000

/** What a case may expect. */
const EXPECTABLE = [
  'listener',
  'filter_chain',
  'route',
  'vhost',
  'cluster',
  'status',
  'flags',
  'details',
  'termination_details',
  'location',
  'upstream_path',
  'upstream_host',
  'remote_ip',
]

function fieldsOf(id: string, outcome: RequestOutcome): TraceCaseResult {
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

function answerCase(proxy: EnvoyProxy, json: unknown, place: string): TraceCaseResult {
  const parsed = parseEnvoyCase(json)
  if (parsed === undefined) throw new UserError(`${place} is not a case: it needs id, dst and protocol`)
  const surroundings: Surroundings = {upstream: caseUpstream, now: proxy.updatedAt ?? 0, patience: PATIENCE}
  const decision = traceRequest(proxy, parsed.request, surroundings)
  if (!decision.decided) return {id: parsed.id, unknown: true, reason: decision.reason}
  const answer = fieldsOf(parsed.id, decision.outcome)
  const expect = objectOf(json, 'expect')
  return expect === undefined ? answer : judgedCase(answer, expect, EXPECTABLE)
}

function jsonIn(text: string, place: string): unknown {
  const json = parseJson(Buffer.from(text), place)
  if (!json.ok) throw new UserError(gapSentence(json.gap))
  return json.value
}

/** Traces the cases of one configuration folder, in file order. */
export function answerFolder({path, configDump, cases}: CaseFolder): readonly TraceCaseResult[] {
  const proxy = proxyOf(jsonIn(configDump, `${path}/config_dump`))
  return cases.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return []
    const place = `${path}/cases.jsonl line ${i + 1}`
    return [answerCase(proxy, jsonIn(line, place), place)]
  })
}

/** Traces every case of the given folders. Undetermined ones have a reason and are counted. */
export async function envoyCasesReport(folders: AsyncIterable<CaseFolder>, origin: Origin): Promise<EnvoyCasesReport> {
  const answers: TraceCaseResult[] = []
  for await (const folder of folders) answers.push(...answerFolder(folder))
  const unknown = answers.filter(each => 'unknown' in each).length
  const judged = answers.flatMap(each => ('unknown' in each || each.ok === undefined ? [] : [each.ok]))
  const kept = judged.filter(ok => ok).length
  const notes = [
    ...(judged.length === 0 ? [] : [`${kept} of ${judged.length} cases are as expected`]),
    ...(unknown === 0 ? [] : [`${unknown} of ${answers.length} cases are undecided; the reason is in each row`]),
  ]
  const provenance: ReportProvenance = {
    live: false,
    complete: true,
    evidence: [{evidence: 'envoy.config_dump', source: 'given', via: 'file', shows: 'state', from: origin.label}],
  }
  return {origin, provenance, gaps: [], notes, answers, failing: kept < judged.length}
}
