import type {ClientHandshake, EnvoyRequest, Protocol} from '../../model/envoy/request.js'
import type {PassedHead, UpstreamCall} from '../../model/envoy/upstream-call.js'
import type {CertificateNames} from '../envoy/listener/handshake.js'
import {namesFit, validationOf} from '../envoy/listener/handshake.js'
import type {Site, SiteCertificate} from './world.js'

/** What is sent on a connection: the bytes, and the TLS around them. */
export interface Speech {
  readonly protocol: Protocol
  /** The request headers; undefined for a connection that is not HTTP. */
  readonly head: PassedHead | undefined
  /** The first bytes of a non-HTTP client; undefined for one that waits for the server. */
  readonly payload: string | undefined
  readonly tls: ClientHandshake | undefined
  /** Why the client rejects a server's certificate; undefined when it accepts it. */
  readonly refuses: ((certificate: SiteCertificate) => string | undefined) | undefined
  /** What a proxy that only forwards put its own TLS around: the TLS of the client. */
  readonly inside?: Speech
  /** The TLS was not begun by who sends it: a proxy forwards the bytes of its client. */
  readonly forwarded?: true
}

/** How a TLS handshake begins (RFC 8446, 5.1): a record of type 22, version 0x0301. */
const CLIENT_HELLO = '\x16\x03\x01'

/** Whether the two proxies trust a common root; unknown roots are assumed to be the same. */
function shareRoot(a: SiteCertificate | undefined, b: SiteCertificate | undefined): boolean {
  if (a === undefined || b === undefined || a.roots.length === 0 || b.roots.length === 0) return true
  return a.roots.some(each => b.roots.includes(each))
}

function expired(certificate: SiteCertificate, now: number): boolean {
  return now > certificate.validTo || now < certificate.validFrom
}

function refusalOf(call: UpstreamCall, own: Site, now: number): Speech['refuses'] {
  const common = call.tls?.commonTlsContext
  if (common === undefined) return undefined
  return certificate => {
    const {rules, secret} = validationOf(common)
    const validates = secret || rules.some(each => each.trustedCa !== undefined)
    if (!validates) return undefined
    if (!shareRoot(own.certificate, certificate)) return "the server's certificate is signed by another root"
    if (expired(certificate, now))
      return `the server's certificate expired at ${new Date(certificate.validTo).toISOString()}`
    const names: CertificateNames = {uriSans: certificate.uriSans, dnsSans: certificate.dnsSans}
    if (!rules.every(each => namesFit(each, names)))
      return `the server's certificate is for ${certificate.uriSans.join(', ')}, which the client does not expect`
    return undefined
  }
}

function serverName(call: UpstreamCall): string {
  if (call.tls?.sni) return call.tls.sni
  const host = call.head?.headers.find(([name]) => name === 'host')?.[1] ?? ''
  return call.tls?.autoHostSni ? host.replace(/:\d+$/, '') : ''
}

function clientTls(call: UpstreamCall, site: Site, now: number): ClientHandshake | undefined {
  const {tls} = call
  if (tls === undefined) return undefined
  const common = tls.commonTlsContext
  const shows = (common?.tlsCertificates.length ?? 0) + (common?.tlsCertificateSdsSecretConfigs.length ?? 0) > 0
  const own = site.certificate
  const certificate =
    shows && own !== undefined
      ? {uriSans: own.uriSans, dnsSans: own.dnsSans, subject: '', trusted: true, expired: expired(own, now)}
      : undefined
  return {sni: serverName(call), alpn: (common?.alpnProtocols ?? []).flatMap(each => each.split(',')), certificate}
}

/** What a proxy sends upstream: its own request, or the client's bytes if it only forwards them. */
export function passedOn(call: UpstreamCall, from: Speech, site: Site, now: number): Speech {
  const tls = clientTls(call, site, now)
  const refuses = refusalOf(call, site, now)
  if (call.head !== undefined)
    return {protocol: call.http2 ? 'http/2' : 'http/1.1', head: call.head, payload: undefined, tls, refuses}
  const kept = call.terminated ? (from.inside ?? {...from, tls: undefined, refuses: undefined}) : from
  if (tls === undefined) return kept.tls === undefined ? kept : {...kept, forwarded: true}
  if (kept.tls === undefined) return {...kept, tls, refuses}
  return {protocol: kept.protocol, head: undefined, payload: CLIENT_HELLO, tls, refuses, inside: kept}
}

/** The same bytes as a request to one Envoy. */
export function envoyRequest(
  speech: Speech,
  ends: Pick<EnvoyRequest, 'destination' | 'acceptedBy' | 'redirected' | 'source'>,
): EnvoyRequest {
  const {head, payload, tls, protocol} = speech
  return {
    ...ends,
    proxyLine: undefined,
    tls,
    protocol,
    method: head?.method ?? 'GET',
    path: head?.path ?? '/',
    headers: head?.headers ?? [],
    bodyBytes: 0,
    chunked: false,
    payload: head === undefined ? payload : undefined,
    abortAfter: undefined,
    sequence: 1,
  }
}

/** A client of a server-first protocol: sends nothing until the server has. */
export function waitsForServer(speech: Speech): boolean {
  return speech.head === undefined && speech.payload === undefined
}
