import * as cluster from './cluster.js'
import * as filters from './filters.js'
import * as http from './http.js'
import * as listener from './listener.js'
import * as matching from './matching.js'
import * as network from './network.js'
import * as rbac from './rbac.js'
import * as route from './route.js'
import type {Read, Schema} from './schema.js'
import * as tls from './tls.js'

function isSchema(value: unknown): value is Schema<Read> {
  return typeof value === 'object' && value !== null && 'fields' in value && 'name' in value
}

/** The described messages by type name without `envoy.`: what an Any is read as. */
export const SCHEMAS: ReadonlyMap<string, Schema<Read>> = new Map(
  [cluster, filters, http, listener, matching, network, rbac, route, tls]
    .flatMap(module => Object.values(module))
    .filter(isSchema)
    .map(schema => [schema.name, schema]),
)

/**
 * Extensions that watch, log, or change answers, and never decide what happens to a request: their configuration is
 * not read. By type name, with the reason.
 */
export const WATCHERS: ReadonlyMap<string, string> = new Map([
  ['extensions.filters.network.metadata_exchange.MetadataExchange', 'Istio telemetry'],
  ['tcp.metadataexchange.config.MetadataExchange', 'Istio telemetry'],
  ['io.istio.http.peer_metadata.Config', 'Istio telemetry'],
  ['io.istio.network.peer_metadata.Config', 'Istio telemetry'],
  ['stats.PluginConfig', 'Istio telemetry'],
  ['extensions.filters.http.alpn.v3.FilterConfig', 'picks the ALPN offered to the upstream'],
  ['istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig', 'picks the ALPN offered to the upstream'],
  ['extensions.filters.http.grpc_stats.v3.FilterConfig', 'counts'],
  ['extensions.filters.http.tap.v3.Tap', 'records'],
  ['extensions.filters.http.bandwidth_limit.v3.BandwidthLimit', 'slows bodies down'],
  ['extensions.filters.http.upstream_codec.v3.UpstreamCodec', 'sends what is decided'],
  ['extensions.filters.network.mysql_proxy.v3.MySQLProxy', 'counts'],
  ['extensions.filters.network.postgres_proxy.v3alpha.PostgresProxy', 'counts'],
  ['extensions.filters.network.zookeeper_proxy.v3.ZooKeeperProxy', 'counts'],
  ['extensions.filters.network.kafka_broker.v3.KafkaBroker', 'counts'],
  ['extensions.filters.http.compressor.v3.Compressor', 'changes bodies'],
  ['extensions.filters.http.decompressor.v3.Decompressor', 'changes bodies'],
])
