import {parseZtunnelDump} from '../../formats/istio/ztunnel-dump.js'
import type {ZtunnelDump} from '../../model/istio/ztunnel.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'

/** What a ztunnel knows; undefined where its config_dump could not be read. */
export async function readZtunnel(source: Source, ref: PodRef): Promise<ZtunnelDump | undefined> {
  const artifact = await source.evidence('ztunnel.config_dump', ref)
  const parsed = artifact.ok ? parseZtunnelDump(artifact.value) : artifact
  return parsed.ok ? parsed.value.dump : undefined
}
