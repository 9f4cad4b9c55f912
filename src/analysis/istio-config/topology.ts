import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {WorkloadConfig} from '../../model/istio-config/kubernetes.js'
import type {Labels} from '../../model/selector.js'

/** Labels of a node that Istio gives the endpoints on it (istio.io, locality load balancing). */
const TOPOLOGY = [
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'topology.istio.io/subzone',
  'kubernetes.io/hostname',
]

/** The labels of the pods with those of their nodes that subsets may select by. */
export function podsWithTopology(pods: readonly WorkloadConfig[], nodes: readonly ConfigObject[]): readonly Labels[] {
  const byName = new Map(nodes.map(({ref, labels}) => [ref.name, labels]))
  return pods.map(({labels, nodeName}) => {
    const own = byName.get(nodeName) ?? {}
    const found = TOPOLOGY.flatMap(key => {
      const value = Object.hasOwn(own, key) ? own[key] : undefined
      return value === undefined || value === '' ? [] : [[key, value] as const]
    })
    return {...labels, ...Object.fromEntries(found)}
  })
}
