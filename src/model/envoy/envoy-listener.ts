import type {ObjectRef} from '../kube/pod.js'
import {pathText, type VirtualHostSummary, type WeightedClusterSummary, weightedText} from './envoy-route.js'

/** The match of a filter chain, as far as istioctl's table shows it. */
export interface ChainMatch {
  readonly serverNames: readonly string[]
  readonly transport: string
  readonly applicationProtocols: readonly string[]
  readonly prefixRanges: readonly string[]
  readonly destinationPort: number | undefined
  /** Conditions istioctl does not show: source addresses, source ports, source type. */
  readonly sources: readonly string[]
}

/** Where the first terminal network filter of a chain sends a connection. */
export type ListenerDestination =
  | {readonly to: 'route'; readonly name: string}
  | {readonly to: 'inline'; readonly hosts: readonly VirtualHostSummary[]}
  | {readonly to: 'cluster'; readonly cluster: string}
  | {readonly to: 'weighted'; readonly clusters: readonly WeightedClusterSummary[]}
  /** An HTTP or TCP filter whose configuration cannot be read: absent, discovered later (ECDS), or of an unknown type. */
  | {readonly to: 'unread'; readonly protocol: 'HTTP' | 'TCP'; readonly because: string}
  | {readonly to: 'nothing'}

/** A network or HTTP filter by name, with the type of its configuration. */
export interface FilterRef {
  readonly name: string
  readonly type: string
}

export interface FilterChainSummary {
  readonly name: string
  readonly match: ChainMatch
  readonly destination: ListenerDestination
  readonly filters: readonly FilterRef[]
  readonly httpFilters: readonly string[]
  /** How the chain terminates TLS: `mTLS`, `TLS`, `none`, or the name of another transport socket. */
  readonly tls: string
  /** The matcher tree paths that lead to this chain; undefined if the chain's own match decides. */
  readonly paths: readonly string[] | undefined
  /** The Istio object istiod made the chain from, where its metadata says so. */
  readonly madeFrom: ObjectRef | undefined
}

/** An Envoy listener as in istioctl's tables; `json` is the resource as Envoy sent it. */
export interface EnvoyListener {
  readonly name: string
  /** The socket's IP, a pipe's path, or empty. */
  readonly address: string
  readonly additional: readonly string[]
  readonly port: number
  readonly type: 'HTTP' | 'TCP' | 'HTTP+TCP' | 'UNKNOWN'
  readonly direction: string
  readonly internal: boolean
  readonly useOriginalDst: boolean
  readonly bindToPort: boolean
  readonly chains: readonly FilterChainSummary[]
  readonly json: unknown
}

/** Lists of application protocols that Istio generates, and istioctl's name for each. */
const PROTOCOL_WORDS: ReadonlyMap<string, string> = new Map([
  ['http/1.0,http/1.1,h2c,istio-http/1.0,istio-http/1.1,istio-h2', 'HTTP TLS'],
  ['istio,istio-http/1.0,istio-http/1.1,istio-h2', 'Istio HTTP Plain'],
  ['istio-peer-exchange,istio', 'TCP TLS'],
  ['http/1.0,http/1.1,h2c', 'HTTP'],
])

function addressPart({prefixRanges, destinationPort}: ChainMatch): string {
  const port = destinationPort === undefined ? '' : `:${destinationPort}`
  if (prefixRanges.length > 0) return `Addr: ${prefixRanges.join(',')}${port}`
  return port === '' ? '' : `Addr: *${port}`
}

/** istioctl's MATCH cell: `SNI: …; Trans: …; App: …; Addr: …`, or `ALL`. */
export function chainMatchText(match: ChainMatch): string {
  const protocols = match.applicationProtocols.join(',')
  const parts = [
    match.serverNames.length === 0 ? '' : `SNI: ${match.serverNames.join(',')}`,
    match.transport === '' ? '' : `Trans: ${match.transport}`,
    protocols === '' ? '' : `App: ${PROTOCOL_WORDS.get(protocols) ?? protocols}`,
    addressPart(match),
  ].filter(part => part !== '')
  return parts.length === 0 ? 'ALL' : parts.join('; ')
}

/** istioctl writes Istio's pass-through clusters bare and every other with a label. */
function clusterCell(cluster: string): string {
  return cluster.includes('Cluster') ? cluster : `Cluster: ${cluster}`
}

function hostText({domains, routes}: VirtualHostSummary): string {
  const matches = routes.map(route => pathText(route.match)).join(', ')
  const any = domains.length === 0 || (domains.length === 1 && domains[0] === '*')
  return any ? matches : `${domains.join('/')} ${matches}`
}

/** The single cluster that an inline route table sends everything to, if there is only one. */
function onlyCluster(hosts: readonly VirtualHostSummary[]): string | undefined {
  const [host, ...otherHosts] = hosts
  if (host === undefined || otherHosts.length > 0 || host.domains.length !== 1 || host.domains[0] !== '*') {
    return undefined
  }
  const [route, ...otherRoutes] = host.routes
  if (route === undefined || otherRoutes.length > 0 || route.match.prefix !== '/') return undefined
  return route.action.kind === 'cluster' ? route.action.cluster : undefined
}

/** istioctl's DESTINATION cell; also names weighted clusters and unreadable filters, where istioctl prints nothing. */
export function destinationText(destination: ListenerDestination): string {
  switch (destination.to) {
    case 'route':
      return `Route: ${destination.name}`
    case 'inline': {
      const cluster = onlyCluster(destination.hosts)
      return cluster === undefined
        ? `Inline Route: ${destination.hosts.map(hostText).join('; ')}`
        : clusterCell(cluster)
    }
    case 'cluster':
      return clusterCell(destination.cluster)
    case 'weighted':
      return `Cluster: ${weightedText(destination.clusters)}`
    case 'unread':
      return destination.because === '' ? destination.protocol : `${destination.protocol} (${destination.because})`
    case 'nothing':
      return 'Non-HTTP/Non-TCP'
  }
}
