import {groupedPairs} from '../../model/collections/grouped-by.js'
import type {DownstreamConnection} from './connection.js'
import type {ChosenRoute} from './http/state.js'
import {CEL_ERROR, type CelMap, type CelNames, type CelValue, celValue} from './matching/cel.js'
import {type Headers, headerValue} from './matching/headers.js'
import {pathOnly} from './matching/query.js'
import type {DynamicMetadata} from './matching/values.js'
import {undecided} from './undecided.js'

// Attributes: https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/attributes

/** What attributes are taken from; network filters have no headers and no route. */
export interface AttributeSubject {
  readonly connection: DownstreamConnection
  readonly headers: Headers
  readonly metadata: DynamicMetadata
  readonly filterState: ReadonlyMap<string, string>
  readonly chosen?: ChosenRoute | undefined
  readonly request?: {readonly protocol: string; readonly bodyBytes: number}
}

type Attributes = ReadonlyMap<string, CelValue | undefined | (() => CelValue)>

/** Attributes whose values a configuration cannot tell. */
function unknown(name: string): () => CelValue {
  return () => undecided(`attribute ${name} of a CEL expression`)
}

/** A group of attributes: one that is missing fails where it is selected, one that is not known here is undecided. */
function group(name: string, attributes: Attributes): CelMap {
  const get = (key: string): CelValue | undefined => {
    if (!attributes.has(key)) return unknown(`${name}.${key}`)()
    const found = attributes.get(key)
    return typeof found === 'function' ? found() : found
  }
  return {get, has: key => get(key) !== undefined, size: attributes.size}
}

function joinedHeaders(headers: Headers): CelValue {
  return new Map([...groupedPairs(headers)].map(([name, values]) => [name, values.join(',')]))
}

const PROTOCOLS: ReadonlyMap<string, string> = new Map([
  ['http/1.0', 'HTTP/1.0'],
  ['http/1.1', 'HTTP/1.1'],
  ['http/2', 'HTTP/2'],
])

function requestAttributes({headers, request}: AttributeSubject): Attributes {
  const target = headerValue(headers, ':path')
  const header = (name: string) => headerValue(headers, name)
  const query = target === undefined ? undefined : /\?([^#]*)/.exec(target)?.[1]
  return new Map<string, CelValue | undefined | (() => CelValue)>([
    ['path', target],
    ['url_path', target === undefined ? undefined : pathOnly(target)],
    ['query', query ?? ''],
    ['host', header(':authority')],
    ['scheme', header(':scheme')],
    ['method', header(':method')],
    ['headers', joinedHeaders(headers)],
    ['referer', header('referer')],
    ['useragent', header('user-agent')],
    ['id', header('x-request-id')],
    ['protocol', PROTOCOLS.get(request?.protocol ?? '')],
    ['size', BigInt(request?.bodyBytes ?? 0)],
    ['time', unknown('request.time')],
  ])
}

function connectionAttributes({connection}: AttributeSubject): Attributes {
  const {tls, serverName} = connection
  const first = (names: readonly string[] | undefined) => names?.[0]
  return new Map<string, CelValue | undefined>([
    ['mtls', tls !== undefined && tls.certificate !== undefined],
    ['requested_server_name', serverName],
    ['uri_san_peer_certificate', first(tls?.certificate?.uriSans)],
    ['dns_san_peer_certificate', first(tls?.certificate?.dnsSans)],
    ['subject_peer_certificate', tls?.certificate?.subject || undefined],
  ])
}

function addressAttributes({ip, port}: {readonly ip: string; readonly port: number}): Attributes {
  const host = ip.includes(':') ? `[${ip}]` : ip
  return new Map<string, CelValue>([
    ['address', `${host}:${port}`],
    ['port', BigInt(port)],
  ])
}

function metadataAttributes({metadata}: AttributeSubject): CelValue {
  const spaces = [...metadata].map(([name, value]) => [name, celValue(value)] as const)
  return new Map([['filter_metadata', new Map(spaces)]])
}

/** What the names of a condition mean for a request or a connection. */
export function attributesOf(subject: AttributeSubject): CelNames {
  const {connection, chosen} = subject
  const groups: ReadonlyMap<string, () => CelValue> = new Map([
    ['request', () => group('request', requestAttributes(subject))],
    ['connection', () => group('connection', connectionAttributes(subject))],
    ['source', () => group('source', addressAttributes(connection.remote))],
    ['destination', () => group('destination', addressAttributes(connection.local))],
    ['metadata', () => metadataAttributes(subject)],
    ['filter_state', () => new Map(subject.filterState)],
    [
      'xds',
      () =>
        group(
          'xds',
          new Map<string, CelValue | undefined>([
            ['route_name', chosen?.route?.name ?? ''],
            ['cluster_name', chosen?.clusters.length === 1 ? (chosen.clusters[0] ?? '') : undefined],
          ]),
        ),
    ],
  ])
  return name => groups.get(name)?.() ?? (name === 'upstream' || name === 'response' ? CEL_ERROR : undefined)
}
