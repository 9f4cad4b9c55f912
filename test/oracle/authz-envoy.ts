import {mkdtempSync, rmSync} from 'node:fs'
import {createServer} from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from '@jest/globals'
import type {AskedRequest} from '../../src/analysis/authorization/asked.js'
import {decideByObjects} from '../../src/analysis/authorization/decide.js'
import {everyTrustDomain, inEveryTrustDomain} from '../../src/istiod/rbac/trust-domains.js'
import type {EnvoyRequest} from '../../src/model/envoy/request.js'
import {type AuthzCase, authzCases} from '../support/authz-cases.js'
import {byFilters} from '../support/authz-filters.js'
import {authzRequest} from '../support/authz-requests.js'
import {type Identity, makeClients} from '../support/envoy-oracle/certificates.js'
import {send} from '../support/envoy-oracle/client.js'
import {freePorts, hasEnvoy, hasOpenssl, startEnvoy} from '../support/envoy-oracle/envoy.js'
import {type Random, seeded} from '../support/seeded.js'
import {hasShared} from '../support/shared-data.js'
import {skipUnless} from '../support/skip-unless.js'

const TYPE = 'type.googleapis.com/envoy.'
const EXT = `${TYPE}extensions.`

/** Identities that policies of the recordings name, or nearly name. */
const IDENTITIES = [
  'spiffe://cluster.local/ns/foo/sa/sleep',
  'spiffe://cluster.local/ns/istio-system/sa/default',
  'spiffe://cluster.local/ns/my-ns/sa/my-sa',
  'spiffe://cluster.local/ns/foo/sa/sa-only',
  'spiffe://cluster.local/ns/ns-1/sa/x',
  'spiffe://cluster.local/ns/ns-prefix-a/sa/x',
  'spiffe://principal',
  'spiffe://principal-prefix-a',
  'spiffe://a-suffix-principal',
  'spiffe://td1/ns/foo/sa/all-td',
  'spiffe://some-trustdomain/ns/foo/sa/prefix-td',
  'spiffe://another.local/ns/foo/sa/x',
  'spiffe://badone/ns/foo/sa/x',
  'spiffe://untrusted/ns/foo/sa/x',
]

function terminal(filters: readonly unknown[], tcp: boolean): readonly unknown[] {
  if (tcp)
    return [
      ...filters,
      {
        name: 'envoy.filters.network.tcp_proxy',
        typed_config: {'@type': `${EXT}filters.network.tcp_proxy.v3.TcpProxy`, stat_prefix: 'tcp', cluster: 'upstream'},
      },
    ]
  const route = {match: {prefix: '/'}, direct_response: {status: 200}}
  return [
    {
      name: 'envoy.filters.network.http_connection_manager',
      typed_config: {
        '@type': `${EXT}filters.network.http_connection_manager.v3.HttpConnectionManager`,
        stat_prefix: 'http',
        use_remote_address: true,
        http_protocol_options: {allow_custom_methods: true},
        route_config: {virtual_hosts: [{name: 'all', domains: ['*'], routes: [route]}]},
        http_filters: [
          ...filters,
          {name: 'envoy.filters.http.router', typed_config: {'@type': `${EXT}filters.http.router.v3.Router`}},
        ],
      },
    },
  ]
}

function listener(port: number, {filters, tcp}: AuthzCase, server: Identity, folder: string): unknown {
  const chain = terminal(filters, tcp)
  const socket = {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': `${EXT}transport_sockets.tls.v3.DownstreamTlsContext`,
      require_client_certificate: true,
      common_tls_context: {
        tls_certificates: [{certificate_chain: {inline_string: server.cert}, private_key: {inline_string: server.key}}],
        validation_context: {trusted_ca: {filename: join(folder, 'certs', 'root.pem')}},
      },
    },
  }
  return {
    address: {socket_address: {address: '127.0.0.1', port_value: port}},
    listener_filters: [
      {
        name: 'envoy.filters.listener.proxy_protocol',
        typed_config: {'@type': `${EXT}filters.listener.proxy_protocol.v3.ProxyProtocol`},
      },
      {
        name: 'envoy.filters.listener.tls_inspector',
        typed_config: {'@type': `${EXT}filters.listener.tls_inspector.v3.TlsInspector`},
      },
    ],
    filter_chains: [
      {filter_chain_match: {transport_protocol: 'tls'}, filters: chain, transport_socket: socket},
      {filter_chain_match: {transport_protocol: 'raw_buffer'}, filters: chain},
    ],
  }
}

/** What Envoy can be sent of a generated request: no token, no metadata of other filters, addresses by the PROXY protocol. */
function sendable(random: Random, one: AuthzCase, clients: readonly Identity[]) {
  const made = authzRequest(random, one.policies, one.tcp)
  const identity = random(5) === 0 ? undefined : clients[random(clients.length)]
  const v4 = (ip: string | undefined) => (/^[\d.]+$/.test(ip ?? '') ? (ip ?? '') : '10.9.8.7')
  const asked: AskedRequest = {
    ...made,
    identity: identity?.facts.uriSans[0] ?? null,
    directIp: '127.0.0.1',
    remoteIp: v4(made.remoteIp),
    destinationIp: v4(made.destinationIp),
    sni: identity === undefined || !/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(made.sni ?? '') ? '' : made.sni,
    host: /^[a-zA-Z0-9.-]+$/.test(made.host ?? '') ? made.host : 'h',
    method: /^[A-Za-z-]+$/.test(made.method ?? '') ? made.method : 'GET',
    claims: null,
    filterMetadata: () => undefined,
  }
  return {asked, identity}
}

function envoyRequest(asked: AskedRequest, port: number, secured: boolean): EnvoyRequest {
  const destination = {ip: asked.destinationIp ?? '', port: asked.port ?? 0}
  return {
    acceptedBy: {ip: '127.0.0.1', port},
    destination,
    redirected: false,
    source: {ip: '127.0.0.1', port: 0},
    proxyLine: {source: {ip: asked.remoteIp ?? '', port: 4000}, destination},
    tls: secured ? {sni: asked.sni ?? '', alpn: [], certificate: undefined} : undefined,
    protocol: 'http/1.1',
    method: asked.method ?? 'GET',
    path: asked.path ?? '/',
    headers: [['host', asked.host ?? ''], ...(asked.headers ?? [])],
    bodyBytes: 0,
    chunked: false,
    payload: undefined,
    abortAfter: undefined,
    sequence: 1,
  }
}

/** The status of a request; one without an answer is asked again: a denied TCP connection never has one, a busy machine has it later. */
async function statusOf(ask: () => ReturnType<typeof send>): Promise<number | null> {
  for (let left = 3; left > 0; left--) {
    const {status} = await ask()
    if (status !== null && status !== undefined) return status
  }
  return null
}

const {test: withEnvoy} = skipUnless(
  hasEnvoy() && hasOpenssl() && hasShared('authz'),
  'envoy, openssl and ../shared/data/authz',
)

/** Loads the recorded filters into a real Envoy and compares its verdicts with both evaluators. */
export function authzEnvoyTests(count: number): void {
  withEnvoy(
    `${count} requests`,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'authz-'))
      const cases = authzCases().filter(
        ({filters, peerByFilterState}) =>
          !peerByFilterState && !filters.some(each => (each as {name: string}).name.endsWith('ext_authz')),
      )
      const {server, clients} = makeClients(join(folder, 'certs'), IDENTITIES)
      const upstream = createServer((_, response) => response.end('ok'))
      await new Promise<void>(resolve => upstream.listen(0, '127.0.0.1', () => resolve()))
      const address = upstream.address()
      const upstreamPort = typeof address === 'object' && address !== null ? address.port : 0
      const [admin = 0, ...ports] = await freePorts(cases.length + 1)
      const envoy = await startEnvoy(folder, admin, {
        static_resources: {
          listeners: cases.map((each, i) => listener(ports[i] ?? 0, each, server, folder)),
          clusters: [
            {
              name: 'upstream',
              type: 'STATIC',
              load_assignment: {
                cluster_name: 'upstream',
                endpoints: [
                  {
                    lb_endpoints: [
                      {endpoint: {address: {socket_address: {address: '127.0.0.1', port_value: upstreamPort}}}},
                    ],
                  },
                ],
              },
            },
          ],
        },
      })
      try {
        const random = seeded(7)
        const wrong: string[] = []
        const seen = new Map<string, number>()
        for (let i = 0; i < count; i += 8) {
          const batch = Array.from({length: Math.min(8, count - i)}, (_, k) => {
            const index = (i + k) % cases.length
            const one = cases[index]
            if (one === undefined) throw new Error('a case is there')
            return {one, port: ports[index] ?? 0, ...sendable(random, one, clients)}
          })
          const answers = await Promise.all(
            batch.map(({asked, port, identity}) =>
              statusOf(() => send(envoyRequest(asked, port, identity !== undefined), identity)),
            ),
          )
          batch.forEach(({one, asked}, k) => {
            const status = answers[k] ?? null
            const passed = status === 200 || (one.tcp && status !== null)
            const refused = status === 403 || (one.tcp && status === null)
            const real = passed ? 'allowed' : refused ? 'denied' : `status ${status}`
            const {verdict} = decideByObjects(one.policies, asked, {
              twins: principal => inEveryTrustDomain(principal, one.trustDomains),
              domains: trustDomain => everyTrustDomain(trustDomain, one.trustDomains),
              provider: () => 'refused',
            })
            const filters = byFilters(one.filters, asked)
            seen.set(real, (seen.get(real) ?? 0) + 1)
            if (verdict !== real || filters !== real)
              wrong.push(
                `${one.name}: really ${real}, objects ${verdict}, filters ${filters}: ${JSON.stringify(asked)}`,
              )
          })
        }
        expect(wrong).toEqual([])
        for (const verdict of ['allowed', 'denied']) expect(seen.get(verdict) ?? 0).toBeGreaterThan(count / 10)
      } finally {
        await envoy.stop()
        upstream.close()
        rmSync(folder, {recursive: true, force: true})
      }
    },
    600_000,
  )
}
