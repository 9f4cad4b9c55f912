import {own} from '../../model/collections/own.js'
import type {EnvoyProxy} from '../../model/envoy/proxy.js'
import type {ClientHandshake, EnvoyRequest, IpPort, Protocol} from '../../model/envoy/request.js'
import {UserError} from '../../model/evidence/user-error.js'
import {parseIp} from '../../model/kernel/ip-address.js'

/** A request to simulate on one Envoy: one the pod sends (`out`) or one that arrives (`in`). */
export interface RequestSpec {
  readonly out?: string | undefined
  readonly in?: string | undefined
  /** `ADDRESS:PORT` of the socket that accepts the connection, instead of the one it is redirected to. */
  readonly listener?: string | undefined
  readonly method?: string | undefined
  /** `name: value` or `name=value`. */
  readonly header?: readonly string[] | undefined
  /** The address to connect to, if the URL names a host. */
  readonly address?: string | undefined
  readonly source?: string | undefined
  readonly sni?: string | undefined
  readonly alpn?: string | undefined
  /** URI SAN of the client's certificate; implies mTLS. */
  readonly principal?: string | undefined
  readonly protocol?: string | undefined
}

const EXAMPLE =
  'Write it as http://reviews:9080/path, https://example.com/, tcp://10.96.0.10:3306, or http://:9080/path for the pod itself.'
const PORTS: Readonly<Record<string, number>> = {http: 80, https: 443, grpc: 80}
const OUTBOUND_PORT = 15_001
const INBOUND_PORT = 15_006
const PROTOCOLS: readonly Protocol[] = ['http/1.0', 'http/1.1', 'http/2', 'tcp']
/** Test networks of RFC 5737: no listener has these addresses. */
const SOME_CLIENT = '192.0.2.1'
const SOME_SERVER = '198.51.100.1'

interface Target {
  readonly scheme: string
  readonly host: string
  readonly port: number
  readonly path: string
}

/** Splits `scheme://host:port/path`. */
function readTarget(text: string): Target {
  const found = /^(https?|tcp|tls|grpc):\/\/(\[[0-9a-fA-F:.]+\]|[^:/?#]*)(?::(\d{1,5}))?([/?].*)?$/.exec(text)
  const [, scheme = '', host = '', given, path = '/'] = found ?? []
  const port = Number(given ?? own(PORTS, scheme) ?? 0)
  if (found === null || port === 0 || port > 65_535)
    throw new UserError(`cannot read the request ${JSON.stringify(text)}`, {hint: EXAMPLE})
  return {scheme, host, port, path: path.startsWith('/') ? path : `/${path}`}
}

function readAddress(text: string): IpPort {
  const found = /^\[?(.*?)\]?:(\d{1,5})$/.exec(text)
  if (found === null || parseIp(found[1] ?? '') === undefined)
    throw new UserError(`cannot read the address ${JSON.stringify(text)}`, {hint: 'Write it as 0.0.0.0:15006.'})
  return {ip: found[1] ?? '', port: Number(found[2])}
}

function readHeader(text: string): readonly [string, string] {
  const found = /^([^:=\s]+)\s*[:=]\s*(.*)$/s.exec(text)
  if (found === null)
    throw new UserError(`cannot read the header ${JSON.stringify(text)}`, {hint: 'Write it as name=value.'})
  return [found[1] ?? '', found[2] ?? '']
}

function protocolOf(spec: RequestSpec, scheme: string): Protocol {
  if (spec.protocol === undefined)
    return scheme === 'tcp' || scheme === 'tls' ? 'tcp' : scheme === 'grpc' ? 'http/2' : 'http/1.1'
  const asked = spec.protocol === 'h2' || spec.protocol === 'grpc' ? 'http/2' : spec.protocol
  const found = PROTOCOLS.find(each => each === asked)
  if (found === undefined)
    throw new UserError(`unknown protocol ${JSON.stringify(spec.protocol)}`, {
      hint: `Choose one of ${PROTOCOLS.join(', ')}.`,
    })
  return found
}

function tlsOf(spec: RequestSpec, {scheme, host}: Target, protocol: Protocol): ClientHandshake | undefined {
  const encrypted = scheme === 'https' || scheme === 'tls' || spec.principal !== undefined || spec.sni !== undefined
  if (!encrypted) return undefined
  const usual = spec.principal === undefined ? (protocol === 'http/2' ? ['h2'] : ['http/1.1']) : meshAlpn(protocol)
  const certificate =
    spec.principal === undefined
      ? undefined
      : {uriSans: [spec.principal], dnsSans: [], subject: '', trusted: true, expired: false}
  const name = parseIp(host) === undefined ? host : ''
  return {
    sni: spec.sni ?? name,
    alpn: spec.alpn?.split(',') ?? (protocol === 'tcp' && spec.principal === undefined ? [] : usual),
    certificate,
  }
}

/** The ALPN that Istio's client proxies offer (istio-peer-exchange is Istio's own). */
function meshAlpn(protocol: Protocol): readonly string[] {
  if (protocol === 'tcp') return ['istio-peer-exchange', 'istio']
  return protocol === 'http/2' ? ['istio-h2', 'h2'] : ['istio-http/1.1', 'http/1.1']
}

/** A request as given, and what was assumed where the flags leave it open. */
export interface AskedRequest {
  readonly request: EnvoyRequest
  readonly notes: readonly string[]
}

interface Ends {
  readonly destination: IpPort
  readonly acceptedBy: IpPort
  readonly redirected: boolean
  readonly source: string
}

function dialled(
  spec: RequestSpec,
  {host, port}: Target,
  addressOf: (host: string, port: number) => string | undefined,
  notes: string[],
): string {
  if (spec.address !== undefined) return spec.address
  const bare = host.replace(/^\[|\]$/g, '')
  if (parseIp(bare) !== undefined) return bare
  const known = addressOf(host, port)
  if (known !== undefined) return known
  notes.push(`the address of ${host} is unknown (set --address): assumed to match no listener`)
  return SOME_SERVER
}

function bound(proxy: EnvoyProxy, port: number): boolean {
  return proxy.listeners.some(each => each.bound && each.addresses.some(address => address.port === port))
}

function endsOf(
  spec: RequestSpec,
  target: Target,
  proxy: EnvoyProxy,
  addressOf: (host: string, port: number) => string | undefined,
  notes: string[],
): Ends {
  const own = proxy.address ?? SOME_SERVER
  const inbound = spec.in !== undefined
  const ip = inbound && target.host === '' ? own : dialled(spec, target, addressOf, notes)
  const destination = {ip, port: target.port}
  const source = spec.source ?? (inbound ? SOME_CLIENT : own)
  if (spec.listener !== undefined) {
    const acceptedBy = readAddress(spec.listener)
    const redirected = acceptedBy.port === OUTBOUND_PORT || acceptedBy.port === INBOUND_PORT
    return {
      destination: redirected
        ? destination
        : {ip: acceptedBy.ip === '0.0.0.0' ? own : acceptedBy.ip, port: acceptedBy.port},
      acceptedBy,
      redirected,
      source,
    }
  }
  const port = inbound ? INBOUND_PORT : OUTBOUND_PORT
  const redirected = bound(proxy, port)
  if (!redirected)
    notes.push(`no listener is bound to port ${port}: the connection is assumed to go to ${ip}:${target.port} directly`)
  return {destination, acceptedBy: redirected ? {ip: '0.0.0.0', port} : destination, redirected, source}
}

/** Builds a request from the flags. `addressOf` finds the address of a host, if any evidence has it. */
export function requestFrom(
  spec: RequestSpec,
  proxy: EnvoyProxy,
  addressOf: (host: string, port: number) => string | undefined,
): AskedRequest {
  const text = spec.in ?? spec.out
  if (text === undefined)
    throw new UserError('specify a request: --out URL for one the pod sends, --in URL for one that arrives', {
      hint: EXAMPLE,
    })
  const target = readTarget(text)
  const notes: string[] = []
  const protocol = protocolOf(spec, target.scheme)
  const ends = endsOf(spec, target, proxy, addressOf, notes)
  const given = (spec.header ?? []).map(readHeader)
  const host = target.host === '' ? ends.destination.ip : target.host
  const authority = target.port === own(PORTS, target.scheme) ? host : `${host}:${target.port}`
  const headers = given.some(([name]) => name.toLowerCase() === 'host')
    ? given
    : [['host', authority] as const, ...given]
  const request: EnvoyRequest = {
    destination: ends.destination,
    acceptedBy: ends.acceptedBy,
    redirected: ends.redirected,
    source: {ip: ends.source, port: 0},
    proxyLine: undefined,
    tls: tlsOf(spec, target, protocol),
    protocol,
    method: (spec.method ?? 'GET').toUpperCase(),
    path: target.path,
    headers: target.scheme === 'grpc' ? [...headers, ['content-type', 'application/grpc']] : headers,
    bodyBytes: 0,
    chunked: false,
    payload: protocol === 'tcp' ? 'some bytes\n' : undefined,
    abortAfter: undefined,
    sequence: 1,
  }
  return {request, notes}
}
