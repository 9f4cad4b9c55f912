import {GATEWAY_NAME} from '../../analysis/authorization/applying.js'
import {meansWaypoint, policiesAtWaypoint, type WaypointSubject} from '../../analysis/authorization/waypoint.js'
import {field, isObject, listOf, textOf} from '../../formats/decode.js'
import {policyTargets} from '../../formats/istio/authorization.js'
import type {Json} from '../../model/envoy/schema.js'
import {MANAGED_LABEL} from '../../model/istio/mesh-keys.js'
import type {ZtunnelDump, ZtunnelService, ZtunnelWorkload} from '../../model/istio/ztunnel.js'
import {ruleFor, type Subset} from '../destination-rules.js'
import {defaultRoute, virtualServiceRoutes} from '../http-routes.js'
import {jwtFilterOf} from '../jwt.js'
import type {Message} from '../rbac/strings.js'
import type {RegisteredHost, RegisteredPort} from '../registry.js'
import type {ProxyPlace} from '../scope.js'
import {filtersOf, type SecurityFilters} from '../security-filters.js'
import {virtualServiceFor} from '../virtual-services.js'
import {routedByHttpRoutes} from './http-route.js'
import type {AmbientObjects} from './objects.js'

// The Envoy of a waypoint as istiod configures it behind its HBONE listener (recordings of Istio 1.31), as far as requests depend on it.

/** A waypoint whose configuration is asked for: the name of its Gateway, its class, and where it is. */
export interface WaypointPlace {
  readonly name: string
  readonly namespace: string
  readonly gatewayClass: string
  /** As the Services and workloads bound to it name it. */
  readonly destination: string
}

interface Setting {
  readonly objects: AmbientObjects
  readonly waypoint: WaypointPlace
  readonly place: ProxyPlace
  readonly config: ZtunnelDump
}

const TYPE = 'type.googleapis.com/envoy.extensions.filters'

function typed(name: string, type: string, fields: Message = {}): Message {
  return {name, typed_config: {'@type': `${TYPE}.${type}`, ...fields}}
}

function manager(security: SecurityFilters['http'], hosts: readonly Message[]): Message {
  const http = [
    ...security.custom,
    ...(security.jwt === undefined ? [] : [security.jwt]),
    ...security.others,
    typed('envoy.filters.http.fault', 'http.fault.v3.HTTPFault'),
    typed('envoy.filters.http.cors', 'http.cors.v3.Cors'),
    typed('envoy.filters.http.router', 'http.router.v3.Router'),
  ]
  return typed(
    'envoy.filters.network.http_connection_manager',
    'network.http_connection_manager.v3.HttpConnectionManager',
    {
      stat_prefix: 'inbound',
      route_config: {virtual_hosts: hosts},
      http_filters: http as Json,
      server_name: 'istio-envoy',
      use_remote_address: false,
      normalize_path: true,
      path_with_escaped_slashes_action: 'KEEP_UNCHANGED',
      upgrade_configs: [{upgrade_type: 'websocket'}],
    },
  )
}

function tcpProxy(security: SecurityFilters['tcp'], cluster: string): readonly Message[] {
  return [
    ...security.custom,
    ...security.others,
    typed('envoy.filters.network.tcp_proxy', 'network.tcp_proxy.v3.TcpProxy', {stat_prefix: cluster, cluster}),
  ]
}

function anyHost(routes: readonly Message[]): readonly Message[] {
  return [{name: 'inbound', domains: ['*'], routes}]
}

/** The cluster of a host's own pods, as a waypoint names it: for HTTP and for bytes, by subset. */
function ownCluster(host: string, port: number, reading: 'http' | 'tcp', subset = ''): string {
  return `inbound-vip|${port}|${reading}${subset === '' ? '' : `/${subset}`}|${host}`
}

/** A route to the clusters of the Service in front, under the names they have at a waypoint. */
function towardsOwn(route: Message, host: string): Message {
  const renamed = (name: string) => {
    const [, port = '', subset = '', target] = name.split('|')
    return target === host ? ownCluster(host, Number(port), 'http', subset) : name
  }
  const action = field(route, 'route')
  if (!isObject(action)) return route
  const single = textOf(action, 'cluster')
  const weighted = listOf(action, 'weighted_clusters', 'clusters').map(
    (each): Message => ({...(each as Message), name: renamed(textOf(each, 'name') ?? '')}),
  )
  return {
    ...route,
    route: {
      ...(action as Message),
      ...(single === undefined ? {} : {cluster: renamed(single)}),
      ...(weighted.length === 0 ? {} : {weighted_clusters: {clusters: weighted}}),
    },
  }
}

/** Routes of a port: those of HTTPRoutes, else of a VirtualService, else everything to the Service. */
function routesOf({objects, place}: Setting, host: RegisteredHost, name: string, port: number): readonly Message[] {
  const {state, httpRoutes} = objects
  const service = {namespace: host.namespace, name, host: host.host}
  const object =
    routedByHttpRoutes(httpRoutes, service, port, state.settings.clusterDomain) ??
    virtualServiceFor(state, {...place, namespace: host.namespace}, host)
  if (object === undefined || listOf(object, 'spec', 'http').length === 0)
    return [defaultRoute(ownCluster(host.host, port, 'http'))]
  return virtualServiceRoutes(object, state, place, port).map(each => towardsOwn(each, host.host))
}

/** The filters of the policies and RequestAuthentications that mean a waypoint or what it serves. */
function securityAt({objects, waypoint}: Setting, front: {readonly name: string; readonly namespace: string}) {
  const {state} = objects
  const root = state.settings.rootNamespace
  const subject: WaypointSubject = {
    namespace: waypoint.namespace,
    waypoint: waypoint.name,
    gatewayClass: waypoint.gatewayClass,
    service: front.name,
    serviceNamespace: front.namespace,
  }
  const tokens = state
    .objects('RequestAuthentication')
    .filter(each => meansWaypoint(subject, policyTargets(each), each.metadata.namespace ?? 'default', root))
  return filtersOf(state, policiesAtWaypoint(subject, state.authorizations, root), true, jwtFilterOf(tokens))
}

interface Chains {
  readonly chains: readonly Message[]
  /** What leads a connection to its chain. */
  readonly chosen: Message
}

function action(name: string): Message {
  return {action: {name, typed_config: {'@type': 'type.googleapis.com/google.protobuf.StringValue', value: name}}}
}

function byProtocol(http: string, tcp: string): Message {
  return {
    matcher: {
      matcher_tree: {
        input: {
          name: 'application-protocol',
          typed_config: {
            '@type': 'type.googleapis.com/envoy.extensions.matching.common_inputs.network.v3.ApplicationProtocolInput',
          },
        },
        exact_match_map: {map: {"'h2c'": action(http), "'http/1.1'": action(http)}},
      },
      on_no_match: action(tcp),
    },
  }
}

function portChains(setting: Setting, host: RegisteredHost, name: string, port: RegisteredPort): Chains {
  const {http, tcp} = securityAt(setting, {name, namespace: host.namespace})
  const of = (reading: 'http' | 'tcp'): Message => {
    const chain = ownCluster(host.host, port.port, reading)
    const filters =
      reading === 'http' ? [manager(http, anyHost(routesOf(setting, host, name, port.port)))] : tcpProxy(tcp, chain)
    return {name: chain, filters}
  }
  const called = (reading: 'http' | 'tcp') => ownCluster(host.host, port.port, reading)
  if (port.reading === 'http') return {chains: [of('http')], chosen: action(called('http'))}
  if (port.reading !== 'auto') return {chains: [of('tcp')], chosen: action(called('tcp'))}
  return {chains: [of('http'), of('tcp')], chosen: byProtocol(called('http'), called('tcp'))}
}

function range(ips: readonly string[], matcher: Message): Message {
  const ranges = ips.map(ip => ({address_prefix: ip, prefix_len: ip.includes(':') ? 128 : 32}))
  return {ranges, on_match: matcher}
}

interface Front {
  readonly chains: readonly Message[]
  readonly ranges: readonly Message[]
}

function serviceFront(setting: Setting, service: ZtunnelService, host: RegisteredHost): Front {
  const ports = host.ports.map(port => [String(port.port), portChains(setting, host, service.name, port)] as const)
  const ips = service.vips.map(each => each.slice(each.indexOf('/') + 1))
  const map = Object.fromEntries(ports.map(([port, {chosen}]) => [port, chosen]))
  const matcher: Message = {
    matcher: {
      matcher_tree: {
        input: {
          name: 'port',
          typed_config: {
            '@type': 'type.googleapis.com/envoy.extensions.matching.common_inputs.network.v3.DestinationPortInput',
          },
        },
        exact_match_map: {map},
      },
    },
  }
  return {chains: ports.flatMap(([, {chains}]) => chains), ranges: ips.length === 0 ? [] : [range(ips, matcher)]}
}

/** Chains for workloads: everything goes to the pod it was sent to. */
function workloadFront(setting: Setting, workloads: readonly ZtunnelWorkload[]): Front {
  if (workloads.length === 0) return {chains: [], ranges: []}
  const {http, tcp} = securityAt(setting, {name: '', namespace: ''})
  return {
    chains: [
      {name: 'direct-tcp', filters: tcpProxy(tcp, 'encap')},
      {name: 'direct-http', filters: [manager(http, anyHost([defaultRoute('encap')]))]},
    ],
    ranges: workloads.map(each => range(each.workloadIps, byProtocol('direct-http', 'direct-tcp'))),
  }
}

function lbEndpoint(ip: string, port: number, tunnelled: boolean): Message {
  const address: Message = tunnelled
    ? {
        envoy_internal_address: {
          server_listener_name: 'connect_originate',
          endpoint_id: `${ip.includes(':') ? `[${ip}]` : ip}:${port}`,
        },
      }
    : {socket_address: {address: ip, port_value: port}}
  return {endpoint: {address}, health_status: 'HEALTHY', load_balancing_weight: 1}
}

/** A cluster with the healthy endpoints of a port, by tunnel where they speak HBONE. */
function cluster(
  name: string,
  {config}: Setting,
  service: ZtunnelService | undefined,
  host: RegisteredHost,
  port: number,
  subset: Subset | undefined,
): Message {
  const fits = (ip: string) => {
    if (subset === undefined) return true
    const registered = host.ports.find(each => each.port === port)
    const own = registered === undefined ? [] : (host.endpoints(registered) ?? [])
    return own.some(
      ({address, labels}) =>
        address === ip && Object.entries(subset.labels).every(([key, value]) => labels[key] === value),
    )
  }
  const endpoints = Object.values(service?.endpoints ?? {}).flatMap(
    ({workloadUid, port: ports}): readonly Message[] => {
      const workload = config.workloads.find(({uid}) => uid === workloadUid)
      const target = ports[String(port)]
      const [ip = workload?.hostname ?? ''] = workload?.workloadIps ?? []
      if (workload?.status !== 'Healthy' || target === undefined || !fits(ip)) return []
      return [lbEndpoint(ip, target, workload.protocol === 'HBONE')]
    },
  )
  const assignment: Message = {cluster_name: name, endpoints: endpoints.length === 0 ? [] : [{lb_endpoints: endpoints}]}
  return {
    name,
    type: host.resolution.startsWith('DNS') ? 'STRICT_DNS' : 'STATIC',
    connect_timeout: '10s',
    load_assignment: assignment,
  }
}

/** Clusters of every host a route may lead to, and of the Services in front. */
function clusters(setting: Setting, fronts: ReadonlySet<string>): readonly Message[] {
  const {objects, config, place} = setting
  const services = new Map(config.services.map(each => [`${each.namespace}/${each.hostname}`, each] as const))
  const made = objects.state.hosts.flatMap(host => {
    const service = services.get(`${host.namespace}/${host.host}`)
    const subsets: readonly (Subset | undefined)[] = [
      undefined,
      ...(ruleFor(objects.state, place, host)?.subsets ?? []),
    ]
    return host.ports.flatMap(({port}) =>
      subsets.flatMap(subset => {
        const name = subset?.name ?? ''
        const own = fronts.has(host.host)
          ? [ownCluster(host.host, port, 'http', name), ownCluster(host.host, port, 'tcp', name)]
          : []
        return [`outbound|${port}|${name}|${host.host}`, ...own].map(each =>
          cluster(each, setting, service, host, port, subset),
        )
      }),
    )
  })
  const encap: Message = {
    name: 'encap',
    type: 'STATIC',
    load_assignment: {
      cluster_name: 'encap',
      endpoints: [
        {lb_endpoints: [{endpoint: {address: {envoy_internal_address: {server_listener_name: 'connect_originate'}}}}]},
      ],
    },
  }
  return [...made, encap]
}

/** The config_dump of a waypoint by the objects: its internal listener with policies and routes, and the clusters behind. */
export function waypointProxy(objects: AmbientObjects, config: ZtunnelDump, waypoint: WaypointPlace): Message {
  const labels = {[GATEWAY_NAME]: waypoint.name, [MANAGED_LABEL]: 'istio.io-mesh-controller'}
  const place: ProxyPlace = {namespace: waypoint.namespace, labels, gateway: true}
  const setting: Setting = {objects, waypoint, place, config}
  const bound = config.services.filter(each => each.waypoint?.destination === waypoint.destination)
  const hosts = new Map(objects.state.hosts.map(each => [`${each.namespace}/${each.host}`, each] as const))
  const fronts = [
    ...bound.flatMap(service => {
      const host = hosts.get(`${service.namespace}/${service.hostname}`)
      return host === undefined ? [] : [serviceFront(setting, service, host)]
    }),
    workloadFront(
      setting,
      config.workloads.filter(each => each.waypoint?.destination === waypoint.destination),
    ),
  ]
  const listener: Message = {
    name: 'main_internal',
    internal_listener: {},
    listener_filters: [
      typed('envoy.filters.listener.original_dst', 'listener.original_dst.v3.OriginalDst'),
      typed('envoy.filters.listener.http_inspector', 'listener.http_inspector.v3.HttpInspector'),
    ],
    filter_chains: fronts.flatMap(each => each.chains),
    filter_chain_matcher: {
      matcher_tree: {
        input: {
          name: 'ip',
          typed_config: {
            '@type': 'type.googleapis.com/envoy.extensions.matching.common_inputs.network.v3.DestinationIPInput',
          },
        },
        custom_match: {
          name: 'ip',
          typed_config: {
            '@type': 'type.googleapis.com/xds.type.matcher.v3.IPMatcher',
            range_matchers: fronts.flatMap(each => each.ranges),
          },
        },
      },
    },
  }
  const named = new Set(bound.map(each => each.hostname))
  return {
    configs: [
      {
        '@type': 'type.googleapis.com/envoy.admin.v3.ClustersConfigDump',
        dynamic_active_clusters: clusters(setting, named).map(each => ({cluster: each})),
      },
      {
        '@type': 'type.googleapis.com/envoy.admin.v3.ListenersConfigDump',
        dynamic_listeners: [{name: 'main_internal', active_state: {listener}}],
      },
    ],
  }
}
