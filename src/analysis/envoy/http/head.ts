import type {HttpConnectionManager} from '../../../model/envoy/http.js'
import {formatIp, parseIp} from '../../../model/kernel/ip-address.js'
import type {DownstreamConnection} from '../connection.js'
import {type Headers, headerValue, headerValues, MADE_UP, withHeader, withoutHeaders} from '../matching/headers.js'
import {asciiLower} from '../matching/strings.js'
import {known, undecided} from '../undecided.js'
import {canonicalPath, mergeSlashes, unescapeSlashes} from './path-normalization.js'

// Header sanitizing: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/header_sanitizing
// X-Forwarded-For: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-for

/** Headers that are honoured only from internal clients and removed from all other requests. */
const INTERNAL = [
  'x-envoy-retriable-status-codes',
  'x-envoy-retriable-header-names',
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-max-retries',
  'x-envoy-upstream-alt-stat-name',
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-upstream-rq-timeout-alt-response',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-force-trace',
  'x-envoy-ip-tags',
  'x-envoy-original-url',
  'x-envoy-hedge-on-per-try-timeout',
]
/** Also removed when Envoy is an edge proxy. */
const EDGE = ['x-envoy-decorator-operation', 'x-envoy-downstream-service-cluster', 'x-envoy-downstream-service-node']

export type PathVerdict = {readonly kind: 'refuse'} | {readonly kind: 'redirect' | 'keep'; readonly target: string}

function escapedSlashes(manager: HttpConnectionManager, target: string): PathVerdict {
  const action = manager.pathWithEscapedSlashesAction ?? 'IMPLEMENTATION_SPECIFIC_DEFAULT'
  const made = unescapeSlashes(target)
  if (made === target || action === 'IMPLEMENTATION_SPECIFIC_DEFAULT' || action === 'KEEP_UNCHANGED')
    return {kind: 'keep', target}
  if (action === 'REJECT_REQUEST') return {kind: 'refuse'}
  return {kind: action === 'UNESCAPE_AND_REDIRECT' ? 'redirect' : 'keep', target: made}
}

/** The path after the connection manager has normalised it. */
export function normalizePath(manager: HttpConnectionManager, target: string): PathVerdict {
  if (manager.pathNormalizationOptions) undecided('path_normalization_options', manager.at)
  if (target.includes('#')) return {kind: 'refuse'}
  const first = escapedSlashes(manager, target)
  if (first.kind === 'refuse') return first
  const canonical = manager.normalizePath ? canonicalPath(first.target) : first.target
  if (canonical === undefined) return {kind: 'refuse'}
  return {kind: first.kind, target: manager.mergeSlashes ? mergeSlashes(canonical) : canonical}
}

/** The authority without trailing dot and port, where the manager strips them. */
export function normalizeHost(manager: HttpConnectionManager, host: string, port: number): string {
  const dotless = manager.stripTrailingHostDot ? host.replace(/\.(:\d+)?$/, '$1') : host
  if (!(manager.stripAnyHostPort || manager.stripMatchingHostPort)) return dotless
  const found = /:(\d+)$/.exec(dotless)
  if (found === null) return dotless
  const strips = manager.stripAnyHostPort || Number(found[1]) === port
  return strips ? dotless.slice(0, -found[0].length) : dotless
}

/** The address in X-Forwarded-For after skipping trusted hops from the right; undefined when there is none. */
function addressFromXff(xff: string | undefined, skip: number): string | undefined {
  if (xff === undefined) return undefined
  const entries = xff.split(',')
  const entry = entries[entries.length - 1 - skip]
  const address = entry === undefined ? undefined : parseIp(entry.trim())
  return address === undefined || /[[\]%]/.test(entry ?? '') ? undefined : formatIp(address)
}

/** The client address as Envoy determines it. */
export function clientAddress(
  manager: HttpConnectionManager,
  headers: Headers,
  connection: DownstreamConnection,
): string {
  if (manager.originalIpDetectionExtensions.length > 0)
    undecided('original_ip_detection_extensions', manager.originalIpDetectionExtensions[0]?.at)
  const xff = headerValue(headers, 'x-forwarded-for')
  const hops = manager.xffNumTrustedHops ?? 0
  const found = manager.useRemoteAddress
    ? hops > 0
      ? addressFromXff(xff, hops - 1)
      : undefined
    : addressFromXff(xff, hops)
  return found ?? connection.remote.ip
}

function proto(manager: HttpConnectionManager, headers: Headers, connection: DownstreamConnection): string {
  const own = connection.tls === undefined ? 'http' : 'https'
  const trusted = !(manager.useRemoteAddress && (manager.xffNumTrustedHops ?? 0) === 0)
  const sent = trusted ? headerValue(headers, 'x-forwarded-proto') : undefined
  return sent ?? own
}

/** The scheme of a request without one: x-forwarded-proto, else that of the connection. */
function schemeOf(sent: string, connection: DownstreamConnection): string {
  if (/^https?$/i.test(sent)) return asciiLower(sent)
  return connection.tls === undefined ? 'http' : 'https'
}

function forwardedFor(manager: HttpConnectionManager, headers: Headers, connection: DownstreamConnection): Headers {
  if (!manager.useRemoteAddress) return headers
  const before = headerValue(headers, 'x-forwarded-for')
  return withHeader(headers, 'x-forwarded-for', before ? `${before},${connection.remote.ip}` : connection.remote.ip)
}

const QUERY_CHARACTERS = /^[A-Za-z0-9\-._~%!$&'()*+,;=:@/?]*$/
const ABSOLUTE_URL =
  /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:\[[0-9A-Fa-f:.]+\]|[^/?#@:[\]\\\s]+)(?::\d{1,5})?(?:[/?][\x21-\x22\x24-\x7e]*)?$/

/** A Referer that Envoy accepts: an absolute URL without user and fragment, or a relative one. */
function isReferer(text: string): boolean {
  if (ABSOLUTE_URL.test(text)) return true
  return QUERY_CHARACTERS.test(text) && !/^[^/]*:/.test(text)
}

/** Hop-by-hop headers to remove; those of an upgrade stay. */
function hopByHop(headers: Headers): readonly string[] {
  const tokens = asciiLower(headerValue(headers, 'connection') ?? '').split(',')
  const upgrades = headerValue(headers, 'upgrade') !== undefined && tokens.some(each => each.trim() === 'upgrade')
  const te = asciiLower(headerValue(headers, 'te') ?? '').split(',')
  return [
    'keep-alive',
    'proxy-connection',
    'transfer-encoding',
    ...(upgrades ? [] : ['connection', 'upgrade']),
    ...(te.some(each => each.trim() === 'trailers') ? [] : ['te']),
  ]
}

/** Only clients with an internal address may send `x-envoy-` headers; by default no address is internal. */
function refuseInternalRanges(manager: HttpConnectionManager): void {
  const config = manager.internalAddressConfig
  if (config === undefined) return
  const {cidrRanges, unixSockets} = known(config, 'internal_address_config')
  if (cidrRanges.length > 0 || unixSockets) undecided('internal addresses', config.at)
}

/** Whether Envoy itself answers `Expect: 100-continue`, and takes the header out. */
function continues(manager: HttpConnectionManager, headers: Headers): boolean {
  return !manager.proxy100Continue && asciiLower(headerValue(headers, 'expect') ?? '') === '100-continue'
}

/** The headers as matchers see them: reserved ones from the client and `internalOnly` are removed, Envoy's own are added. */
export function sanitizeHeaders(
  manager: HttpConnectionManager,
  headers: Headers,
  connection: DownstreamConnection,
  internalOnly: readonly string[],
): Headers {
  refuseInternalRanges(manager)
  const forward = manager.forwardClientCertDetails ?? 'SANITIZE'
  const keepsCert = forward === 'FORWARD_ONLY' || forward === 'APPEND_FORWARD' || forward === 'ALWAYS_FORWARD_ONLY'
  const referer = headerValue(headers, 'referer')
  const removed = [
    ...INTERNAL,
    ...internalOnly.map(asciiLower),
    ...hopByHop(headers),
    ...(continues(manager, headers) ? ['expect'] : []),
    ...(manager.useRemoteAddress ? EDGE : []),
    ...(keepsCert ? [] : ['x-forwarded-client-cert']),
    ...(referer !== undefined && !isReferer(referer) ? ['referer'] : []),
  ]
  const sent = proto(manager, headers, connection)
  let out = withHeader(headers, 'x-forwarded-proto', sent)
  const scheme = manager.schemeHeaderTransformation?.schemeToOverwrite
  if (scheme) out = withHeader(withHeader(out, ':scheme', scheme), 'x-forwarded-proto', scheme)
  else if (headerValue(headers, ':scheme') === undefined) out = withHeader(out, ':scheme', schemeOf(sent, connection))
  out = forwardedFor(manager, withoutHeaders(out, removed), connection)
  const setsCert = forward === 'SANITIZE_SET' || forward === 'APPEND_FORWARD'
  if (setsCert && connection.tls?.certificate !== undefined)
    out = withHeader(out, 'x-forwarded-client-cert', MADE_UP.clientCertificate)
  if (headerValues(out, 'x-request-id').length === 0 && manager.generateRequestId !== false)
    out = withHeader(out, 'x-request-id', MADE_UP.requestId)
  return out
}
