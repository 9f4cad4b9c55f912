import {answeredFrom, noted} from '../../evidence/provenance.js'
import {parseServerInfo, type ServerInfo} from '../../formats/envoy/envoy-server-info.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import {humanDuration} from '../../model/text/human-duration.js'
import type {Source} from '../../sources/source.js'
import {type Report, required} from '../report.js'

export interface ServerInfoReport extends Report {
  readonly subject: PodRef
  readonly info: ServerInfo
  readonly artifact: Artifact
  /** What is wrong with the state Envoy reports; absent when nothing is. */
  readonly problem?: string
}

/** Envoy opens its listeners within seconds once clusters, listeners and their secrets have come. */
const INITIALIZING_SECONDS = 60

/** A state in which Envoy takes no traffic for longer than a start or an end takes (admin.v3.ServerInfo.State; Envoy, initialization). */
function stateProblem({state, uptime}: ServerInfo): string | undefined {
  const seconds = Number.parseFloat(uptime)
  const since = Number.isFinite(seconds) ? ` for ${humanDuration(seconds * 1000)}` : ''
  if (/INITIALIZING$/.test(state)) {
    if (seconds < INITIALIZING_SECONDS) return undefined
    return `Envoy is still initializing${since}: it has not opened its listeners and serves no traffic. It is waiting for clusters, their endpoints, listeners or certificates (secrets): look for warming resources with meshctl proxy-config all, and for the connection to istiod in its log.`
  }
  if (state === 'DRAINING')
    return 'Envoy is draining: it finishes open connections and fails its health check. The pod is being stopped, or /healthcheck/fail was called.'
  return undefined
}

/** Version, state, uptime, options and node of a pod's Envoy. */
export async function serverInfoReport(given: Source, subject: PodRef): Promise<ServerInfoReport> {
  const source = noted(given)
  const artifact = required(await source.evidence('envoy.server_info', subject), source, 'envoy.server_info')
  const info = required(parseServerInfo(artifact), source, 'envoy.server_info')
  const problem = stateProblem(info)
  return {
    ...answeredFrom(source),
    gaps: artifact.incomplete ?? [],
    notes: [],
    subject,
    info,
    artifact,
    ...definedFields({problem}),
    failing: problem !== undefined,
  }
}
