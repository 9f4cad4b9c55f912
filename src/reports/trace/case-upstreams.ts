import type {UpstreamServer} from '../../model/envoy/proxy.js'
import type {IpPort} from '../../model/envoy/request.js'

// The upstream servers of case files: the behaviour of each port, as the description of the format lists them.

const OK: UpstreamServer = {connect: 'accepts', tls: undefined, answer: {kind: 'http', status: 200, afterMs: 0}}

function answering(status: number, afterMs = 0): UpstreamServer {
  return {...OK, answer: {kind: 'http', status, afterMs}}
}

function ending(kind: Exclude<UpstreamServer['answer']['kind'], 'http'>): UpstreamServer {
  return {...OK, answer: {kind}}
}

const UPSTREAM = {
  uriSans: ['spiffe://cluster.local/ns/demo/sa/upstream'],
  dnsSans: ['up.demo.svc.cluster.local'],
  trusted: true,
  expired: false,
  demandsCertificate: false,
}
const IMPOSTOR = {
  ...UPSTREAM,
  uriSans: ['spiffe://cluster.local/ns/demo/sa/impostor'],
  dnsSans: ['impostor.demo.svc.cluster.local'],
}

const PLAIN_PORTS = [
  80, 443, 3306, 5000, 7001, 7002, 7003, 7004, 7005, 7006, 7007, 7008, 7009, 7010, 7011, 7012, 8000, 8080, 8443, 9000,
  9080, 9090, 9443,
]

const SERVERS: ReadonlyMap<number, UpstreamServer> = new Map([
  ...PLAIN_PORTS.map(port => [port, OK] as const),
  [7020, answering(503)],
  [7021, answering(500)],
  [7022, answering(200, 3000)],
  [7023, ending('closes-after-request')],
  [7024, ending('closes-at-once')],
  [7025, ending('not-http')],
  [7026, ending('silent')],
  [7027, answering(429)],
  [7028, answering(404)],
  [7029, ending('resets-after-request')],
  [7050, answering(200, 600)],
  [7030, {...OK, tls: {...UPSTREAM, demandsCertificate: true}}],
  [7031, {...OK, tls: {...UPSTREAM, expired: true}}],
  [7032, {...OK, tls: IMPOSTOR}],
  [7033, {...OK, tls: {...UPSTREAM, trusted: false}}],
  [7034, {...OK, tls: UPSTREAM}],
])

const REFUSES: UpstreamServer = {...OK, connect: 'refuses'}
const DROPPED_ADDRESS = '10.250.0.1'

/** The server at an address of a case file: one that drops packets, one of the table, or none. */
export function caseUpstream({ip, port}: IpPort): UpstreamServer {
  if (ip === DROPPED_ADDRESS) return {...OK, connect: 'drops'}
  return SERVERS.get(port) ?? REFUSES
}
