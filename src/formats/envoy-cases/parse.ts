import type {
  ClientCertificate,
  ClientHandshake,
  EnvoyRequest,
  IpPort,
  Protocol,
  ProxyLine,
} from '../../model/envoy/request.js'
import {field, flagOf, listOf, numberOf, objectOf, textOf, textsOf} from '../decode.js'

/** A question about one request, by its id. */
export interface EnvoyCase {
  readonly id: string
  readonly request: EnvoyRequest
}

/** The root that the proxies of the case form trust. */
const TRUSTED_ROOT = 'truth-root'

function address(text: string | undefined): IpPort | undefined {
  const match = /^(.*):(\d+)$/.exec(text ?? '')
  return match === null ? undefined : {ip: (match[1] ?? '').replace(/^\[|\]$/g, ''), port: Number(match[2])}
}

function certificate(json: unknown): ClientCertificate | undefined {
  if (json === undefined) return undefined
  return {
    uriSans: textsOf(json, 'uri_sans'),
    dnsSans: textsOf(json, 'dns_sans'),
    subject: textOf(json, 'subject') ?? '',
    trusted: textOf(json, 'signed_by') === TRUSTED_ROOT,
    expired: flagOf(json, 'expired') ?? false,
  }
}

function clientTls(transport: unknown): ClientHandshake | undefined {
  if (textOf(transport, 'type') !== 'tls') return undefined
  return {
    sni: textOf(transport, 'sni') ?? '',
    alpn: textsOf(transport, 'alpn'),
    certificate: certificate(objectOf(transport, 'client_cert')),
  }
}

function proxyLine(json: unknown): ProxyLine | undefined {
  const line = objectOf(json, 'proxy_protocol')
  if (line === undefined) return undefined
  const end = (ip: string, port: string) => ({ip: textOf(line, ip) ?? '', port: numberOf(line, port) ?? 0})
  return {source: end('src', 'sport'), destination: end('dst', 'dport')}
}

function headersOf(json: unknown): readonly (readonly [string, string])[] {
  return listOf(json, 'headers').flatMap(each =>
    Array.isArray(each) && typeof each[0] === 'string' && typeof each[1] === 'string'
      ? [[each[0], each[1]] as const]
      : [],
  )
}

const PROTOCOLS: readonly Protocol[] = ['http/1.0', 'http/1.1', 'http/2', 'tcp']
/** What a TCP client of the case form sends when the case does not say. */
const TCP_GREETING = 'hello\n'

function payloadOf(json: unknown, protocol: Protocol): string | undefined {
  return textOf(json, 'payload') ?? (protocol === 'tcp' ? TCP_GREETING : undefined)
}

/**
 * Reads one case of a configuration folder: only the request, never what was observed. Undefined when it is not a case.
 * Every request carries its id in a header of its own, which counts as a header and is matched by no rule.
 */
export function parseEnvoyCase(json: unknown): EnvoyCase | undefined {
  const id = textOf(json, 'id')
  const destination = address(textOf(json, 'dst'))
  const protocol = PROTOCOLS.find(each => each === textOf(json, 'protocol'))
  if (id === undefined || destination === undefined || protocol === undefined) return undefined
  const seconds = numberOf(json, 'abort_after')
  const request: EnvoyRequest = {
    destination,
    acceptedBy: address(textOf(json, 'accepted_by')) ?? destination,
    redirected: numberOf(json, 'redirected_to') !== undefined,
    source: {ip: textOf(json, 'src') ?? '', port: numberOf(json, 'src_port') ?? 0},
    proxyLine: proxyLine(json),
    tls: clientTls(field(json, 'transport')),
    protocol,
    method: textOf(json, 'method') ?? 'GET',
    path: textOf(json, 'path') ?? '/',
    headers: [...headersOf(json), ['x-case-id', id]],
    bodyBytes: numberOf(json, 'body_bytes') ?? 0,
    chunked: flagOf(json, 'chunked') ?? false,
    payload: payloadOf(json, protocol),
    abortAfter: seconds === undefined ? undefined : seconds * 1000,
    sequence: numberOf(json, 'sequence'),
  }
  return {id, request}
}
