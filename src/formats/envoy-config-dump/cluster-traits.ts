import type {ClusterTraits} from '../../model/envoy/envoy-cluster.js'
import {field, isObject, listOf, numberOf, objectOf, textOf} from '../decode.js'
import {typeOf} from './chain.js'

/** How a client TLS context proves who it is: Istio's workload certificate is the SDS secret `default`. */
function modeOf(context: unknown): string {
  const common = field(context, 'common_tls_context')
  const sds = listOf(common, 'tls_certificate_sds_secret_configs').map(each => textOf(each, 'name') ?? '')
  if (sds.includes('default')) return 'ISTIO_MUTUAL'
  const own = sds.length > 0 || listOf(common, 'tls_certificates').length > 0
  return own ? 'MUTUAL' : 'SIMPLE'
}

/** What a transport socket does, in a word: a TLS mode of Istio's DestinationRule, `plain`, or the socket's own name. */
function socketText(socket: unknown): string {
  const config = field(socket, 'typed_config') ?? field(socket, 'config')
  const type = typeOf(config)
  const name = textOf(socket, 'name') ?? ''
  if (type.endsWith('.RawBuffer') || /raw_buffer$/.test(name)) return 'plain'
  if (type.endsWith('.UpstreamTlsContext') || (type === '' && /\.?tls$/.test(name))) {
    const sni = textOf(config, 'sni')
    return sni === undefined ? modeOf(config) : `${modeOf(config)} (${sni})`
  }
  const inner = field(config, 'transport_socket')
  const label = name.replace(/^envoy\.transport_sockets\./, '')
  return isObject(inner) ? `${label}>${socketText(inner)}` : label
}

function tlsText(cluster: unknown): string {
  const matches = listOf(cluster, 'transport_socket_matches')
  if (matches.length > 0) {
    const sockets = matches.map(match => socketText(field(match, 'transport_socket')).replace(/ \(.*\)$/, ''))
    return `auto: ${[...new Set(sockets)].join(' or ')}`
  }
  const old = objectOf(cluster, 'tls_context')
  if (old !== undefined) return modeOf(old)
  const socket = objectOf(cluster, 'transport_socket')
  return socket === undefined ? '-' : socketText(socket)
}

function outlierText(cluster: unknown): string {
  const outlier = objectOf(cluster, 'outlier_detection')
  if (outlier === undefined) return '-'
  const counts = {
    consecutive_5xx: '5xx',
    consecutive_gateway_failure: 'gateway errors',
    consecutive_local_origin_failure: 'local failures',
  }
  const limits = Object.entries(counts).flatMap(([name, words]) => {
    const limit = numberOf(outlier, name)
    return limit === undefined || limit === 0 ? [] : [`${limit} ${words}`]
  })
  const interval = textOf(outlier, 'interval')
  const eject = textOf(outlier, 'base_ejection_time')
  return [
    limits.length === 0 ? 'on' : limits.join(' or '),
    interval === undefined ? '' : `in ${interval}`,
    eject === undefined ? '' : `ejects ${eject}`,
  ]
    .filter(part => part !== '')
    .join(' ')
}

function healthText(cluster: unknown): string {
  const kinds = ['http', 'tcp', 'grpc', 'custom'] as const
  const checks = listOf(cluster, 'health_checks').map(check => {
    const kind = kinds.find(each => field(check, `${each}_health_check`) !== undefined) ?? 'unknown'
    const path = textOf(check, 'http_health_check', 'path')
    return path === undefined ? kind : `${kind} ${path}`
  })
  return checks.length === 0 ? '-' : checks.join(', ')
}

/** What istioctl's cluster table hides (config.cluster.v3.Cluster; v2 names understood). */
export function decodeTraits(cluster: unknown): ClusterTraits {
  const custom = textOf(cluster, 'cluster_type', 'name')
  const policies = listOf(cluster, 'load_balancing_policy', 'policies').map(
    policy => textOf(policy, 'typed_extension_config', 'name')?.replace(/^envoy\.load_balancing_policies\./, '') ?? '',
  )
  return {
    lbPolicy: policies[0] ?? textOf(cluster, 'lb_policy') ?? 'ROUND_ROBIN',
    tls: tlsText(cluster),
    outlier: outlierText(cluster),
    healthChecks: healthText(cluster),
    connectTimeout: textOf(cluster, 'connect_timeout') ?? '5s',
    customType: custom ?? '',
    unknownType: unknownTypeOf(cluster),
  }
}

function unknownTypeOf(cluster: unknown): string {
  const type = typeOf(cluster)
  return type === '' || /^envoy\..*\.Cluster$/.test(type) ? '' : type
}
