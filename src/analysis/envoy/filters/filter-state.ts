import type {HttpFilter} from '../../../model/envoy/http.js'
import {type FilterStateValue, HttpFilterState} from '../../../model/envoy/network.js'
import {unpack} from '../../../model/envoy/schema.js'
import type {DownstreamConnection} from '../connection.js'
import {type FilterResult, goesOn, type HttpState} from '../http/state.js'
import {formatted} from '../matching/format.js'
import type {Headers} from '../matching/headers.js'
import {known, undecided} from '../undecided.js'

// set_filter_state: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/set_filter_state

function textFor(value: FilterStateValue, connection: DownstreamConnection, headers: Headers): string {
  const format = value.formatString
  const text = format?.textFormatSource?.inlineString ?? format?.textFormat
  if (format === undefined || text === undefined) undecided('a filter state value that is not text format', value.at)
  known(format, 'a format string')
  return formatted(text, connection, headers, value.at)
}

/** Whether a format consists only of operators that yield no value. */
function isEmptyText(value: FilterStateValue, text: string): boolean {
  return value.skipIfEmpty && (text === '' || text === '-')
}

/** Keys that Envoy itself reads to choose or check the upstream, and that are not modelled. */
const READ_BY_ENVOY = new Set([
  'envoy.network.upstream_server_name',
  'envoy.network.upstream_subject_alt_names',
  'envoy.network.application_protocols',
  'envoy.network.transport_socket.original_dst_address',
  'envoy.tcp_proxy.per_connection_idle_timeout_ms',
  'envoy.upstream.dynamic_host',
  'envoy.upstream.dynamic_port',
])

/** The filter state extended with keys. */
export function withFilterState(
  before: ReadonlyMap<string, string>,
  values: readonly FilterStateValue[],
  connection: DownstreamConnection,
  headers: Headers,
): ReadonlyMap<string, string> {
  const after = new Map(before)
  for (const each of values) {
    const text = textFor(known(each, 'a filter state value'), connection, headers)
    if (READ_BY_ENVOY.has(each.objectKey ?? '')) undecided(`filter state ${each.objectKey}`, each.at)
    if (!isEmptyText(each, text)) after.set(each.objectKey ?? '', text)
  }
  return after
}

/** Sets filter state from the request. */
export function runFilterState(state: HttpState, filter: HttpFilter): FilterResult {
  const config = unpack(filter.typedConfig, HttpFilterState)
  if (config === undefined) undecided('set_filter_state without configuration', filter.at)
  const {onRequestHeaders} = known(config, 'set_filter_state')
  return goesOn({
    ...state,
    filterState: withFilterState(state.filterState, onRequestHeaders, state.connection, state.headers),
  })
}
