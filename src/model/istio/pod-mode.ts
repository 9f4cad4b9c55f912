/** How a pod takes part in the mesh. */
export type PodMode =
  | 'sidecar'
  | 'ambient'
  | 'proxyless'
  | 'gateway'
  | 'waypoint'
  | 'ztunnel'
  | 'control-plane'
  | 'none'

export const POD_MODES: readonly PodMode[] = [
  'sidecar',
  'ambient',
  'proxyless',
  'gateway',
  'waypoint',
  'ztunnel',
  'control-plane',
  'none',
]

/** The modes of pods that run Istio's Envoy. */
export const ENVOY_MODES: readonly PodMode[] = ['sidecar', 'gateway', 'waypoint']

/** Pods of a mode, as a noun. */
export const MODE_LABELS: Readonly<Record<PodMode, string>> = {
  sidecar: 'pods with a sidecar',
  ambient: 'ambient pods',
  proxyless: 'proxyless gRPC pods',
  gateway: 'gateways',
  waypoint: 'waypoints',
  ztunnel: 'ztunnel',
  'control-plane': 'istiod',
  none: 'pods outside the mesh',
}

/** What to call a mode in a sentence. */
export const MODE_WORDS: Readonly<Record<PodMode, string>> = {
  sidecar: 'has a sidecar',
  ambient: 'is in the ambient mesh',
  proxyless: 'is in the mesh by its gRPC library, without Envoy',
  gateway: 'is a gateway',
  waypoint: 'is a waypoint',
  ztunnel: 'is a ztunnel',
  'control-plane': 'is the control plane',
  none: 'is not in the mesh',
}
