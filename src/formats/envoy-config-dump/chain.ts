import type {ChainMatch, FilterChainSummary, FilterRef, ListenerDestination} from '../../model/envoy/envoy-listener.js'
import {field, isObject, listOf, numberOf, objectOf, textOf, textsOf} from '../decode.js'
import {madeFrom} from './made-by.js'
import {pathsToChain} from './matcher-tree.js'
import {decodeVirtualHosts} from './routes.js'

/** Names of the two deciding network filters, with those Envoy used before 1.14 (Envoy version history). */
const HTTP_NAMES = new Set(['envoy.filters.network.http_connection_manager', 'envoy.http_connection_manager'])
const TCP_NAMES = new Set(['envoy.filters.network.tcp_proxy', 'envoy.tcp_proxy'])

/** The type of a packed configuration without its `type.googleapis.com/`; empty when there is none. */
export function typeOf(config: unknown): string {
  return (textOf(config, '@type') ?? '').replace(/^type\.googleapis\.com\//, '')
}

function rangeText(range: unknown): string {
  const length = field(range, 'prefix_len')
  const bits = numberOf(length, 'value') ?? numberOf(range, 'prefix_len') ?? 0
  return `${textOf(range, 'address_prefix') ?? ''}/${bits}`
}

/** Reads a FilterChainMatch (config.listener.v3.FilterChainMatch); an absent one matches everything. */
function decodeChainMatch(match: unknown): ChainMatch {
  const sourceType = textOf(match, 'source_type')
  const ports = listOf(match, 'source_ports')
  return {
    serverNames:
      textsOf(match, 'server_names').length > 0 ? textsOf(match, 'server_names') : textsOf(match, 'sni_domains'),
    transport: textOf(match, 'transport_protocol') ?? '',
    applicationProtocols: textsOf(match, 'application_protocols'),
    prefixRanges: listOf(match, 'prefix_ranges').map(rangeText),
    destinationPort: numberOf(match, 'destination_port'),
    sources: [
      ...listOf(match, 'source_prefix_ranges').map(range => `from ${rangeText(range)}`),
      ...(ports.length === 0 ? [] : [`from port ${ports.join(',')}`]),
      ...(sourceType === undefined || sourceType === 'ANY' ? [] : [sourceType.toLowerCase()]),
    ],
  }
}

/** A filter's configuration: packed (`typed_config`), or the plain Struct of old Envoys (`config`). */
function configOf(filter: unknown): unknown {
  return field(filter, 'typed_config') ?? field(filter, 'config')
}

/** Why a filter's configuration cannot be read, or undefined when it can. */
function unread(filter: unknown, known: RegExp): string | undefined {
  const config = configOf(filter)
  if (config === undefined) {
    return field(filter, 'config_discovery') === undefined ? '' : 'configuration discovered later'
  }
  const type = typeOf(config)
  return type === '' || known.test(type) ? undefined : `unknown type ${type}`
}

/** True when any string inside a value contains the text; walks with a list of its own, so depth does not matter. */
function mentions(value: unknown, text: string): boolean {
  const left: unknown[] = [value]
  while (left.length > 0) {
    const next = left.pop()
    if (typeof next === 'string') {
      if (next.includes(text)) return true
    } else if (Array.isArray(next)) {
      for (const item of next) left.push(item)
    } else if (isObject(next)) {
      for (const key of Object.keys(next)) left.push(next[key])
    }
  }
  return false
}

export type FilterRole = 'http' | 'tcp' | 'other'

/** What a network filter decides, judged by its name as istioctl does; a tcp_proxy into the black hole decides nothing. */
export function roleOf(filter: unknown): FilterRole {
  const name = textOf(filter, 'name') ?? ''
  if (HTTP_NAMES.has(name)) return 'http'
  return TCP_NAMES.has(name) && !mentions(configOf(filter), 'BlackHoleCluster') ? 'tcp' : 'other'
}

function httpDestination(filter: unknown): ListenerDestination {
  const because = unread(filter, /^envoy\..*\.HttpConnectionManager$/)
  if (because !== undefined) return {to: 'unread', protocol: 'HTTP', because}
  const config = configOf(filter)
  const inline = objectOf(config, 'route_config')
  if (inline !== undefined) return {to: 'inline', hosts: decodeVirtualHosts(inline)}
  const name = textOf(config, 'rds', 'route_config_name') ?? ''
  return name === '' ? {to: 'unread', protocol: 'HTTP', because: ''} : {to: 'route', name}
}

function tcpDestination(filter: unknown): ListenerDestination {
  const because = unread(filter, /^envoy\..*\.TcpProxy$/)
  if (because !== undefined) return {to: 'unread', protocol: 'TCP', because}
  const config = configOf(filter)
  const weighted = listOf(config, 'weighted_clusters', 'clusters')
  if (weighted.length === 0) return {to: 'cluster', cluster: textOf(config, 'cluster') ?? ''}
  return {
    to: 'weighted',
    clusters: weighted.map(each => ({cluster: textOf(each, 'name') ?? '', weight: numberOf(each, 'weight') ?? 0})),
  }
}

function destinationOf(filters: readonly unknown[]): ListenerDestination {
  for (const filter of filters) {
    const role = roleOf(filter)
    if (role === 'http') return httpDestination(filter)
    if (role === 'tcp') return tcpDestination(filter)
  }
  return {to: 'nothing'}
}

/** How a chain ends TLS: its transport socket (v3) or tls_context (v2); client certificates required means mTLS. */
function tlsOf(chain: unknown): string {
  const socket = objectOf(chain, 'transport_socket')
  const context = field(socket, 'typed_config') ?? field(chain, 'tls_context')
  if (context === undefined) return textOf(socket, 'name') ?? 'none'
  const type = typeOf(context)
  if (type !== '' && !/\.(DownstreamTlsContext|QuicDownstreamTransport)$/.test(type)) {
    return textOf(socket, 'name') ?? type
  }
  return field(context, 'require_client_certificate') === true ? 'mTLS' : 'TLS'
}

function filterRef(filter: unknown): FilterRef {
  return {name: textOf(filter, 'name') ?? '', type: typeOf(configOf(filter))}
}

/**
 * Reads a filter chain (config.listener.v3.FilterChain): whom it takes, where it sends them, through which filters.
 * `matcher` is the listener's matcher tree, if it has one.
 */
export function decodeChain(chain: unknown, matcher: unknown): FilterChainSummary {
  const name = textOf(chain, 'name') ?? ''
  const filters = listOf(chain, 'filters')
  const http = filters.find(filter => roleOf(filter) === 'http')
  return {
    name,
    match: decodeChainMatch(field(chain, 'filter_chain_match')),
    destination: destinationOf(filters),
    filters: filters.map(filterRef),
    httpFilters: listOf(configOf(http), 'http_filters').map(filter => textOf(filter, 'name') ?? ''),
    tls: tlsOf(chain),
    paths: matcher === undefined ? undefined : pathsToChain(matcher, name),
    madeFrom: madeFrom(chain),
  }
}
