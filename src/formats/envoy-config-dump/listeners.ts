import type {EnvoyListener, FilterChainSummary} from '../../model/envoy/envoy-listener.js'
import {at, field, flagOf, isObject, listOf, numberOf, textOf} from '../decode.js'
import {decodeChain, type FilterRole, roleOf} from './chain.js'
import {isResource} from './resources.js'

/** Filter chains of a listener, its default chain last. */
function chainsOf(listener: unknown): readonly unknown[] {
  const fallback = field(listener, 'default_filter_chain')
  return [...listOf(listener, 'filter_chains').filter(isObject), ...(isObject(fallback) ? [fallback] : [])]
}

function typeFrom(roles: ReadonlySet<FilterRole>): EnvoyListener['type'] {
  if (roles.has('http')) return roles.has('tcp') ? 'HTTP+TCP' : 'HTTP'
  return roles.has('tcp') ? 'TCP' : 'UNKNOWN'
}

/** Reads one listener (config.listener.v3.Listener, v2 api.Listener); its chains are read when first asked for. */
function decodeListener(json: unknown): EnvoyListener {
  const chains = chainsOf(json)
  const roles = new Set(chains.flatMap(chain => listOf(chain, 'filters').map(roleOf)))
  const additional = listOf(json, 'additional_addresses').map(
    each =>
      textOf(each, 'address', 'socket_address', 'address') ?? textOf(each, 'address', 'pipe', 'path') ?? 'unknown',
  )
  let decoded: readonly FilterChainSummary[] | undefined
  return {
    name: textOf(json, 'name') ?? '',
    address: textOf(json, 'address', 'socket_address', 'address') ?? textOf(json, 'address', 'pipe', 'path') ?? '',
    additional,
    port: numberOf(json, 'address', 'socket_address', 'port_value') ?? 0,
    type: typeFrom(roles),
    direction: textOf(json, 'traffic_direction') ?? '',
    internal: field(json, 'internal_listener') !== undefined,
    useOriginalDst:
      flagOf(json, 'use_original_dst') === true || flagOf(field(json, 'use_original_dst'), 'value') === true,
    bindToPort: (flagOf(json, 'bind_to_port') ?? flagOf(json, 'deprecated_v1', 'bind_to_port')) !== false,
    get chains() {
      decoded ??= chains.map(chain => decodeChain(chain, field(json, 'filter_chain_matcher')))
      return decoded
    },
    json,
  }
}

/**
 * The active dynamic and the static listeners of a ListenersConfigDump, in dump order. Listeners without an active
 * state are left out, as in istioctl; Envoys before 1.14 list them as `dynamic_active_listeners`.
 */
export function decodeListeners(section: unknown): readonly EnvoyListener[] {
  const dynamic = listOf(section, 'dynamic_listeners').map(each => at(each, 'active_state', 'listener'))
  const old = listOf(section, 'dynamic_active_listeners').map(each => at(each, 'listener'))
  const fixed = listOf(section, 'static_listeners').map(each => at(each, 'listener'))
  return [...dynamic, ...old, ...fixed].filter(isResource).map(decodeListener)
}
