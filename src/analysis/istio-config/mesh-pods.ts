import {groupedBy} from '../../model/collections/grouped-by.js'
import {
  DATAPLANE_LABEL,
  INJECT_LABEL,
  INJECTION_LABEL,
  isRedirected,
  REVISION_LABEL,
} from '../../model/istio/mesh-keys.js'
import type {WorkloadConfig} from '../../model/istio-config/kubernetes.js'
import type {Labels} from '../../model/kube/selector.js'
import {selectedFrom} from './label-index.js'

/** True when the pod has a proxy container, as an ordinary or a native sidecar. */
export function workloadHasProxy({containers}: WorkloadConfig): boolean {
  return containers.some(({name}) => name === 'istio-proxy')
}

/** True when the CNI plugin redirects the pod to ztunnel. */
export function workloadIsAmbient({annotations}: WorkloadConfig): boolean {
  return isRedirected(annotations)
}

/**
 * True when the pod takes part in the mesh: it has a proxy, its label or annotation asks for one, its namespace does, or ztunnel has it.
 * Of a template, whose pods have no proxy yet, the namespace may also ask by revision or for ambient mode.
 */
export function isInMesh(workload: WorkloadConfig, namespaceLabels: Labels): boolean {
  if (workloadIsAmbient(workload) || workloadHasProxy(workload)) return true
  const own = workload.labels[INJECT_LABEL] ?? workload.annotations[INJECT_LABEL]
  // The selectors of the webhook know `true` alone; a pod without a proxy shows that another spelling had no effect.
  if (own !== undefined) return (workload.pod ? own : own.toLowerCase()) === 'true'
  const injection = namespaceLabels[INJECTION_LABEL]
  if (injection === 'enabled') return true
  if (workload.pod) return false
  return (
    (injection === undefined && (namespaceLabels[REVISION_LABEL] ?? '') !== '') ||
    namespaceLabels[DATAPLANE_LABEL] === 'ambient'
  )
}

/** The pods, and the templates of workloads of which no pod is among them. */
export function podsAndTemplates(workloads: readonly WorkloadConfig[]): readonly WorkloadConfig[] {
  const pods = workloads.filter(({pod}) => pod)
  const byNamespace = groupedBy(pods, ({object}) => object.ref.namespace)
  const templates = workloads.filter(
    each => !each.pod && selectedFrom(each.labels, byNamespace.get(each.object.ref.namespace) ?? []).length === 0,
  )
  return [...pods, ...templates]
}
