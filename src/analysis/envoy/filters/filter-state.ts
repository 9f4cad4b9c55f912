import type {HttpFilter} from '../../../model/envoy/http.js'
import {type FilterStateValue, HttpFilterState} from '../../../model/envoy/network.js'
import {unpack} from '../../../model/envoy/schema.js'
import {own} from '../../../model/own.js'
import type {DownstreamConnection} from '../connection.js'
import {type FilterResult, goesOn, type HttpState} from '../http/state.js'
import {type Headers, headerValue} from '../matching/headers.js'
import {known, undecided} from '../undecided.js'

// set_filter_state: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/set_filter_state

type Operator = (connection: DownstreamConnection, headers: Headers) => string | undefined

function joined(names: readonly string[] | undefined): string | undefined {
  return names === undefined || names.length === 0 ? undefined : names.join(',')
}

/** Access log command operators that are modelled. */
const OPERATORS: Readonly<Record<string, Operator>> = {
  DOWNSTREAM_PEER_URI_SAN: ({tls}) => joined(tls?.certificate?.uriSans),
  DOWNSTREAM_PEER_DNS_SAN: ({tls}) => joined(tls?.certificate?.dnsSans),
  DOWNSTREAM_PEER_SUBJECT: ({tls}) => tls?.certificate?.subject || undefined,
  REQUESTED_SERVER_NAME: ({serverName}) => serverName || undefined,
  DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT: ({remote}) => remote.ip,
  DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT: ({directRemote}) => directRemote.ip,
}

function operator(text: string, at: string): Operator {
  const header = /^REQ\(([^)?]+)\)$/.exec(text)?.[1]
  if (header !== undefined) return (_, headers) => headerValue(headers, header)
  if (!Object.hasOwn(OPERATORS, text)) undecided(`format operator %${text}%`, at)
  return own(OPERATORS, text) ?? (() => undefined)
}

function formatted(value: FilterStateValue, connection: DownstreamConnection, headers: Headers): string {
  const format = value.formatString
  const text = format?.textFormatSource?.inlineString ?? format?.textFormat
  if (format === undefined || text === undefined) undecided('a filter state value that is no text format', value.at)
  known(format, 'a format string')
  return text.replace(/%([^%]+)%/g, (_, inner: string) => operator(inner, value.at)(connection, headers) ?? '-')
}

/** Whether a format consists only of operators that yield no value. */
function isEmptyText(value: FilterStateValue, text: string): boolean {
  return value.skipIfEmpty && (text === '' || text === '-')
}

/** The filter state extended with keys. */
export function withFilterState(
  before: ReadonlyMap<string, string>,
  values: readonly FilterStateValue[],
  connection: DownstreamConnection,
  headers: Headers,
): ReadonlyMap<string, string> {
  const after = new Map(before)
  for (const each of values) {
    const text = formatted(known(each, 'a filter state value'), connection, headers)
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
