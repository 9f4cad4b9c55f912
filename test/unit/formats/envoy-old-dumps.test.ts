import {describe, expect, test} from '@jest/globals'
import {cellsOf, configDump} from '../../support/config-dump.js'
import {proxyConfig} from '../../support/proxy-config-run.js'

/** What Istio 1.0 with Consul wrote in the words of Envoy's v2 API: Struct configurations, old filter names, `hosts`. */
const LISTENERS = {
  dynamic_active_listeners: [
    {
      version_info: '2018-09-17',
      listener: {
        '@type': 'type.googleapis.com/envoy.api.v2.Listener',
        name: 'virtual',
        address: {socket_address: {address: '0.0.0.0', port_value: 15001}},
        use_original_dst: true,
        filter_chains: [
          {
            filters: [
              {name: 'envoy.tcp_proxy', config: {stat_prefix: 'PassthroughCluster', cluster: 'PassthroughCluster'}},
            ],
          },
        ],
      },
    },
    {
      listener: {
        name: '172.28.0.9_9080',
        address: {socket_address: {address: '172.28.0.9', port_value: 9080}},
        deprecated_v1: {bind_to_port: false},
        filter_chains: [
          {
            filter_chain_match: {transport_protocol: 'tls', application_protocols: ['istio']},
            tls_context: {require_client_certificate: true},
            filters: [
              {
                name: 'envoy.http_connection_manager',
                config: {
                  stat_prefix: 'inbound',
                  route_config: {
                    virtual_hosts: [
                      {
                        name: 'inbound|http|9080',
                        domains: ['*'],
                        routes: [{match: {prefix: '/'}, route: {cluster: 'inbound|9080||reviews.service.consul'}}],
                      },
                    ],
                  },
                },
              },
            ],
          },
        ],
      },
    },
  ],
}

const CLUSTERS = {
  dynamic_active_clusters: [
    {
      cluster: {
        '@type': 'type.googleapis.com/envoy.api.v2.Cluster',
        name: 'outbound|9080||reviews.service.consul',
        type: 'EDS',
        connect_timeout: '1s',
        tls_context: {common_tls_context: {tls_certificates: [{certificate_chain: {filename: '/etc/certs/cert.pem'}}]}},
      },
    },
  ],
  static_clusters: [{cluster: {name: 'xds-grpc', type: 'STRICT_DNS', hosts: [{socket_address: {address: 'pilot'}}]}}],
}

const ROUTES = {
  dynamic_route_configs: [
    {
      route_config: {
        name: '9080',
        virtual_hosts: [
          {
            name: 'reviews.service.consul:9080',
            domains: [
              'reviews.service.consul',
              'reviews.service.consul:9080',
              'reviews',
              'reviews:9080',
              'reviews.service',
              'reviews.service:9080',
            ],
            routes: [
              {
                match: {prefix: '/', headers: [{name: 'end-user', value: 'jason'}]},
                route: {cluster: 'outbound|9080|v2|reviews.service.consul', timeout: '0s'},
              },
              {match: {regex: '/v[12]/.*'}, route: {cluster: 'outbound|9080||reviews.service.consul'}},
            ],
          },
        ],
      },
    },
  ],
}

const DUMP = configDump({Clusters: CLUSTERS, Listeners: LISTENERS, Routes: ROUTES}, 'envoy.admin.v2alpha')

async function run(words: string, bytes: Buffer = DUMP): Promise<readonly (readonly string[])[]> {
  const {text, exit} = await proxyConfig(
    ['proxy-config', ...words.split(' '), '-f', 'old.json'],
    () => bytes,
    '2018-10-01T00:00:00Z',
  )
  expect(exit).toBe(0)
  return cellsOf(text)
}

describe('dumps of the v2 API', () => {
  test('clusters have their names, hosts under service.consul, and their TLS mode', async () => {
    const [, first, second] = await run('cluster -o wide')
    expect(first).toEqual(expect.arrayContaining(['reviews.service.consul', '9080', 'outbound', 'EDS', 'MUTUAL', '1s']))
    expect(second).toEqual(expect.arrayContaining(['xds-grpc', 'STRICT_DNS', 'ROUND_ROBIN']))
  })

  test('the listener called virtual hands connections to their original destination', async () => {
    const rows = await run('listener')
    expect(rows).toContainEqual(['0.0.0.0', '15001 ALL', 'PassthroughCluster'])
    expect(rows).toContainEqual([
      '172.28.0.9 9080',
      'Trans: tls; App: istio Cluster: inbound|9080||reviews.service.consul',
    ])
    const wide = (await run('listener -o wide')).map(cells => cells.join(' '))
    expect(wide.some(line => line.includes('virtual') && line.includes('port, use_original_dst'))).toBe(true)
    expect(wide.some(line => line.includes('172.28.0.9_9080') && line.includes('mTLS'))).toBe(true)
  })

  test('routes show old regexes and header values', async () => {
    const [, first, second] = await run('route -o wide')
    expect(first).toEqual(
      expect.arrayContaining(['reviews.service.consul, reviews + 1 more...', '/*', 'end-user=jason']),
    )
    expect(second).toEqual(expect.arrayContaining(['regex /v[12]/.*', 'outbound|9080||reviews.service.consul']))
  })

  test('sections as an object, as before Envoy 1.8', async () => {
    const configs = {clusters: {'@type': 'type.googleapis.com/envoy.admin.v2alpha.ClustersConfigDump', ...CLUSTERS}}
    const rows = await run('cluster', Buffer.from(JSON.stringify({configs})))
    expect(rows.map(([name]) => name)).toEqual(['SERVICE FQDN', 'reviews.service.consul', 'xds-grpc'])
  })
})

describe('what is not known is shown as such', () => {
  const LISTENER = {
    name: 'odd',
    address: {socket_address: {address: '10.0.0.1', port_value: 1}},
    additional_addresses: [{address: {pipe: {path: '/x'}}}],
    filter_chains: [
      {filters: [{name: 'envoy.filters.network.http_connection_manager', config_discovery: {}}]},
      {
        filters: [
          {name: 'vendor.filter', typed_config: {'@type': 'type.googleapis.com/vendor.Filter'}},
          {
            name: 'envoy.filters.network.tcp_proxy',
            typed_config: {'@type': 'type.googleapis.com/vendor.Proxy', cluster: 'a'},
          },
        ],
      },
      {filters: [{typed_config: {'@type': 'type.googleapis.com/vendor.Nameless'}}]},
      'not a chain',
    ],
  }
  const dump = configDump({
    Listeners: {dynamic_listeners: [{name: 'warming'}, {active_state: {listener: LISTENER}}], static_listeners: [7]},
    Clusters: {
      dynamic_active_clusters: [
        {cluster: {'@type': 'type.googleapis.com/vendor.Upstream', name: 'c', cluster_type: {name: 'vendor.cluster'}}},
        {cluster: 5},
      ],
    },
    Secrets: {
      dynamic_active_secrets: [{name: 's', secret: {'@type': 'type.googleapis.com/vendor.Secret'}}, {name: 't'}],
    },
  })

  test('filters of unknown types, discovered later, without a name', async () => {
    const rows = (await run('listener -o wide', dump)).map(cells => cells.join(' '))
    expect(rows.some(line => line.includes('HTTP (configuration discovered later)'))).toBe(true)
    expect(rows.some(line => line.includes('TCP (unknown type vendor.Proxy)') && line.includes('vendor.filter'))).toBe(
      true,
    )
    expect(rows.some(line => line.includes('Non-HTTP/Non-TCP') && line.includes('unknown (vendor.Nameless)'))).toBe(
      true,
    )
    expect(rows[1]).toContain('10.0.0.1,/x')
  })

  test('clusters and secrets of unknown types', async () => {
    const clusters = (await run('cluster -o wide', dump)).map(cells => cells.join(' '))
    expect(clusters.some(line => line.includes('unknown (vendor.Upstream)'))).toBe(true)
    const secrets = (await run('secret -o wide', dump)).map(cells => cells.join(' '))
    expect(secrets.some(line => line.includes('unknown type vendor.Secret'))).toBe(true)
    expect(secrets.some(line => line.startsWith('t ') && line.includes('nothing received yet'))).toBe(true)
  })

  test.each(['cluster', 'listener', 'secret'])('%s -o json keeps all of it', async command => {
    const {text, exit} = await proxyConfig(
      ['proxy-config', command, '-o', 'json', '-f', 'x'],
      () => dump,
      '2026-01-01T00:00:00Z',
    )
    expect(exit).toBe(0)
    expect(text).toContain('vendor.')
  })
})
