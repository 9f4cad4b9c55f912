import {clusterNameParts, type EnvoyCluster} from '../../model/envoy-cluster.js'
import {at, field, listOf, textOf} from '../decode.js'
import {decodeTraits} from './cluster-traits.js'
import {managedBy} from './management.js'

function typeName(cluster: unknown): string {
  const type = field(cluster, 'type')
  return typeof type === 'string' || typeof type === 'number' ? String(type) : 'STATIC'
}

/** The active dynamic and the static clusters of a ClustersConfigDump, in dump order. */
export function decodeClusters(section: unknown): readonly EnvoyCluster[] {
  const entries = [...listOf(section, 'dynamic_active_clusters'), ...listOf(section, 'static_clusters')]
  return entries.map(entry => {
    const json = at(entry, 'cluster')
    const name = textOf(json, 'name') ?? ''
    return {
      name,
      parts: clusterNameParts(name),
      type: typeName(json),
      rule: managedBy(json),
      get traits() {
        return decodeTraits(json)
      },
      json,
    }
  })
}
