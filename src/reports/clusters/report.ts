import {answeredFrom, noted} from '../../evidence/provenance.js'
import {decodeClusters} from '../../formats/envoy-config-dump/clusters.js'
import {resourceJson} from '../../formats/envoy-config-dump/proto-json.js'
import {resourcesOf} from '../../formats/envoy-config-dump/resources.js'
import {byClusterName, type EnvoyCluster} from '../../model/envoy/envoy-cluster.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {loadDump, noneIn, nothingLeft, pendingNotes, requiredSection, unreadNotes} from '../config-dump.js'
import type {Report} from '../report.js'

export interface ClusterFilter {
  readonly fqdn?: string | undefined
  readonly direction?: string | undefined
  readonly subset?: string | undefined
  readonly port?: number | undefined
}

export interface ClusterReport extends Report {
  readonly subject: PodRef
  readonly clusters: readonly EnvoyCluster[]
  readonly artifact: Artifact
  /** istioctl's document: the same clusters as proto3 JSON. */
  readonly document: () => unknown
}

/** Filters are substring tests on the whole cluster name, as in istioctl; port 0 means any. */
function keeps(filter: ClusterFilter, name: string): boolean {
  return (
    name.includes(filter.fqdn ?? '') &&
    name.includes(filter.direction ?? '') &&
    name.includes(filter.subset ?? '') &&
    (!filter.port || name.includes(`|${filter.port}|`))
  )
}

/** The clusters of a section that match the filter, in istioctl's order; an empty section is an error. */
export function clustersIn(section: unknown, filter: ClusterFilter): readonly EnvoyCluster[] {
  const clusters = decodeClusters(section)
  if (clusters.length === 0 && !filter.fqdn && pendingNotes('Clusters', section).length === 0)
    throw noneIn('Clusters', section)
  return clusters.filter(({name}) => keeps(filter, name)).sort(byClusterName)
}

/** The clusters of a pod's Envoy, filtered, sorted by host, subset, port and direction. */
export async function clusterReport(given: Source, subject: PodRef, filter: ClusterFilter): Promise<ClusterReport> {
  const source = noted(given)
  const {artifact, dump} = await loadDump(source, subject, ['clusters'], filter.fqdn ? [filter.fqdn] : [])
  const section = requiredSection(dump, 'Clusters', source)
  const clusters = clustersIn(section, filter)
  const all = clusters.length > 0 ? 0 : resourcesOf(section, 'Clusters').length
  const notes = [
    ...pendingNotes('Clusters', section),
    ...unreadNotes('Clusters', [section]),
    ...nothingLeft(clusters.length, all, 'clusters'),
  ]
  const document = () => clusters.map(cluster => resourceJson(cluster.json))
  return {...answeredFrom(source), gaps: artifact.incomplete ?? [], notes, subject, artifact, clusters, document}
}
