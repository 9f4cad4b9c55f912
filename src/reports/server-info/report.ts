import {answeredFrom, noted} from '../../evidence/provenance.js'
import {parseServerInfo, type ServerInfo} from '../../formats/envoy-server-info.js'
import type {Artifact} from '../../model/evidence.js'
import type {PodRef} from '../../model/kube-object.js'
import type {Source} from '../../sources/source.js'
import {type Report, required} from '../report.js'

export interface ServerInfoReport extends Report {
  readonly subject: PodRef
  readonly info: ServerInfo
  readonly artifact: Artifact
}

/** Version, state, uptime, options and node of a pod's Envoy. */
export async function serverInfoReport(given: Source, subject: PodRef): Promise<ServerInfoReport> {
  const source = noted(given)
  const artifact = required(await source.evidence('envoy.server_info', subject), source, 'envoy.server_info')
  const info = required(parseServerInfo(artifact), source, 'envoy.server_info')
  return {...answeredFrom(source), gaps: [], notes: [], subject, info, artifact}
}
