import {at, field, isObject, listOf, numberOf, textOf, textsOf} from '../decode.js'

/** Where an Envoy gets its configuration from, by its bootstrap. */
export interface ConfigSource {
  /** A server it subscribes to, files it watches, or nothing but the bootstrap itself. */
  readonly kind: 'server' | 'watched files' | 'static'
  /** The cluster of the server, as the bootstrap names it. */
  readonly cluster?: string
  /** Addresses of that cluster: `istio-pilot:15010`, or the path of a socket. */
  readonly addresses: readonly string[]
  /** The files that are watched. */
  readonly paths: readonly string[]
}

/** Fields that say where each type of resource comes from; `ads_config` stands for those that say `ads` (config.core.v3.ApiConfigSource). */
const SOURCES = ['ads_config', 'cds_config', 'lds_config'] as const

function clusterOf(config: unknown): string | undefined {
  const api = at(config, 'api_config_source') ?? config
  // Consul writes one service without a list, which protobuf's JSON takes for a list of one.
  const first = listOf(api, 'grpc_services')[0] ?? field(api, 'grpc_services')
  return (
    textOf(first, 'envoy_grpc', 'cluster_name') ??
    textOf(first, 'google_grpc', 'target_uri') ??
    textsOf(api, 'cluster_names')[0]
  )
}

function addressText(address: unknown): string | undefined {
  const host = textOf(address, 'socket_address', 'address')
  const port = numberOf(address, 'socket_address', 'port_value')
  if (host !== undefined) return port === undefined ? host : `${host}:${port}`
  return textOf(address, 'pipe', 'path')
}

function addressesOf(bootstrap: unknown, name: string): readonly string[] {
  const cluster = listOf(bootstrap, 'static_resources', 'clusters').find(each => textOf(each, 'name') === name)
  const groups = listOf(cluster, 'load_assignment', 'endpoints').flatMap(group => listOf(group, 'lb_endpoints'))
  const endpoints = groups.map(each => addressText(at(each, 'endpoint', 'address')))
  // Envoys before 1.20 also took `hosts`.
  return [...endpoints, ...listOf(cluster, 'hosts').map(addressText)].filter(text => text !== undefined)
}

/** Where the Envoy of a bootstrap gets its clusters and listeners from; undefined when it is not a bootstrap. */
export function configSource(bootstrap: unknown): ConfigSource | undefined {
  if (!isObject(bootstrap)) return undefined
  const dynamic = at(bootstrap, 'dynamic_resources')
  const configs = SOURCES.map(name => at(dynamic, name)).filter(isObject)
  const cluster = configs.map(clusterOf).find(name => name !== undefined)
  if (cluster !== undefined) return {kind: 'server', cluster, addresses: addressesOf(bootstrap, cluster), paths: []}
  const paths = configs
    .map(config => textOf(config, 'path') ?? textOf(config, 'path_config_source', 'path'))
    .filter(path => path !== undefined)
  return {kind: paths.length > 0 ? 'watched files' : 'static', addresses: [], paths}
}
