/** The address of an endpoint: a socket, a pipe, or an internal listener of the same Envoy. */
export type EndpointAddress =
  | {readonly kind: 'socket'; readonly address: string; readonly port: number}
  | {readonly kind: 'pipe'; readonly path: string}
  | {readonly kind: 'internal'; readonly listener: string; readonly id: string}
  | {readonly kind: 'unknown'}

/** One endpoint of a cluster, from EDS (what istiod sent) or from /clusters (Envoy's current view). */
export interface EnvoyEndpoint {
  readonly cluster: string
  readonly address: EndpointAddress
  readonly additional: readonly EndpointAddress[]
  readonly hostname: string
  readonly status: string
  /** Envoy's failed health checks: `failed_outlier_check`, `failed_active_health_check`, …; only /clusters knows them. */
  readonly complaints: readonly string[]
  readonly locality: string
  readonly weight: number | undefined
  readonly priority: number
  /** Istio's workload label `workload;namespace;canonical name;version;cluster`, when istiod sent it. */
  readonly workload: string
  /** How clients connect to it: Istio's tlsMode label; empty for plaintext. */
  readonly tlsMode: string
}

/** The endpoints of one cluster with the resource they came from. */
export interface EndpointGroup {
  readonly cluster: string
  /** In resource order; for EDS `at` is the position [locality group, endpoint] in the resource. */
  readonly endpoints: readonly (EnvoyEndpoint & {readonly at: readonly [number, number]})[]
  readonly json: unknown
}

/** The address without a port, as istioctl's endpoint table starts it. */
export function addressText(address: EndpointAddress): string {
  switch (address.kind) {
    case 'socket':
      return address.address
    case 'pipe':
      return `unix://${address.path}`
    case 'internal':
      return `envoy://${address.listener}/${address.id}`
    case 'unknown':
      return 'unknown'
  }
}

/** istioctl's ENDPOINT cell: `address:port`, the port left out when it is 0. */
export function endpointText(address: EndpointAddress): string {
  return address.kind === 'socket' && address.port !== 0 ? `${address.address}:${address.port}` : addressText(address)
}

/** istioctl's NAME cell of EDS: a socket always with its port, a pipe's path bare. */
export function edsAddressText(address: EndpointAddress): string {
  if (address.kind === 'socket') return `${address.address}:${address.port}`
  return address.kind === 'pipe' ? address.path : addressText(address)
}

/** The port of an address, 0 when it has none. */
export function portOf(address: EndpointAddress): number {
  return address.kind === 'socket' ? address.port : 0
}

/** `region/zone/sub_zone`, ending before the first empty part. */
export function localityText(region: string, zone: string, subZone: string): string {
  if (zone === '') return region
  return subZone === '' ? `${region}/${zone}` : `${region}/${zone}/${subZone}`
}
