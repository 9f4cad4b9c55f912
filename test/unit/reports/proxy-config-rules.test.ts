import {describe, expect, test} from '@jest/globals'
import {domainsText} from '../../../src/reports/routes/domains.js'
import {cellsOf, configDump} from '../../support/config-dump.js'
import {keptCorpus} from '../../support/istioctl-corpus.js'
import {proxyConfig} from '../../support/proxy-config-run.js'

const AT = '2026-11-20T19:00:00Z'

async function run(words: string, bytes: Uint8Array): Promise<{rows: readonly (readonly string[])[]; notes: string}> {
  const {text, notes} = await proxyConfig(['proxy-config', ...words.split(' '), '-f', 'x.json'], () => bytes, AT)
  return {rows: cellsOf(text), notes: notes.join('\n')}
}

describe('DOMAINS', () => {
  test.each([
    [[], ''],
    [['a.b:80'], 'a.b:80'],
    [['example.com', 'example.com:8080', '1.2.3.4', '1.2.3.4:8080'], 'example.com, 1.2.3.4'],
    [
      [
        'example.com',
        'example.com:8080',
        'www.example.com',
        'www.example.com:8080',
        '[fd00:10:96::7fc7]',
        '[fd00:10:96::7fc7]:8080',
      ],
      'example.com, www.example.com + 1 more...',
    ],
    [['a.b.svc.cluster.local', 'a.b', 'a.b.svc'], 'a.b'],
    [['a:1', 'b:2'], ''],
  ])('%j', (domains, cell) => {
    expect(domainsText(domains)).toBe(cell)
  })
})

describe('routes', () => {
  const host = (name: string, routes: readonly unknown[]) => ({name, domains: ['*'], routes})
  const dump = configDump({
    Routes: {
      dynamic_route_configs: [
        {route_config: {name: 'b', virtual_hosts: [host('none', [])]}},
        {route_config: {name: '9080', virtual_hosts: []}},
        {
          route_config: {
            name: '80',
            virtual_hosts: [
              host('v', [
                {
                  match: {
                    path: '/x',
                    headers: [
                      {name: ':method', string_match: {exact: 'GET'}},
                      {name: 'a', present_match: true, invert_match: true},
                      {name: 'n', range_match: {start: '1', end: '9'}},
                    ],
                    query_parameters: [{name: 'q', string_match: {prefix: 'p'}}],
                  },
                  route: {
                    weighted_clusters: {
                      clusters: [
                        {name: 'c1', weight: 80},
                        {name: 'c2', weight: 20},
                      ],
                    },
                  },
                },
                {match: {path_separated_prefix: '/p'}, redirect: {https_redirect: true, host_redirect: 'h'}},
                {match: {connect_matcher: {}}, direct_response: {status: 503}},
                {match: {prefix: '/'}, route: {cluster: 'PassthroughCluster'}},
              ]),
            ],
          },
        },
      ],
    },
  })

  test("the table is istioctl's, and says on the side what it leaves out", async () => {
    const {rows, notes} = await run('route', dump)
    expect(rows.slice(1)).toEqual([
      ['80', 'v', '*', '/x'],
      ['80', 'v', '*', 'PathPrefix:/p'],
      ['80', 'v', '*'],
      ['b', 'none', '*', '/*', '404'],
    ])
    expect(notes).toContain('1 route to PassthroughCluster is not in this table')
  })

  test('wide shows conditions, weights, redirects, answers and the hidden route', async () => {
    const {rows} = await run('route -o wide', dump)
    const text = rows.map(cells => cells.join(' | '))
    expect(text[1]).toContain(':method=GET, not has a, n in 1-9, ?q^p | c1 (80%), c2 (20%)')
    expect(text[2]).toContain('redirect to https://h')
    expect(text[3]).toContain('CONNECT | answers 503')
    expect(text[4]).toContain('PassthroughCluster')
  })
})

describe('listeners', () => {
  const tcp = (config: Readonly<Record<string, unknown>>) => ({
    name: 'envoy.filters.network.tcp_proxy',
    typed_config: {'@type': 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', ...config},
  })

  test('weighted clusters are named where istioctl shows nothing', async () => {
    const filters = [
      tcp({
        weighted_clusters: {
          clusters: [
            {name: 'a', weight: 1},
            {name: 'b', weight: 2},
          ],
        },
      }),
    ]
    const dump = configDump({
      Listeners: {static_listeners: [{listener: {name: 'x', filter_chains: [{filters}]}}]},
    })
    const {rows} = await run('listener', dump)
    expect(rows[1]?.join(' ')).toContain('Cluster: a (1/3), b (2/3)')
  })

  test('the matcher tree of a waypoint, way by way', async () => {
    const action = (name: string) => ({action: {name, typed_config: {value: name}}})
    const ports = {
      matcher: {
        matcher_tree: {input: {name: 'port'}, exact_match_map: {map: {'8080': action('http'), '80': action('http')}}},
        on_no_match: action('tcp'),
      },
    }
    const range = (address_prefix: string, prefix_len: number) => ({address_prefix, prefix_len})
    const listener = {
      name: 'main_internal',
      internal_listener: {},
      filter_chains: ['http', 'tcp', 'direct', 'lost'].map(name => ({name, filters: [tcp({cluster: name})]})),
      filter_chain_matcher: {
        matcher_tree: {
          input: {name: 'ip'},
          custom_match: {
            name: 'ip',
            typed_config: {
              '@type': 'type.googleapis.com/xds.type.matcher.v3.IPMatcher',
              range_matchers: [{ranges: [range('10.0.0.1', 32), range('10.1.0.0', 16)], on_match: ports}],
            },
          },
        },
        on_no_match: action('direct'),
      },
    }
    const inner = {name: 'inner', internal_listener: {}, filter_chains: [{name: 'envoy://inner', filters: []}]}
    const dump = configDump({
      Listeners: {dynamic_listeners: [listener, inner].map(each => ({active_state: {listener: each}}))},
    })
    const {rows} = await run('listener --waypoint', dump)
    expect(rows.slice(1).map(cells => cells.join(' ').replace(/ +/g, ' '))).toEqual([
      'internal envoy://inner ALL Non-HTTP/Non-TCP',
      'envoy://main_internal http ip=10.0.0.1 -> port=80 Cluster: http',
      'envoy://main_internal http ip=10.0.0.1 -> port=8080 Cluster: http',
      'envoy://main_internal http ip=10.1.0.0/16 -> port=80 Cluster: http',
      'envoy://main_internal http ip=10.1.0.0/16 -> port=8080 Cluster: http',
      'envoy://main_internal tcp ip=10.0.0.1 -> ANY Cluster: tcp',
      'envoy://main_internal tcp ip=10.1.0.0/16 -> ANY Cluster: tcp',
      'envoy://main_internal direct UNMATCHED Cluster: direct',
      'envoy://main_internal lost NONE Cluster: lost',
    ])
  })
})

describe('secrets', () => {
  /** A real root certificate, from a recorded dump. */
  function rootCa(): string {
    const corpus = keptCorpus()
    const path = corpus.runs[0]?.argv.find(word => word.endsWith('.json')) ?? ''
    const text = Buffer.from(corpus.read(path)).toString('utf8')
    return /"trusted_ca": \{\s*"inline_bytes": "([^"]+)"/.exec(text)?.[1] ?? ''
  }

  const bundle = (name: string, data: string) => ({name, trust_bundle: {inline_bytes: data}})
  const spiffe = (domains: readonly unknown[]) => ({
    name: 'entry',
    secret: {
      name: 'ROOTCA',
      validation_context: {
        trusted_ca: {},
        custom_validator_config: {
          typed_config: {
            '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig',
            trust_domains: domains,
          },
        },
      },
    },
  })

  test('a SPIFFE bundle is a row per trust domain, with the column istioctl adds', async () => {
    const dump = configDump({
      Secrets: {dynamic_active_secrets: [spiffe([bundle('east.local', rootCa()), bundle('west.local', 'AAAA')])]},
    })
    const {rows} = await run('secret', dump)
    expect(rows[0]?.at(-1)).toBe('TRUST DOMAIN')
    expect(rows[1]?.slice(0, 4)).toEqual(['ROOTCA', 'CA', 'ACTIVE', 'true'])
    expect(rows[1]?.at(-1)).toBe('east.local')
    expect(rows[2]?.[0]).toBe('ROOTCA')
    expect(rows[2]).toContain('false')
    expect(rows[2]?.at(-1)).toBe('west.local')
  })

  test('warming before active, static only in wide, files named', async () => {
    const dump = configDump({
      Secrets: {
        static_secrets: [{name: 'fixed', secret: {tls_certificate: {certificate_chain: {filename: '/etc/x.pem'}}}}],
        dynamic_active_secrets: [
          {name: 'ROOTCA', secret: {validation_context: {trusted_ca: {inline_bytes: rootCa()}}}},
        ],
        dynamic_warming_secrets: [{name: 'default', version_info: 'uninitialized', secret: {}}],
      },
    })
    const short = await run('secret', dump)
    expect(short.rows.slice(1).map(([name]) => name)).toEqual(['default', 'ROOTCA'])
    expect(short.rows[1]).toEqual(['default', 'WARMING', 'false'])
    expect(short.notes).toContain(`as of ${AT} (--at)`)
    const wide = (await run('secret -o wide', dump)).rows.map(cells => cells.join(' '))
    expect(wide.some(line => line.startsWith('fixed') && line.includes('file /etc/x.pem'))).toBe(true)
    expect(wide.some(line => line.includes('UNINITIALIZED'))).toBe(true)
  })
})

describe('endpoints', () => {
  const lb = (address: string, more: object) => ({
    endpoint: {address: {socket_address: {address, port_value: 80}}},
    ...more,
  })
  const assignment = {
    cluster_name: 'outbound|80||a',
    endpoints: [
      {
        locality: {region: 'r', zone: 'z', sub_zone: 's'},
        priority: 1,
        lb_endpoints: [lb('10.0.0.1', {health_status: 'HEALTHY', load_balancing_weight: 3}), lb('10.0.0.2', {})],
      },
      {locality: {region: '', zone: 'z'}, lb_endpoints: [lb('fd00::1', {health_status: 'DRAINING'})]},
    ],
  }
  const dump = configDump({
    Endpoints: {dynamic_endpoint_configs: [{endpoint_config: assignment}, {endpoint_config: null}]},
  })

  test('eds: localities stop at the first empty part; an address is found with and without its port', async () => {
    const {rows} = await run('eds', dump)
    expect(rows.slice(1)).toEqual([
      ['10.0.0.1:80', 'HEALTHY', 'r/z/s', 'outbound|80||a'],
      ['10.0.0.2:80', 'UNKNOWN', 'r/z/s', 'outbound|80||a'],
      ['fd00::1:80', 'DRAINING', '/z', 'outbound|80||a'],
    ])
    for (const address of ['10.0.0.2', '10.0.0.2:80']) {
      expect((await run(`eds --address ${address}`, dump)).rows.slice(1).map(([name]) => name)).toEqual(['10.0.0.2:80'])
    }
    expect((await run('eds --status draining', dump)).rows.length).toBe(2)
    expect((await run('eds --cluster OUTBOUND|80||A', dump)).rows.length).toBe(4)
  })

  test('eds -o json keeps only the endpoints asked for, and every locality group', async () => {
    const {text} = await proxyConfig(
      ['proxy-config', 'eds', '--address', '10.0.0.2', '-o', 'json', '-f', 'x'],
      () => dump,
      AT,
    )
    expect(JSON.parse(text)).toEqual([
      {
        clusterName: 'outbound|80||a',
        endpoints: [
          {
            locality: {region: 'r', zone: 'z', subZone: 's'},
            priority: 1,
            lbEndpoints: [{endpoint: {address: {socketAddress: {address: '10.0.0.2', portValue: 80}}}}],
          },
          {locality: {region: '', zone: 'z'}},
        ],
      },
    ])
  })

  test('endpoint on a config_dump shows the EDS rows, does not claim an outlier check, and says so', async () => {
    const {rows, notes} = await run('endpoint', dump)
    expect(rows[1]).toEqual(['10.0.0.1:80', 'HEALTHY', '-', 'outbound|80||a'])
    expect(notes).toContain('EDS')
    const {text} = await proxyConfig(
      ['proxy-config', 'endpoint', '--port', '80', '-o', 'json', '-f', 'x'],
      () => dump,
      AT,
    )
    expect(JSON.parse(text)[0]).toMatchObject({
      name: 'outbound|80||a',
      hostStatuses: [{address: {socketAddress: {address: '10.0.0.1', portValue: 80}}, weight: 3, priority: 1}, {}, {}],
    })
  })
})
