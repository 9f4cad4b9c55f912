import {parseZtunnelDump} from '../../formats/ztunnel-dump.js'
import type {PodRef} from '../../model/kube-object.js'
import type {ZtunnelDump} from '../../model/ztunnel.js'
import type {Source} from '../../sources/source.js'

/** What a ztunnel knows; undefined where its config_dump could not be read. */
export async function readZtunnel(source: Source, ref: PodRef): Promise<ZtunnelDump | undefined> {
  const artifact = await source.evidence('ztunnel.config_dump', ref)
  const parsed = artifact.ok ? parseZtunnelDump(artifact.value) : artifact
  return parsed.ok ? parsed.value.dump : undefined
}
