import type {RouteActionSummary} from '../../model/envoy/envoy-route.js'
import {field, flagOf, isObject, listOf, lowerCamel, numberOf, objectOf, textOf} from '../decode.js'

function redirectText(redirect: unknown): string {
  const scheme = flagOf(redirect, 'https_redirect') === true ? 'https' : textOf(redirect, 'scheme_redirect')
  const host = textOf(redirect, 'host_redirect')
  const port = numberOf(redirect, 'port_redirect')
  const path = textOf(redirect, 'path_redirect') ?? textOf(redirect, 'prefix_rewrite') ?? ''
  const authority = `${host ?? (port === undefined ? '' : '*')}${port === undefined ? '' : `:${port}`}`
  return `${scheme === undefined ? '' : `${scheme}://`}${authority}${path}` || 'itself'
}

const PLUGINS = ['cluster_specifier_plugin', 'inline_cluster_specifier_plugin']

function pluginText(action: unknown): string {
  const name =
    textOf(action, 'cluster_specifier_plugin') ??
    textOf(action, 'inline_cluster_specifier_plugin', 'extension', 'name') ??
    ''
  return name === '' ? 'cluster chosen by a plugin' : `cluster chosen by plugin ${name}`
}

/** Names of fields in both spellings of proto JSON. */
function fieldNames(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/).flatMap(name => [name, lowerCamel(name)]))
}

/** What config.route.v3.Route (v2 too) says besides its action. */
const ROUTE =
  fieldNames(`@type name match metadata decorator tracing stat_prefix per_filter_config typed_per_filter_config
  request_headers_to_add request_headers_to_remove response_headers_to_add response_headers_to_remove
  per_request_buffer_limit_bytes request_body_buffer_limit`)

/** What config.route.v3.RouteAction (v2 too) says besides which cluster. */
const ROUTE_ACTION =
  fieldNames(`@type cluster_not_found_response_code metadata_match prefix_rewrite regex_rewrite path_rewrite
  path_rewrite_policy host_rewrite host_rewrite_literal host_rewrite_header host_rewrite_path_regex auto_host_rewrite
  auto_host_rewrite_header append_x_forwarded_host timeout idle_timeout flush_timeout early_data_policy retry_policy
  retry_policy_typed_config request_mirror_policy request_mirror_policies priority rate_limits include_vh_rate_limits hash_policy
  cors use_websocket max_grpc_timeout grpc_timeout_offset upgrade_configs internal_redirect_policy internal_redirect_action
  max_internal_redirects hedge_policy max_stream_duration`)

/** `unknown`, with the names of the fields that may be the answer. */
function unknownAmong(value: unknown, known: ReadonlySet<string>): string {
  const names = isObject(value) ? Object.keys(value).filter(name => value[name] !== null && !known.has(name)) : []
  return names.length === 0 ? 'unknown' : `unknown (${names.join(', ')})`
}

/** Reads what a route does: the `route`, `redirect`, `direct_response`, … branch of config.route.v3.Route. */
export function decodeAction(route: unknown): RouteActionSummary {
  const forward = objectOf(route, 'route')
  if (forward !== undefined) {
    const cluster = textOf(forward, 'cluster')
    if (cluster !== undefined) return {kind: 'cluster', cluster}
    const weighted = listOf(forward, 'weighted_clusters', 'clusters')
    if (weighted.length > 0) {
      return {
        kind: 'weighted',
        clusters: weighted.map(each => ({
          cluster: textOf(each, 'name') ?? textOf(each, 'cluster_header') ?? '',
          weight: numberOf(each, 'weight') ?? 0,
        })),
      }
    }
    const header = textOf(forward, 'cluster_header')
    if (header !== undefined) return {kind: 'cluster-header', header}
    const plugin = PLUGINS.find(name => field(forward, name) !== undefined)
    return {kind: 'other', name: plugin === undefined ? unknownAmong(forward, ROUTE_ACTION) : pluginText(forward)}
  }
  const redirect = objectOf(route, 'redirect')
  if (redirect !== undefined) return {kind: 'redirect', to: redirectText(redirect)}
  const direct = objectOf(route, 'direct_response')
  if (direct !== undefined) return {kind: 'direct-response', status: numberOf(direct, 'status') ?? 0}
  const other = ['non_forwarding_action', 'filter_action'].find(name => field(route, name) !== undefined)
  return {kind: 'other', name: other?.replaceAll('_', ' ') ?? unknownAmong(route, ROUTE)}
}
