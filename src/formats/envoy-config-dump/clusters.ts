import {clusterNameParts, type EnvoyCluster} from '../../model/envoy/envoy-cluster.js'
import {field, textOf} from '../decode.js'
import {decodeTraits} from './cluster-traits.js'
import {managedBy} from './management.js'
import {resourcesOf} from './resources.js'

function typeName(cluster: unknown): string {
  const type = field(cluster, 'type')
  return typeof type === 'string' || typeof type === 'number' ? String(type) : 'STATIC'
}

/** The active dynamic and the static clusters of a ClustersConfigDump, in dump order. */
export function decodeClusters(section: unknown): readonly EnvoyCluster[] {
  return resourcesOf(section, 'Clusters').map(json => {
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
