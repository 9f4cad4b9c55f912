import {own} from '../../model/collections/own.js'
import type {ServicePort} from '../../model/kube/kube-service.js'

/** The protocol Istio assigns to a Service port; `unknown` is detected at run time. */
export type IstioProtocol =
  | 'HTTP'
  | 'HTTP2'
  | 'GRPC'
  | 'GRPC-Web'
  | 'HTTP_PROXY'
  | 'HTTPS'
  | 'TLS'
  | 'TCP'
  | 'Mongo'
  | 'Redis'
  | 'MySQL'
  | 'UDP'
  | 'unknown'

const BY_PREFIX: Readonly<Record<string, IstioProtocol>> = {
  tcp: 'TCP',
  udp: 'UDP',
  grpc: 'GRPC',
  http: 'HTTP',
  http_proxy: 'HTTP_PROXY',
  http2: 'HTTP2',
  https: 'HTTPS',
  tls: 'TLS',
  mongo: 'Mongo',
  redis: 'Redis',
  mysql: 'MySQL',
}

const BY_APP_PROTOCOL: Readonly<Record<string, IstioProtocol>> = {
  'kubernetes.io/h2c': 'HTTP2',
  'kubernetes.io/ws': 'HTTP',
  'kubernetes.io/wss': 'HTTPS',
}

/** Ports that are TCP without being named (SMTP, DNS, MySQL, MongoDB): servers that speak first, never detected. */
const SERVER_FIRST = [25, 53, 3306, 27017]

function named(text: string): IstioProtocol {
  const lower = text.toLowerCase()
  if (lower.startsWith('grpc-web')) return 'GRPC-Web'
  return own(BY_PREFIX, lower.split('-')[0] ?? '') ?? 'unknown'
}

/** The protocol declared by the name alone. */
export function protocolOfName(name: string | undefined): IstioProtocol {
  return named(name ?? '')
}

/** The protocol declared by appProtocol alone. */
export function protocolOfAppProtocol(appProtocol: string): IstioProtocol {
  return own(BY_APP_PROTOCOL, appProtocol.toLowerCase()) ?? named(appProtocol)
}

/**
 * The protocol Istio gives a Service port: UDP stays UDP, else appProtocol when set (the name is then ignored), else the name's part
 * before the first `-`, else TCP for well-known server-first ports, else unknown (istio.io, "Protocol Selection").
 */
export function istioProtocol(port: Pick<ServicePort, 'name' | 'port' | 'protocol' | 'appProtocol'>): IstioProtocol {
  if (port.protocol === 'UDP') return 'UDP'
  const declared = port.appProtocol === undefined ? protocolOfName(port.name) : protocolOfAppProtocol(port.appProtocol)
  return declared === 'unknown' && SERVER_FIRST.includes(port.port) ? 'TCP' : declared
}

const PLAIN_TCP: readonly IstioProtocol[] = ['TCP', 'Mongo', 'Redis', 'MySQL']
const PASSTHROUGH: readonly IstioProtocol[] = ['HTTPS', 'TLS']
const HTTP_LIKE: readonly IstioProtocol[] = ['HTTP', 'HTTP2', 'GRPC', 'GRPC-Web', 'HTTP_PROXY']

/** True for protocols that the proxy parses as HTTP. */
export function isHttpLike(protocol: IstioProtocol): boolean {
  return HTTP_LIKE.includes(protocol)
}

/** True for protocols that the proxy passes on without reading them: TLS. */
export function isPassthrough(protocol: IstioProtocol): boolean {
  return PASSTHROUGH.includes(protocol)
}

/** True when the proxy treats both the same way: databases are TCP unless their filters are enabled, and HTTPS is TLS passthrough (istio.io, "Protocol Selection"). */
export function sameInProxy(a: IstioProtocol, b: IstioProtocol): boolean {
  return a === b || [PLAIN_TCP, PASSTHROUGH].some(family => family.includes(a) && family.includes(b))
}
