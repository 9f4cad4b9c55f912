import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {WorkloadConfig} from '../../model/istio-config/kubernetes.js'
import type {Labels} from '../../model/kube/selector.js'
import type {RegistryHost} from './host-index.js'
import {selectorMatches} from './label-selection.js'

/** Labels of a node that Istio gives the endpoints on it (istio.io, locality load balancing). */
const TOPOLOGY = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone', 'topology.istio.io/subzone']
const HOSTNAME = 'kubernetes.io/hostname'

/** The labels by which a subset selects something, and where that is. */
interface Labelled {
  readonly namespace: string
  readonly labels: Labels
}

/** The labels of the pods with those that istiod adds of their nodes. */
export function podsWithTopology(pods: readonly WorkloadConfig[], nodes: readonly ConfigObject[]): readonly Labelled[] {
  const byName = new Map(nodes.map(({ref, labels}) => [ref.name, labels]))
  return pods.map(({labels, nodeName, object}) => {
    const own = byName.get(nodeName) ?? {}
    const found = TOPOLOGY.flatMap(key => {
      const value = Object.hasOwn(own, key) ? own[key] : undefined
      return value === undefined || value === '' ? [] : [[key, value] as const]
    })
    const hostname = nodeName === '' ? [] : [[HOSTNAME, nodeName] as const]
    return {namespace: object.ref.namespace, labels: {...labels, ...Object.fromEntries([...found, ...hostname])}}
  })
}

/**
 * The labels of the endpoints a host may have: those of what its Service or workloadSelector selects in its namespace, else those written
 * for its endpoints; without endpoints, the host itself is one, with no labels. A Service without selector, and a host whose address the
 * client chooses, may lead to any of the workloads.
 */
export function endpointLabels({service, entry}: RegistryHost, workloads: readonly Labelled[]): readonly Labels[] {
  const selector = service?.selector ?? entry?.workloadLabels ?? {}
  const home = (service ?? entry)?.object.ref.namespace
  if (Object.keys(selector).length === 0) {
    if (entry === undefined || entry.resolution === 'NONE') return workloads.map(({labels}) => labels)
    return entry.endpointLabels.length === 0 ? [{}] : entry.endpointLabels
  }
  return workloads
    .filter(({namespace, labels}) => namespace === home && selectorMatches(selector, labels))
    .map(({labels}) => labels)
}
