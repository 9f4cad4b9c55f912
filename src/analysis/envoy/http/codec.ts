import type {HttpConnectionManager} from '../../../model/envoy/http.js'
import type {EnvoyRequest} from '../../../model/envoy/request.js'
import {type DownstreamConnection, requestText} from '../connection.js'
import type {Headers} from '../matching/headers.js'
import {asciiLower} from '../matching/strings.js'
import {undecided} from '../undecided.js'
import {withoutNominated} from './connection-header.js'
import {joinInline} from './inline-headers.js'
import {beginsMethod, requestLine} from './request-line.js'

// What the codecs reject: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details

export type Decoded =
  | {readonly kind: 'refused'; readonly status: number; readonly details: string}
  | {readonly kind: 'waits'}
  | {
      readonly kind: 'request'
      readonly headers: Headers
      readonly version: '1.0' | '1.1' | '2'
      /** The body framing is invalid; reported after the filters have seen the headers. */
      readonly badBody: boolean
    }

type HeaderList = readonly (readonly [string, string])[]

function refused(status: number, details: string): Decoded {
  return {kind: 'refused', status, details}
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const BAD_VALUE = /[\x00-\x08\x0a-\x1f\x7f]/
const DEFAULT_MAX_COUNT = 100
const DEFAULT_MAX_KB = 60

interface Limits {
  readonly count: number
  readonly bytes: number
  readonly underscores: string
}

function limitsOf(manager: HttpConnectionManager): Limits {
  const common = manager.commonHttpProtocolOptions
  return {
    count: common?.maxHeadersCount ?? DEFAULT_MAX_COUNT,
    bytes: (manager.maxRequestHeadersKb ?? DEFAULT_MAX_KB) * 1024,
    underscores: common?.headersWithUnderscoresAction ?? 'ALLOW',
  }
}

function size(headers: HeaderList): number {
  return headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0)
}

/** Applies headers_with_underscores_action; undefined when the request is rejected. */
function underscored(headers: HeaderList, limits: Limits): HeaderList | undefined {
  const hit = headers.some(([name]) => name.includes('_'))
  if (!hit || limits.underscores === 'ALLOW') return headers
  return limits.underscores === 'DROP_HEADER' ? headers.filter(([name]) => !name.includes('_')) : undefined
}

/** The blank line that ends a head. */
const END = /\r?\n\r?\n/

function headOf(text: string): string {
  const end = END.exec(text)
  return end === null ? text : text.slice(0, end.index)
}

/** The lines of the headers; one that begins with a blank continues the line before (RFC 9112, 5.2). */
function headerLines(text: string): readonly string[] {
  const head = headOf(text)
  const end = head.indexOf('\n')
  if (end < 0) return []
  return head
    .slice(end + 1)
    .replace(/\r?\n(?=[ \t])/g, '')
    .split(/\r?\n/)
}

type Lines = {readonly ok: true; readonly headers: HeaderList} | {readonly ok: false; readonly answer: Decoded}

function readLines(lines: readonly string[], limits: Limits): Lines {
  const headers: [string, string][] = []
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon)
    if (colon < 1 || !TOKEN.test(name)) return {ok: false, answer: refused(400, 'http1.codec_error')}
    const value = line.slice(colon + 1).replace(/^[ \t]+|(?<![ \t])[ \t]+$/g, '')
    if (BAD_VALUE.test(value)) return {ok: false, answer: refused(400, 'http1.invalid_characters')}
    headers.push([asciiLower(name), value])
  }
  if (headers.length > limits.count) return {ok: false, answer: refused(431, 'http1.too_many_headers')}
  return {ok: true, headers}
}

function valuesOf(headers: HeaderList, name: string): readonly string[] {
  return headers.filter(([each]) => each === name).map(([, value]) => value)
}

const MAX_LENGTH = 2n ** 64n

function isLength(text: string): boolean {
  return /^\d+$/.test(text) && BigInt(text) < MAX_LENGTH
}

/** What is wrong with the framing of the body; undefined when nothing is. */
function framingFault(headers: HeaderList, allowBoth: boolean): Decoded | undefined {
  const lengths = valuesOf(headers, 'content-length')
  const encodings = valuesOf(headers, 'transfer-encoding')
  if (lengths.length > 1 || lengths.some(each => !isLength(each))) return refused(400, 'http1.codec_error')
  if (encodings.length === 0) return undefined
  if (asciiLower(encodings.join(',')) !== 'chunked') return refused(501, 'http1.invalid_transfer_encoding')
  if (lengths.length > 0 && !allowBoth) return refused(400, 'http1.content_length_and_chunked_not_allowed')
  return undefined
}

function badChunk(text: string, headers: HeaderList): boolean {
  if (valuesOf(headers, 'transfer-encoding').length === 0) return false
  const body = /\r?\n\r?\n([\s\S]*)$/.exec(text)?.[1] ?? ''
  return body !== '' && !/^[0-9a-fA-F]+[ \t]*(?:;[^\n]*)?\r?\n/.test(body)
}

interface Target {
  readonly path: string | undefined
  readonly authority: string | undefined
  readonly scheme: string | undefined
}

const HOST_AND_PORT = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::(\d{1,5}))?$/

function isHostAndPort(text: string, portNeeded: boolean): boolean {
  const [, host, port] = HOST_AND_PORT.exec(text) ?? []
  return host !== undefined && (port === undefined ? !portNeeded : Number(port) <= 65_535)
}

/** The parts of a request target, or the codec's error for an invalid URL (RFC 9112, 3.2). */
function targetOf(method: string, target: string): Target | 'http1.invalid_url' | 'http1.invalid_scheme' {
  if (method === 'CONNECT') {
    const [, authority = '', query] = /^(.*?)(\?)?$/s.exec(target) ?? []
    return isHostAndPort(authority, true) ? {path: query, authority, scheme: undefined} : 'http1.invalid_url'
  }
  const isAsterisk = target.startsWith('*') && method === 'OPTIONS'
  if (target.startsWith('/') || isAsterisk) return {path: target, authority: undefined, scheme: undefined}
  const [, scheme = '', users = '', rest = ''] = /^([^:]+):\/\/([^/?#]*)(.*)$/s.exec(target) ?? []
  const authority = users.replace(/^.*@/, '')
  if (!isHostAndPort(authority, false)) return 'http1.invalid_url'
  if (!/^https?$/i.test(scheme)) return 'http1.invalid_scheme'
  return {path: rest === '' ? '/' : rest, authority, scheme: asciiLower(scheme)}
}

/** A target that is taken for a path whatever it is (allow_absolute_url switched off). */
function pathAlone(path: string): Target {
  return {path, authority: undefined, scheme: undefined}
}

/** Removes the `h2c` upgrade, which Envoy never performs. */
function withoutH2c(headers: HeaderList): HeaderList {
  const upgrade = valuesOf(headers, 'upgrade').join(',')
  if (asciiLower(upgrade) !== 'h2c') return headers
  return headers.filter(([name]) => name !== 'upgrade' && name !== 'http2-settings')
}

/** Control characters other than tabs and line breaks, looked for in the whole head before anything else. */
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/

function http1(manager: HttpConnectionManager, request: EnvoyRequest): Decoded {
  const text = requestText(request)
  const line = requestLine(text, manager.httpProtocolOptions?.allowCustomMethods)
  if (line.kind === 'partial') return {kind: 'waits'}
  if ((manager.httpProtocolOptions?.allowCustomMethods || beginsMethod(text)) && CONTROL.test(headOf(text)))
    return refused(400, 'http1.invalid_characters')
  if (line.kind === 'invalid') return refused(400, 'http1.codec_error')
  const limits = limitsOf(manager)
  const sent = text.replace(/^[\r\n]+/, '')
  const end = END.exec(sent)
  const headSize = end === null ? sent.length : end.index + end[0].length
  if (headSize > limits.bytes) return refused(431, 'http1.headers_too_large')
  if (!line.bare && end === null) return {kind: 'waits'}
  // A request without a version has no headers.
  const lines = readLines(line.bare ? [] : headerLines(sent), limits)
  if (!lines.ok) return lines.answer
  const clean = underscored(lines.headers, limits)
  if (clean === undefined) return refused(400, 'http1.unexpected_underscore')
  const nominated = line.method === 'CONNECT' ? clean : withoutNominated(withoutH2c(clean))
  if (nominated === undefined) return refused(400, 'http1.connection_header_rejected')
  const framing = framingFault(clean, manager.httpProtocolOptions?.allowChunkedLength ?? false)
  if (framing !== undefined) return framing
  const parsed = manager.httpProtocolOptions?.allowAbsoluteUrl !== false || line.method === 'CONNECT'
  const target = parsed ? targetOf(line.method, line.target) : pathAlone(line.target)
  if (typeof target === 'string') return refused(400, target)
  const hosts = target.authority === undefined ? valuesOf(nominated, 'host') : [target.authority]
  const pseudo: HeaderList = [
    [':method', line.method],
    ...(target.path === undefined ? [] : [[':path', target.path] as const]),
    ...hosts.map(each => [':authority', each] as const),
    ...(target.scheme === undefined ? [] : [[':scheme', target.scheme] as const]),
  ]
  const rest = nominated.filter(([name]) => name !== 'host')
  return {
    kind: 'request',
    headers: joinInline([...pseudo, ...rest], false),
    version: line.version,
    badBody: badChunk(text, clean),
  }
}

const CONNECTION_HEADERS = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'])

/** Unlike over HTTP/1, user information is refused in the codec. */
const HTTP2_AUTHORITY = /^[A-Za-z0-9!$%&'()*+,\-.:;=[\]_~]+$/

function http2Fault(request: EnvoyRequest, headers: HeaderList): string | undefined {
  const bad = headers.some(
    ([name, value]) =>
      CONNECTION_HEADERS.has(name) ||
      (name === 'te' && asciiLower(value) !== 'trailers') ||
      !TOKEN.test(name) ||
      name !== asciiLower(name) ||
      BAD_VALUE.test(value) ||
      (name === 'host' && !HTTP2_AUTHORITY.test(value)),
  )
  if (bad || !TOKEN.test(request.method) || /[\x00-\x20\x7f]/.test(request.path)) return 'http2.invalid.header.field'
  if (!headers.some(([name]) => name === 'host')) return 'http2.violation.of.messaging.rule'
  if (request.method === 'CONNECT' || request.path.startsWith('/')) return undefined
  return request.path === '*' && request.method === 'OPTIONS' ? undefined : 'http2.violation.of.messaging.rule'
}

/** The HTTP/2 codec joins cookies to one header, and starts it with the first that is not empty. */
function withoutEmptyCookies(headers: HeaderList): HeaderList {
  const first = headers.findIndex(([name, value]) => name === 'cookie' && value !== '')
  return headers.filter(([name], i) => name !== 'cookie' || (first >= 0 && i >= first))
}

function http2(manager: HttpConnectionManager, request: EnvoyRequest, connection: DownstreamConnection): Decoded {
  if (request.payload !== undefined) undecided('bytes inside an HTTP/2 connection')
  const lower = request.headers.map(([name, value]) => [asciiLower(name), value] as const)
  const fault = http2Fault(request, lower)
  if (fault !== undefined) return refused(0, fault)
  const limits = limitsOf(manager)
  const clean = underscored(lower, limits)
  if (clean === undefined) return refused(0, 'http2.unexpected_underscore')
  if (size(clean) > limits.bytes || clean.length > limits.count)
    undecided('how HTTP/2 refuses headers that are too many or too large', manager.at)
  const scheme = connection.tls === undefined ? 'http' : 'https'
  const pseudo: HeaderList = [
    [':method', request.method],
    ...(request.method === 'CONNECT' ? [] : [[':path', request.path] as const]),
    ...valuesOf(clean, 'host').map(each => [':authority', each] as const),
    [':scheme', scheme],
  ]
  const plain = withoutEmptyCookies(clean.filter(([name]) => name !== 'host'))
  const headers = joinInline([...pseudo, ...plain], true)
  return {kind: 'request', headers, version: '2', badBody: false}
}

/** Whether the manager reads the connection as HTTP/2. */
export function readsHttp2(
  manager: HttpConnectionManager,
  request: EnvoyRequest,
  connection: DownstreamConnection,
): boolean {
  const type = manager.codecType ?? 'AUTO'
  if (type === 'HTTP1') return false
  if (type === 'HTTP2') return true
  if (type !== 'AUTO') undecided(`codec ${type}`, manager.at)
  const alpn = connection.tls?.alpn ?? ''
  const encrypted = request.tls !== undefined && connection.tls === undefined
  return alpn === '' ? request.protocol === 'http/2' && !encrypted : alpn === 'h2'
}

/** Parses the request headers as the connection manager's codec does. */
export function decodeRequest(
  manager: HttpConnectionManager,
  request: EnvoyRequest,
  connection: DownstreamConnection,
): Decoded {
  const encrypted = request.tls !== undefined && connection.tls === undefined
  if (!readsHttp2(manager, request, connection)) {
    if (encrypted || request.protocol === 'http/2') return refused(400, 'http1.codec_error')
    if (request.protocol === 'tcp' && (request.payload ?? '') === '') return {kind: 'waits'}
    return http1(manager, request)
  }
  return http2(manager, request, connection)
}

/** True when the connection manager expects HTTP/2 and receives anything else: the connection closes before any request. */
export function speaksOtherThanHttp2(
  manager: HttpConnectionManager,
  request: EnvoyRequest,
  connection: DownstreamConnection,
): boolean {
  if (!readsHttp2(manager, request, connection)) return false
  return request.protocol !== 'http/2' || (request.tls !== undefined && connection.tls === undefined)
}
