import {at, numberOf, objectOf, textOf} from '../formats/decode.js'
import {definedFields} from '../model/collections/defined-fields.js'
import {own} from '../model/collections/own.js'
import type {Json} from '../model/envoy/schema.js'
import {parseIp} from '../model/kernel/ip-address.js'
import {matchesLabels, requirementsOf} from '../model/kube/selector.js'
import {
  endpointTls,
  hasOutlierDetection,
  readsSecrets,
  ruleFor,
  type Subset,
  trafficPolicy,
} from './destination-rules.js'
import {clientSockets, endpointTakesMtls} from './mtls.js'
import type {Message} from './rbac/strings.js'
import type {RegisteredEndpoint, RegisteredHost, RegisteredPort} from './registry.js'
import type {ProxyPlace} from './scope.js'
import type {IstioState} from './state.js'

/** The name of an outbound cluster. */
export function clusterName(port: number, subset: string, host: string): string {
  return `outbound|${port}|${subset}|${host}`
}

/** A cluster of a proxy as istiod would make it, as far as it matters for what happens to one request. */
export interface MadeCluster {
  readonly name: string
  readonly cluster: Message
  /** Endpoints with the sockets they are sent through; undefined when istiod's endpoints are not known here. */
  readonly endpoints: readonly MadeEndpoint[] | undefined
}

export interface MadeEndpoint {
  readonly address: string
  readonly port: number
  readonly mtls: boolean
  readonly healthy: boolean
}

const TYPES: Readonly<Record<RegisteredHost['resolution'], string>> = {
  EDS: 'EDS',
  STATIC: 'EDS',
  DNS: 'STRICT_DNS',
  DNS_ROUND_ROBIN: 'LOGICAL_DNS',
  NONE: 'ORIGINAL_DST',
  HEADLESS: 'ORIGINAL_DST',
}

/** A gateway has no original destination to pass on to: it takes the endpoints instead. */
function typeOf({resolution}: RegisteredHost, {gateway}: ProxyPlace): string {
  const type = TYPES[resolution]
  return gateway && type === 'ORIGINAL_DST' ? 'EDS' : type
}

function limits(policy: unknown): Json {
  const pool = at(policy, 'connectionPool')
  const given: readonly (readonly [string, number | undefined])[] = [
    ['max_connections', numberOf(pool, 'tcp', 'maxConnections')],
    ['max_pending_requests', numberOf(pool, 'http', 'http1MaxPendingRequests')],
    ['max_requests', numberOf(pool, 'http', 'http2MaxRequests')],
    ['max_retries', numberOf(pool, 'http', 'maxRetries')],
  ]
  return Object.fromEntries(given.map(([name, value]) => [name, value ?? 4_294_967_295]))
}

function loadAssignment(name: string, endpoints: readonly MadeEndpoint[]): Message {
  const lb_endpoints = endpoints.map(({address, port, mtls, healthy}) => ({
    endpoint: {address: {socket_address: {address, port_value: port}}},
    health_status: healthy ? 'HEALTHY' : 'UNHEALTHY',
    load_balancing_weight: 1,
    ...definedFields({
      metadata: mtls ? {filter_metadata: {'envoy.transport_socket_match': {tlsMode: 'istio'}}} : undefined,
    }),
  }))
  return {
    cluster_name: name,
    ...definedFields({
      endpoints:
        endpoints.length === 0 ? undefined : [{locality: {}, lb_endpoints, load_balancing_weight: endpoints.length}],
    }),
    policy: {overprovisioning_factor: 140},
  }
}

/** The endpoints of a cluster as config_dump has them. */
export function endpointConfig(made: MadeCluster): Message | undefined {
  return made.endpoints === undefined ? undefined : loadAssignment(made.name, made.endpoints)
}

function inSubset(endpoints: readonly RegisteredEndpoint[] | undefined, subset: Subset | undefined) {
  if (endpoints === undefined || subset === undefined) return endpoints
  const wanted = requirementsOf(subset.labels)
  return endpoints.filter(each => matchesLabels(wanted, each.labels))
}

/** The label by which a StatefulSet names its pods, which is their host name too. */
const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name'

/** The settings that only load-balance: they choose who answers, not what. */
function balancing(policy: unknown): Message {
  const hash = at(policy, 'loadBalancer', 'consistentHash')
  const simple = textOf(policy, 'loadBalancer', 'simple')
  if (hash !== undefined) return {lb_policy: 'RING_HASH'}
  const known: Readonly<Record<string, string>> = {ROUND_ROBIN: 'ROUND_ROBIN', RANDOM: 'RANDOM'}
  return {lb_policy: own(known, simple ?? '') ?? 'LEAST_REQUEST'}
}

/** The names a resolver tries for one: as it is, then with the search domains of a pod (kubernetes.io, DNS for Services and Pods). */
function searched(name: string, namespace: string, domain: string): readonly string[] {
  const plain = name.replace(/\.$/, '')
  return [plain, `${plain}.${namespace}.svc.${domain}`, `${plain}.svc.${domain}`, `${plain}.${domain}`]
}

/** The addresses the DNS of the cluster has for a name: of a Service its own, of a headless one those of its pods, of a pod of it its own. */
function addressesOf({hosts, settings}: IstioState, place: ProxyPlace, name: string): readonly string[] {
  if (parseIp(name) !== undefined) return [name]
  const tried = searched(name, place.namespace, settings.clusterDomain)
  const named = hosts.find(each => tried.includes(each.host))
  if (named?.resolution === 'EDS') return named.addresses.slice(0, 1)
  const podsOf = (host: RegisteredHost) => {
    const [port] = host.ports
    return (port === undefined ? undefined : host.endpoints(port))?.filter(({ready}) => ready) ?? []
  }
  if (named?.resolution === 'HEADLESS') return podsOf(named).map(each => each.address)
  return hosts
    .filter(({resolution, host}) => resolution === 'HEADLESS' && tried.some(each => each.endsWith(`.${host}`)))
    .flatMap(host => podsOf(host).filter(({labels}) => tried.includes(`${labels[POD_NAME_LABEL] ?? ''}.${host.host}`)))
    .map(each => each.address)
}

/** The endpoints as DNS of the cluster resolves them; undefined when a name is none that it has. */
function resolvedInCluster(
  state: IstioState,
  place: ProxyPlace,
  made: readonly MadeEndpoint[],
): readonly MadeEndpoint[] | undefined {
  const found = made.map(each => addressesOf(state, place, each.address).map(address => ({...each, address})))
  return found.length > 0 && found.every(each => each.length > 0) ? found.flat() : undefined
}

function madeCluster(
  state: IstioState,
  place: ProxyPlace,
  host: RegisteredHost,
  port: RegisteredPort,
  subset: Subset | undefined,
  rule: ReturnType<typeof ruleFor>,
): MadeCluster {
  const name = clusterName(port.port, subset?.name ?? '', host.host)
  const policy = trafficPolicy(rule, port.port, subset)
  const settings = objectOf(policy, 'tls')
  const toEndpoints = objectOf({tls: endpointTls(rule, port.port, subset)}, 'tls')
  const endpoints = inSubset(host.endpoints(port), subset)
  const type = typeOf(host, place)
  const sockets = clientSockets(state, {
    host,
    port: port.port,
    subset: subset?.name ?? '',
    settings,
    passesOn: type === 'ORIGINAL_DST',
    readsSecrets: readsSecrets(place, rule),
    endpoints: host.endpoints(port),
    trustDomain: state.settings.trustDomains[0] ?? 'cluster.local',
  })
  const made = endpoints?.map(each => ({
    address: each.address,
    port: each.port,
    mtls: endpointTakesMtls(state, each, toEndpoints),
    healthy: each.ready,
  }))
  const dynamic = type === 'EDS'
  const byDns = type === 'STRICT_DNS' || type === 'LOGICAL_DNS'
  const resolved = byDns ? resolvedInCluster(state, place, made ?? []) : undefined
  const cluster: Message = {
    name,
    // Addresses that are resolved already need no DNS, whatever the type.
    type,
    ...definedFields({eds_cluster_config: dynamic ? {service_name: name} : undefined}),
    connect_timeout: textOf(policy, 'connectionPool', 'tcp', 'connectTimeout') ?? '10s',
    ...(type === 'ORIGINAL_DST' ? {lb_policy: 'CLUSTER_PROVIDED'} : balancing(policy)),
    circuit_breakers: {thresholds: [limits(policy)]},
    common_lb_config: {healthy_panic_threshold: {}},
    ...definedFields({outlier_detection: hasOutlierDetection(policy) ? {} : undefined}),
    ...(sockets as Message),
    ...definedFields({
      load_assignment: byDns ? loadAssignment(name, resolved ?? made ?? []) : undefined,
    }),
  }
  return {name, cluster, endpoints: dynamic ? made : undefined}
}

/** Every cluster of a host in the configuration of a proxy: one for each port, and one for each of its subsets. */
export function clustersOf(state: IstioState, place: ProxyPlace, host: RegisteredHost): readonly MadeCluster[] {
  const rule = ruleFor(state, place, host)
  const subsets: readonly (Subset | undefined)[] = [undefined, ...(rule?.subsets ?? [])]
  return host.ports.flatMap(port => subsets.map(subset => madeCluster(state, place, host, port, subset, rule)))
}
