/** What is known of a proxy that shows which control plane it belongs to. */
export interface ControlPlaneHints {
  /** The cluster and the addresses it gets its configuration from. */
  readonly cluster?: string
  readonly addresses: readonly string[]
  /** Of Istio's node metadata: where its agent connects to. */
  readonly discoveryAddress?: string
  /** The service registry its agent was started with. */
  readonly registry?: string
}

/** Control planes by the names their bootstraps use (each product's bootstrap generator or reference). */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [/istiod/, 'istiod'],
  [/istio-pilot|^pilot[:.]|\bpilot\b/, 'Istio Pilot (before istiod, Istio 1.4 and older)'],
  [/^local_agent$|:8502$|consul/i, 'Consul'],
  [/^ads_cluster$|kuma-control-plane|:5678$/, 'Kuma'],
  [/appmesh/, 'AWS App Mesh'],
  [/trafficdirector/, 'Google Traffic Director'],
  [/^xds_cluster$|envoy-gateway/, 'Envoy Gateway or another xDS server'],
  [/^contour$|contour:8001/, 'Contour'],
]

/** The control plane of a proxy in words; the address where no known product has it. */
export function controlPlaneName({cluster, addresses, discoveryAddress, registry}: ControlPlaneHints): string {
  const words = [discoveryAddress, ...addresses, cluster].filter(word => word !== undefined && word !== '')
  const known = words.flatMap(word => KNOWN.find(([pattern]) => pattern.test(word ?? ''))?.[1] ?? [])[0]
  // Istio's agent has a proxy for it on a socket; its own cluster is called xds-grpc.
  const name = known ?? (cluster === 'xds-grpc' ? 'Istio' : 'an unknown xDS server')
  const services = registry === undefined || /kubernetes/i.test(registry) ? '' : `, services from ${registry}`
  return `${name}${services}`
}
