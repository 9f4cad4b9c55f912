import type {EnvoyRequest, Protocol} from '../../../src/model/envoy/request.js'
import type {Random} from '../seeded.js'
import type {Identity} from './certificates.js'
import {HOSTS, NAMES, oneIn, PATHS, pick, some, VALUES} from './matchers.js'
import {browserHeaders} from './request-rules.js'
import {carried, type TokenWorld} from './tokens.js'

/** A request, and the certificate its client shows. */
export interface OracleRequest {
  readonly request: EnvoyRequest
  readonly identity: Identity | undefined
}

const TWISTS: readonly ((path: string) => string)[] = [
  path => path,
  path => path,
  path => path,
  path => `${path}?q=jason`,
  path => `${path}?debug&q=v1&q=v2`,
  path => path.replace('/', '//'),
  path => `${path}/../admin`,
  path => path.replace('a', '%61'),
  path => path.replace(/(.)\//, '$1%2F'),
  path => path.toUpperCase(),
  path => `${path}/`,
  path => `${path};x=1`,
  path => path.replace(/(.)\//, '$1;v=2/'),
  path => `${path}#f`,
  path => `http://shop${path}`,
  path => `${path}|"<>`,
  path => `h+t.p://shop${path}`,
  path => `http://sh|op${path}`,
  () => '*',
  () => '*/x',
]

const ODD_BYTES = [
  'hello\n',
  'PING\r\n\r\n',
  'GET / HTTP/1.1\r\n\r\n',
  'get / HTTP/1.1\r\nhost: shop\r\n\r\n',
  'GET /api HTTP/1.1\r\nhost: shop\r\n\r\n',
  '\x00\x01\x02\x03\x04\x05',
  'GET /api HTTP/1.1\r\nhost: shop\r\nx-user: a\r\n b\r\n\r\n',
  'GET /api HTTP/1.1\r\nhost: shop\r\nconnection: x-user\r\nx-user: jason\r\n\r\n',
  'GET /api HTTP/1.1\r\nhost: shop\r\nconnection: x-forwarded-for\r\n\r\n',
  'GET /api\r\nhost: shop\r\n\r\n',
  'POST /api HTTP/1.1\r\nhost: shop\r\ncontent-length: 99999999999999999999\r\n\r\n',
  'POST / HTTP/1.1\r\nhost: shop\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
]

function headers(random: Random, protocol: Protocol): readonly (readonly [string, string])[] {
  const host = `${pick(random, HOSTS)}${pick(random, ['', '', '', ':80', ':8080', '.'])}`
  const all = some(random, 0, 3, () => [pick(random, NAMES), pick(random, VALUES)] as const)
  // Node's HTTP/2 client refuses some headers sent twice.
  const given = protocol === 'http/2' ? all.filter(([name], i) => all.findIndex(each => each[0] === name) === i) : all
  return [
    ...(oneIn(random, 40) && protocol !== 'http/2'
      ? []
      : [['host', protocol === 'http/2' ? host.replace(/\.$/, '') : host] as const]),
    ...given,
    ...browserHeaders(random),
    ...(oneIn(random, 6)
      ? [
          [
            'x-forwarded-for',
            pick(random, ['10.1.2.3', '10.1.2.3, 8.8.8.8', '10.1.2.3,junk', '1.1.1.1, 10.1.9.9, 127.0.0.9']),
          ] as const,
        ]
      : []),
    ...(oneIn(random, 8) ? [['x-forwarded-proto', pick(random, ['http', 'https'])] as const] : []),
    ...(oneIn(random, 10)
      ? [['content-type', pick(random, ['application/grpc', 'application/grpc+x', 'application/grpc-web'])] as const]
      : []),
    ...(oneIn(random, 12) ? [['x-envoy-fault-abort-request', '409'] as const] : []),
    ...(oneIn(random, 12)
      ? [
          ['origin', pick(random, ['http://a.example', 'b'])] as const,
          ['access-control-request-method', 'GET'] as const,
        ]
      : []),
    ...(oneIn(random, 25) && protocol === 'http/1.1'
      ? [['connection', 'upgrade'] as const, ['upgrade', pick(random, ['websocket', 'h2c', 'odd'])] as const]
      : []),
    ...(oneIn(random, 20) && protocol === 'http/1.1'
      ? [['connection', pick(random, ['x-user', 'close, x-ver', 'te', 'x-forwarded-proto'])] as const]
      : []),
    ...(oneIn(random, 25) && protocol !== 'http/2' ? [['x_under', '1'] as const] : []),
  ]
}

/** Headers of a request with more; over HTTP/2 each name once. */
function joined(
  given: readonly (readonly [string, string])[],
  more: readonly (readonly [string, string])[],
  protocol: Protocol,
): readonly (readonly [string, string])[] {
  const all = [...given, ...more]
  return protocol === 'http/2' ? all.filter(([name], i) => all.findIndex(each => each[0] === name) === i) : all
}

/** A random request to one of the listeners of a configuration; `ports` are in the order of `configuration`. */
export function oracleRequest(
  random: Random,
  ports: readonly number[],
  identities: readonly Identity[],
  tokens: TokenWorld,
): OracleRequest {
  const at = pick(random, [0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4, 5, 5, 5])
  const port = ports[at] ?? 0
  const encrypted = at === 2 ? !oneIn(random, 8) : at < 2 ? oneIn(random, 25) : oneIn(random, 3)
  const protocol = pick<Protocol>(random, ['http/1.1', 'http/1.1', 'http/1.1', 'http/1.1', 'http/2', 'http/1.0', 'tcp'])
  const identity = encrypted && !oneIn(random, 3) ? pick(random, identities) : undefined
  const alpn =
    protocol === 'http/2'
      ? pick(random, [['h2'], ['h2', 'http/1.1'], ['istio', 'h2']])
      : pick(random, [['http/1.1'], [], ['istio', 'http/1.1']])
  const proxied = at === 5 ? !oneIn(random, 5) : false
  const connect = oneIn(random, 25) && protocol === 'http/1.1'
  const odd = protocol === 'tcp' || (oneIn(random, 30) && protocol === 'http/1.1')
  const carries = oneIn(random, 2) ? carried(random, tokens) : {headers: [], query: ''}
  const plain = pick(random, TWISTS)(pick(random, PATHS))
  const path = carries.query === '' ? plain : `${plain}${plain.includes('?') ? '&' : '?'}${carries.query}`
  const destination = {ip: pick(random, ['127.0.0.1', '127.0.0.1', '127.0.0.2']), port}
  const request: EnvoyRequest = {
    destination,
    acceptedBy: destination,
    redirected: false,
    source: {ip: pick(random, ['127.0.0.1', '127.0.0.1', '127.0.0.5', '127.0.0.9']), port: 0},
    proxyLine: proxied
      ? {
          source: {ip: pick(random, ['10.1.2.3', '10.9.9.9', '127.0.0.1']), port: 4000},
          destination: {
            ip: pick(random, ['10.2.0.1', '10.2.0.2', '127.0.0.1']),
            port: pick(random, [8080, 8080, 9090]),
          },
        }
      : undefined,
    tls: encrypted
      ? {sni: pick(random, ['app.example.com', 'other', '', 'b.example.com']), alpn, certificate: identity?.facts}
      : undefined,
    protocol,
    method: connect ? 'CONNECT' : pick(random, ['GET', 'GET', 'GET', 'POST', 'OPTIONS', 'DELETE']),
    path: connect
      ? pick(random, ['shop:80', 'shop:80', 'shop:80?', 'sho^p:80'])
      : protocol === 'http/2'
        ? path.replace(/^h.*?p:\/\/sh.*?op/, '').replace(/^\*/, '/')
        : path,
    headers: joined(headers(random, protocol), carries.headers, protocol),
    bodyBytes: 0,
    chunked: false,
    payload: odd ? pick(random, ODD_BYTES) : undefined,
    abortAfter: undefined,
    sequence: 1,
  }
  return {request, identity}
}
