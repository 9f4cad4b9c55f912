import {traceRequest} from '../../analysis/envoy/trace.js'
import {addressBesideHost} from '../../analysis/request-path/address-beside-host.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {parseConfigDump} from '../../formats/envoy-config-dump/parse.js'
import {proxyOf} from '../../formats/envoy-proto/proxy.js'
import type {Decision} from '../../model/envoy/decision.js'
import type {EnvoyRequest} from '../../model/envoy/request.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {type Report, required} from '../report.js'
import {type RequestSpec, requestFrom} from './request-spec.js'

const ID = 'envoy.config_dump'

export interface TraceReport extends Report {
  readonly subject: PodRef
  readonly request: EnvoyRequest
  readonly decision: Decision
}

/** Simulates one request on one Envoy by its config_dump. Upstream servers are not simulated. */
export async function traceReport(given: Source, subject: PodRef, spec: RequestSpec): Promise<TraceReport> {
  const source = noted(given)
  const artifact = required(await source.evidence(ID, subject), source, ID)
  const dump = required(parseConfigDump(artifact), source, ID)
  const proxy = proxyOf(dump.json)
  const {request, notes} = requestFrom(spec, proxy, (host, port) => addressBesideHost(proxy, host, port))
  const now = artifact.provenance.capturedAt === undefined ? Date.now() : Date.parse(artifact.provenance.capturedAt)
  const decision = traceRequest(proxy, request, {upstream: () => undefined, now, patience: Infinity})
  const gaps = artifact.incomplete ?? []
  return {...answeredFrom(source), gaps, notes, undecided: !decision.decided, subject, request, decision}
}
