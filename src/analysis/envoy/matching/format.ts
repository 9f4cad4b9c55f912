import {own} from '../../../model/collections/own.js'
import type {DownstreamConnection} from '../connection.js'
import {undecided} from '../undecided.js'
import {type Headers, headerValue} from './headers.js'

// Command operators: https://www.envoyproxy.io/docs/envoy/latest/configuration/advanced/substitution_formatter

type Operator = (connection: DownstreamConnection, headers: Headers) => string | undefined

function joined(names: readonly string[] | undefined): string | undefined {
  return names === undefined || names.length === 0 ? undefined : names.join(',')
}

/** Command operators that are known here. */
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
  const key = /^FILTER_STATE\(([^:)]+):PLAIN\)$/.exec(text)?.[1]
  if (key !== undefined) return ({filterState}) => filterState.get(key)
  if (!Object.hasOwn(OPERATORS, text)) undecided(`format operator %${text}%`, at)
  return own(OPERATORS, text) ?? (() => undefined)
}

/** A format with its command operators replaced by what they yield, or by `absent`; `%%` is a percent sign. */
export function formatted(
  format: string,
  connection: DownstreamConnection,
  headers: Headers,
  at: string,
  absent = '-',
): string {
  return format.replace(/%([^%]*)%/g, (_, inner: string) =>
    inner === '' ? '%' : (operator(inner, at)(connection, headers) ?? absent),
  )
}
