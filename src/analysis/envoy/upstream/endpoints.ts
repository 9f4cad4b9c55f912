import {own} from '../../../model/collections/own.js'
import type {Cluster, ClusterLoadAssignment, LbEndpoint} from '../../../model/envoy/cluster.js'
import type {Address} from '../../../model/envoy/core.js'
import type {EnvoyProxy, LiveHost} from '../../../model/envoy/proxy.js'
import type {IpPort} from '../../../model/envoy/request.js'
import type {Json} from '../../../model/envoy/schema.js'
import {parseIp} from '../../../model/kernel/ip-address.js'
import {certain, shareOf} from '../matching/percent.js'
import {known, undecided} from '../undecided.js'
import {subsetEndpoints, type WantedMetadata} from './subsets.js'

// Endpoint choice: https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/load_balancing

/** An endpoint a request can go to. */
export interface Host {
  readonly address: IpPort
  readonly hostname: string
  /** Reached over HBONE, through a listener inside Envoy that opens the tunnel. */
  readonly hbone: boolean
  /** What transport_socket_matches look at (metadata `envoy.transport_socket_match`). */
  readonly socketMatch: Json | undefined
  readonly at: string | undefined
}

/** The endpoints of each priority. */
export type HostLevels = readonly (readonly Host[])[]

export type HostChoice =
  | {readonly kind: 'hosts'; readonly hosts: readonly Host[]; readonly levels?: HostLevels | undefined}
  | {readonly kind: 'none'; readonly why: string}

type Health = 'healthy' | 'degraded' | 'unhealthy'

/** Health by the status EDS gives (core.v3.HealthStatus). */
const HEALTH: Readonly<Record<string, Health>> = {
  UNKNOWN: 'healthy',
  HEALTHY: 'healthy',
  DEGRADED: 'degraded',
  UNHEALTHY: 'unhealthy',
  DRAINING: 'unhealthy',
  TIMEOUT: 'unhealthy',
}

/** Endpoints that Envoy's clusters page says fail a health check or are ejected, as `address:port`. */
function failingHosts(proxy: EnvoyProxy, cluster: Cluster): ReadonlySet<string> {
  const live = proxy.liveHosts?.(cluster.name ?? '') ?? []
  return new Set(live.filter(each => each.failing).map(({address: {ip, port}}) => `${ip}:${port}`))
}

interface Level {
  readonly all: readonly LbEndpoint[]
  readonly healthy: readonly LbEndpoint[]
  readonly degraded: readonly LbEndpoint[]
  /** Where localities are weighted, the endpoints of those with a weight: others get requests only without them. */
  readonly preferred: ReadonlySet<LbEndpoint>
}

function healthOf(endpoint: LbEndpoint, failing: ReadonlySet<string>): Health {
  const socket = endpoint.endpoint?.address?.socketAddress
  if (failing.has(`${socket?.address}:${socket?.portValue}`)) return 'unhealthy'
  const status = endpoint.healthStatus ?? 'UNKNOWN'
  if (!Object.hasOwn(HEALTH, status)) undecided(`health status ${status}`, endpoint.at)
  return own(HEALTH, status) ?? 'unhealthy'
}

/** Priorities are 0 to 128 (LocalityLbEndpoints). */
const MAX_LEVELS = 129

/** The endpoints of each priority level by their health. */
function levelsOf(
  assignment: ClusterLoadAssignment,
  failing: ReadonlySet<string>,
  weighted: boolean,
): readonly Level[] {
  const count = assignment.endpoints.reduce((most, each) => Math.max(most, (each.priority ?? 0) + 1), 0)
  if (count > MAX_LEVELS) undecided(`priority ${count - 1} of an endpoint, which Envoy refuses`, assignment.at)
  return Array.from({length: count}, (_, priority) => {
    const localities = assignment.endpoints.filter(each => (each.priority ?? 0) === priority)
    const weighty = weighted ? localities.filter(each => (each.loadBalancingWeight ?? 0) > 0) : localities
    const all = localities
      .flatMap(each => known(each, 'a locality').lbEndpoints)
      .map(each => known(each, 'an endpoint'))
    const of = (health: Health) => all.filter(each => healthOf(each, failing) === health)
    const preferred = new Set(weighty.flatMap(each => each.lbEndpoints))
    return {all, healthy: of('healthy'), degraded: of('degraded'), preferred}
  })
}

/** The load of each priority level in percent, for healthy and degraded endpoints (Envoy, "Priority levels"). */
function loads(levels: readonly Level[], overprovisioning: number): readonly {healthy: number; degraded: number}[] {
  const health = (part: readonly LbEndpoint[], all: readonly LbEndpoint[]) =>
    all.length === 0 ? 0 : Math.min(100, Math.floor((overprovisioning * part.length) / all.length))
  const healthy = levels.map(each => health(each.healthy, each.all))
  const degraded = levels.map(each => health(each.degraded, each.all))
  const total = Math.min(
    100,
    [...healthy, ...degraded].reduce((a, b) => a + b, 0),
  )
  if (total === 0) return levels.map(() => ({healthy: 0, degraded: 0}))
  let left = 100
  const take = (value: number) => {
    const share = Math.min(left, Math.round((value * 100) / total))
    left -= share
    return share
  }
  const first = healthy.map(take)
  const second = degraded.map(take)
  return levels.map((_, i) => ({healthy: first[i] ?? 0, degraded: second[i] ?? 0}))
}

/** A level is in panic when too few of its endpoints are usable (panic threshold). */
function inPanic(level: Level, threshold: number): boolean {
  if (level.all.length === 0) return false
  const usable = (100 * (level.healthy.length + level.degraded.length)) / level.all.length
  return usable < threshold
}

/** The endpoints of weighted localities, if there are any. */
function preferredOf({preferred}: Level, endpoints: readonly LbEndpoint[]): readonly LbEndpoint[] {
  const own = endpoints.filter(each => preferred.has(each))
  return own.length > 0 ? own : endpoints
}

/** The endpoints that get requests: by the load of each level, or all of a level in panic. */
function usable(levels: readonly Level[], threshold: number, overprovisioning: number): readonly LbEndpoint[] {
  const shares = loads(levels, overprovisioning)
  const served = shares.some(each => each.healthy + each.degraded > 0)
  if (!served) return levels.flatMap(each => (inPanic(each, threshold) ? each.all : []))
  return levels.flatMap((level, i) => {
    const {healthy = 0, degraded = 0} = shares[i] ?? {}
    if (healthy + degraded === 0) return []
    const panics = inPanic(level, threshold) && totalHealth(levels, overprovisioning) < 100
    if (panics) return level.all
    return [
      ...(healthy > 0 ? preferredOf(level, level.healthy) : []),
      ...(degraded > 0 ? preferredOf(level, level.degraded) : []),
    ]
  })
}

/** Panic mode does not apply while all levels together can serve the load. */
function totalHealth(levels: readonly Level[], overprovisioning: number): number {
  return levels.reduce((sum, {all, healthy, degraded}) => {
    const part = all.length === 0 ? 0 : (overprovisioning * (healthy.length + degraded.length)) / all.length
    return sum + Math.min(100, part)
  }, 0)
}

function socketOf(address: Address | undefined, at: string): IpPort {
  const socket = address?.socketAddress
  if (address !== undefined) known(address, 'an address')
  if (socket?.address === undefined || socket.portValue === undefined)
    undecided(
      address?.pipe === undefined ? 'an endpoint that is not an IP address and port' : 'an endpoint on a Unix socket',
      at,
    )
  return {ip: socket.address, port: socket.portValue}
}

function socketMatchOf(endpoint: LbEndpoint): Json | undefined {
  return endpoint.metadata?.filterMetadata.get('envoy.transport_socket_match')
}

/** An address and port, as in `10.0.0.1:80` or `[::1]:80`. */
function addressIn(text: string): IpPort | undefined {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? []
  const ip = bracketed ?? plain ?? ''
  return parseIp(ip) === undefined ? undefined : {ip, port: Number(port)}
}

/** The internal listener of istiod's waypoints and HBONE sidecars that opens a tunnel to the endpoint of its id. */
const TUNNEL_LISTENER = 'connect_originate'

/** Where a tunnel ends: the endpoint's id, else what the client dialled (a waypoint in front of a workload). */
function tunnelEnd(inner: Address['envoyInternalAddress'], dialled: Dialled, at: string): IpPort | undefined {
  if (inner === undefined) return undefined
  if (inner.serverListenerName !== TUNNEL_LISTENER) undecided(`internal listener ${inner.serverListenerName ?? ''}`, at)
  const id = inner.endpointId ?? ''
  if (id === '') return dialled.address ?? undecided('a tunnel without a destination', at)
  return addressIn(id) ?? undecided(`the endpoint ${id} of a tunnel`, at)
}

function hostOf(endpoint: LbEndpoint, dialled: Dialled): Host {
  const inner = endpoint.endpoint
  const tunnel = tunnelEnd(inner?.address?.envoyInternalAddress, dialled, endpoint.at)
  const address = tunnel ?? socketOf(inner?.address, endpoint.at)
  const hbone = tunnel !== undefined
  return {address, hostname: inner?.hostname ?? '', hbone, socketMatch: socketMatchOf(endpoint), at: endpoint.at}
}

/** What the choice of an endpoint depends on besides the cluster. */
export interface Dialled {
  /** The endpoint of a request in an ORIGINAL_DST cluster. */
  readonly address: IpPort | undefined
  readonly header: (name: string) => string | undefined
  /** The metadata an endpoint has to have where the cluster has subsets. */
  readonly metadata?: WantedMetadata
}

/** The header that names the endpoint of a request where an ORIGINAL_DST cluster listens to headers. */
const DESTINATION_HEADER = 'x-envoy-original-dst-host'

function originalDestination(cluster: Cluster, dialled: Dialled): HostChoice {
  const config = cluster.originalDstLbConfig
  const by = config === undefined ? undefined : known(config, 'original_dst_lb_config')
  if (by?.metadataKey) undecided('an original destination taken from metadata', by.at)
  const header = by?.useHttpHeader ? dialled.header(by.httpHeaderName || DESTINATION_HEADER) : undefined
  const address = header === undefined ? dialled.address : addressIn(header)
  if (address === undefined) return {kind: 'none', why: 'the connection has no original destination'}
  const port = by?.upstreamPortOverride ?? address.port
  return {
    kind: 'hosts',
    hosts: [{address: {ip: address.ip, port}, hostname: '', hbone: false, socketMatch: undefined, at: cluster.at}],
  }
}

/** The endpoints of a cluster: those of EDS, else those written in the cluster. */
function assignmentOf(proxy: EnvoyProxy, cluster: Cluster): ClusterLoadAssignment | undefined {
  if (cluster.type === 'EDS')
    return (
      proxy.endpoints(cluster.edsClusterConfig?.serviceName || (cluster.name ?? '')) ??
      proxy.endpoints(cluster.name ?? '')
    )
  return cluster.loadAssignment
}

const UNREADABLE_TYPES: Readonly<Record<string, string>> = {
  STRICT_DNS: 'DNS results are not in the dump',
  LOGICAL_DNS: 'DNS results are not in the dump',
}

function isAddress(text: string): boolean {
  return parseIp(text) !== undefined
}

/** The endpoints whose names are known without asking DNS, at their addresses; the others as they are. */
function withAddresses(assignment: ClusterLoadAssignment, resolve: EnvoyProxy['resolve']): ClusterLoadAssignment {
  if (resolve === undefined || !needsDns(assignment)) return assignment
  const resolved = (each: LbEndpoint): readonly LbEndpoint[] => {
    const {endpoint} = each
    const socket = endpoint?.address?.socketAddress
    const name = socket?.address ?? ''
    const addresses = isAddress(name) ? undefined : resolve(name)
    if (endpoint?.address === undefined || socket === undefined || addresses === undefined) return [each]
    const {address} = endpoint
    // Envoy takes the name for the host name of the endpoint (auto_host_rewrite).
    const hostname = endpoint.hostname || name
    return addresses.map(ip => ({
      ...each,
      endpoint: {...endpoint, hostname, address: {...address, socketAddress: {...socket, address: ip}}},
    }))
  }
  const endpoints = assignment.endpoints.map(each => ({...each, lbEndpoints: each.lbEndpoints.flatMap(resolved)}))
  return {...assignment, endpoints}
}

function needsDns(assignment: ClusterLoadAssignment): boolean {
  return assignment.endpoints.some(locality =>
    locality.lbEndpoints.some(each => !isAddress(each.endpoint?.address?.socketAddress?.address ?? '')),
  )
}

/** The fraction of requests a cluster drops as configured by EDS (drop_overloads). */
export function dropsAll(proxy: EnvoyProxy, cluster: Cluster): boolean {
  const policy = assignmentOf(proxy, cluster)?.policy
  const drops = policy === undefined ? [] : known(policy, 'an endpoint policy').dropOverloads
  return drops.some(each => certain(shareOf(each.dropPercentage), 'dropping for overload', each.at))
}

/** The endpoints resolved by DNS, from Envoy's clusters page. */
function resolvedHosts(assignment: ClusterLoadAssignment, live: readonly LiveHost[], at: string): HostChoice {
  const [first] = assignment.endpoints.flatMap(each => each.lbEndpoints)
  const socketMatch = first === undefined ? undefined : socketMatchOf(first)
  const hosts = live.filter(each => !each.failing)
  if (hosts.length > 0)
    return {
      kind: 'hosts',
      hosts: hosts.map(({address, hostname}) => ({address, hostname, hbone: false, socketMatch, at})),
    }
  return {kind: 'none', why: live.length > 0 ? 'no endpoint is healthy' : 'DNS gave no address'}
}

function isSubsetCluster(cluster: Cluster): boolean {
  return (cluster.lbSubsetConfig?.subsetSelectors.length ?? 0) > 0
}

/** What a request is balanced over: the endpoints of the subset it asks for, or all of a cluster without subsets. */
function balancedOver(
  cluster: Cluster,
  assignment: ClusterLoadAssignment,
  dialled: Dialled,
): readonly ClusterLoadAssignment[] {
  const config = cluster.lbSubsetConfig
  if (config === undefined || !isSubsetCluster(cluster)) return [assignment]
  const all = assignment.endpoints.flatMap(each => each.lbEndpoints)
  return subsetEndpoints(config, dialled.metadata ?? new Map(), all).map(endpoints => {
    const kept = new Set(endpoints)
    const localities = assignment.endpoints.map(each => ({
      ...each,
      lbEndpoints: each.lbEndpoints.filter(one => kept.has(one)),
    }))
    return {...assignment, endpoints: localities}
  })
}

/** Balancers that pick one endpoint among the usable ones, whatever the request asks. */
const PLAIN_BALANCERS = ['round_robin', 'least_request', 'random', 'ring_hash', 'maglev', 'wrr_locality']

function refuseBalancing(cluster: Cluster): void {
  const policies = cluster.loadBalancingPolicy?.policies ?? []
  const other = policies.find(
    ({typedExtensionConfig}) =>
      !PLAIN_BALANCERS.some(each =>
        typedExtensionConfig?.typedConfig?.type.startsWith(`extensions.load_balancing_policies.${each}.`),
      ),
  )
  if (other !== undefined) undecided(`load balancing policy ${other.typedExtensionConfig?.name ?? ''}`, other.at)
}

/** The endpoints of each level; undefined unless every level has endpoints and all are healthy. */
function healthyLevels(
  levels: readonly Level[],
  known: ReadonlyMap<LbEndpoint, Host>,
  dialled: Dialled,
): HostLevels | undefined {
  if (!levels.every(({all, healthy}) => all.length > 0 && all.length === healthy.length)) return undefined
  return levels.map(({all}) => all.map(each => known.get(each) ?? hostOf(each, dialled)))
}

/** The endpoints a request to the cluster can go to. */
export function chooseHosts(proxy: EnvoyProxy, cluster: Cluster, dialled: Dialled): HostChoice {
  refuseBalancing(cluster)
  if (cluster.clusterType !== undefined) undecided(`cluster type ${cluster.clusterType.name ?? ''}`, cluster.at)
  if (cluster.type === 'ORIGINAL_DST') return originalDestination(cluster, dialled)
  const written = assignmentOf(proxy, cluster)
  const live = proxy.liveHosts?.(cluster.name ?? '')
  const assignment = written && live === undefined ? withAddresses(written, proxy.resolve) : written
  if (assignment === undefined) {
    if (cluster.type === 'EDS') undecided('the dump holds no endpoints', cluster.at)
    return {kind: 'none', why: 'the cluster has no endpoints'}
  }
  const reason = own(UNREADABLE_TYPES, cluster.type ?? '')
  if (reason !== undefined && needsDns(assignment)) {
    return live === undefined ? undecided(reason, cluster.at) : resolvedHosts(assignment, live, cluster.at)
  }
  known(assignment, 'endpoints')
  const panic = cluster.commonLbConfig?.healthyPanicThreshold
  const threshold = panic === undefined ? 50 : (panic.value ?? 0)
  if (cluster.commonLbConfig !== undefined) known(cluster.commonLbConfig, 'common_lb_config')
  if (assignment.policy?.weightedPriorityHealth) undecided('weighted_priority_health', assignment.at)
  const factor = assignment.policy?.overprovisioningFactor ?? 140
  const over = balancedOver(cluster, assignment, dialled)
  const failing = failingHosts(proxy, cluster)
  const weighted = cluster.commonLbConfig?.localityWeightedLbConfig ?? false
  for (const each of over) {
    const levels = levelsOf(each, failing, weighted)
    const of = new Map(usable(levels, threshold, factor).map(one => [one, hostOf(one, dialled)]))
    if (of.size > 0) return {kind: 'hosts', hosts: [...of.values()], levels: healthyLevels(levels, of, dialled)}
  }
  const someEndpoint = assignment.endpoints.some(each => each.lbEndpoints.length > 0)
  if (someEndpoint && over.every(each => each.endpoints.every(one => one.lbEndpoints.length === 0)))
    return {kind: 'none', why: 'no endpoint is in the subset the request asks for'}
  return {kind: 'none', why: someEndpoint ? 'no endpoint is healthy' : 'the cluster has no endpoints'}
}
