import {WORKLOAD_CONFIG_KINDS} from '../../formats/istio-config/kubernetes.js'
import type {ConfigObject} from '../../model/istio-config/config-object.js'

/** What the control plane of a cluster also reads of the other clusters (istio.io, "Deployment Models"); the configuration of the mesh it reads of its own alone. */
const SHARED = new Set(['Service', 'Namespace', 'Node', 'Secret', ...WORKLOAD_CONFIG_KINDS])

/** The objects as the control plane of one cluster sees them. */
export interface ClusterView {
  /** Undefined when there is only one. */
  readonly cluster: string | undefined
  readonly objects: readonly ConfigObject[]
  /** The Services of the other clusters, those of the same names included. */
  readonly otherServices: readonly ConfigObject[]
}

function refKey({kind, ref}: ConfigObject): string {
  return JSON.stringify([kind, ref.namespace, ref.name])
}

/** The objects of several clusters as the control plane of each sees them: its own, and of the others what no object of its own stands for. */
export function clusterViews(objects: readonly ConfigObject[]): readonly ClusterView[] {
  const clusters = [...new Set(objects.map(({cluster}) => cluster))]
  if (clusters.length < 2) return [{cluster: clusters[0], objects, otherServices: []}]
  return clusters.map(cluster => {
    const own = objects.filter(each => each.cluster === cluster)
    const others = objects.filter(each => each.cluster !== cluster && SHARED.has(each.kind))
    const names = new Set(own.map(refKey))
    return {
      cluster,
      objects: [...own, ...others.filter(each => !names.has(refKey(each)))],
      otherServices: others.filter(({kind}) => kind === 'Service'),
    }
  })
}
