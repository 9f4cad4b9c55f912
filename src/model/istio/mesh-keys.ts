import type {Labels} from '../kube/selector.js'

/** Labels and annotations by which namespaces, pods and Services take part in a mesh (istio.io, "Resource Labels" and "Resource Annotations"). */
export const INJECTION_LABEL = 'istio-injection'
export const INJECT_LABEL = 'sidecar.istio.io/inject'
export const REVISION_LABEL = 'istio.io/rev'
export const DATAPLANE_LABEL = 'istio.io/dataplane-mode'
export const WAYPOINT_LABEL = 'istio.io/use-waypoint'
/** The namespace of that waypoint, where it is another. */
export const WAYPOINT_NAMESPACE_LABEL = 'istio.io/use-waypoint-namespace'
/** What a waypoint serves: `service`, `workload`, `all` or `none`. */
export const WAYPOINT_FOR_LABEL = 'istio.io/waypoint-for'
/** What clients send to a workload: `istio` for mTLS. */
export const TLS_MODE_LABEL = 'security.istio.io/tlsMode'
export const MANAGED_LABEL = 'gateway.istio.io/managed'
export const REDIRECTION_ANNOTATION = 'ambient.istio.io/redirection'
export const STATUS_ANNOTATION = 'sidecar.istio.io/status'
export const PROXY_CONFIG_ANNOTATION = 'proxy.istio.io/config'
export const NATIVE_SIDECAR_ANNOTATION = 'sidecar.istio.io/nativeSidecar'

/** True when the label of a pod, else of its namespace, enrols it in ambient mode (istio.io, "Add workloads to an ambient mesh"). */
export function enrolsInAmbient(labels: Labels, namespaceLabels: Labels): boolean {
  return (labels[DATAPLANE_LABEL] ?? namespaceLabels[DATAPLANE_LABEL]) === 'ambient'
}

/** True for a pod that istio-cni has set up for ztunnel. */
export function isRedirected(annotations: Labels): boolean {
  return annotations[REDIRECTION_ANNOTATION] === 'enabled'
}

/** True for a pod, or a Gateway, that istiod deployed as a waypoint. */
export function isManagedWaypoint(labels: Labels): boolean {
  return labels[MANAGED_LABEL] === 'istio.io-mesh-controller'
}
