import {traceRequest} from '../../analysis/envoy/trace.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {parseConfigDump} from '../../formats/envoy-config-dump/parse.js'
import {proxyOf} from '../../formats/envoy-proto/proxy.js'
import type {Decision} from '../../model/envoy/decision.js'
import type {EnvoyProxy} from '../../model/envoy/proxy.js'
import type {EnvoyRequest} from '../../model/envoy/request.js'
import {parseIp} from '../../model/ip-address.js'
import type {PodRef} from '../../model/kube-object.js'
import type {Source} from '../../sources/source.js'
import {type Report, required} from '../report.js'
import {type RequestSpec, requestFrom} from './request-spec.js'

const ID = 'envoy.config_dump'

export interface TraceReport extends Report {
  readonly subject: PodRef
  readonly request: EnvoyRequest
  readonly decision: Decision
}

/** The address a route configuration lists beside a host among the domains of one virtual host, as istiod writes them. */
function addressIn(proxy: EnvoyProxy): (host: string, port: number) => string | undefined {
  return (host, port) => {
    const named = proxy
      .routeNames()
      .filter(name => name === String(port) || name.startsWith(`${host}.`) || name.startsWith(`${host}:`))
    for (const name of named) {
      const domains = proxy.routeConfiguration(name)?.virtualHosts.map(each => each.domains) ?? []
      const found = domains.find(each => each.includes(host))?.find(each => parseIp(each) !== undefined)
      if (found !== undefined) return found
    }
    return undefined
  }
}

/** Asks one Envoy, by its config_dump, what it does with one request. The servers behind it are not asked. */
export async function traceReport(given: Source, subject: PodRef, spec: RequestSpec): Promise<TraceReport> {
  const source = noted(given)
  const artifact = required(await source.evidence(ID, subject), source, ID)
  const dump = required(parseConfigDump(artifact), source, ID)
  const proxy = proxyOf(dump.json)
  const {request, notes} = requestFrom(spec, proxy, addressIn(proxy))
  const now = artifact.provenance.capturedAt === undefined ? Date.now() : Date.parse(artifact.provenance.capturedAt)
  const decision = traceRequest(proxy, request, {upstream: () => undefined, now, patience: Infinity})
  return {...answeredFrom(source), gaps: [], notes, subject, request, decision}
}
