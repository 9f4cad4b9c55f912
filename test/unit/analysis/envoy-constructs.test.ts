import {describe, expect, test} from '@jest/globals'
import {cluster, ending, http, OK, TYPE} from '../../support/one-envoy.js'

// What is expected was recorded from Envoy 1.40 with the same configurations and requests.

function template(path_template: string): object {
  const type = `${TYPE}extensions.path.match.uri_template.v3.UriTemplateMatchConfig`
  const path_match_policy = {name: 'x', typed_config: {'@type': type, path_template}}
  return {name: 'ok', match: {path_match_policy}, direct_response: {status: 201}}
}

describe('path templates', () => {
  test.each([
    ['/a/b*', '/a/b', 201],
    ['/a/b*', '/a/', 201],
    ['/a/b*', '/a/bc', 404],
    ['/b*/c', '/b/c', 201],
    ['/b*/c', '//c', 201],
    ['/a/x*y', '/a/xy', 201],
    ['/a/x*y', '/a/xzy', 404],
    ['/a/{x}', '/a/x*y', 201],
    ['/a/**', '/a/*', 201],
    ['/a/x.t', '/a/xqt', 404],
  ])('%s and %s: %d', (pattern, path, status) => {
    expect(ending({routes: [template(pattern)]}, path)).toMatchObject({status})
  })
})

describe('tables of routes', () => {
  test.each([
    ['/a;x=1;y', 'exact'],
    ['/b;x/c', 'separated'],
    ['/c;x/d', 'regex'],
    ['/d;1/e;2/f', 'prefix'],
  ])('may leave out the parameters of segments: %s', (path, route) => {
    const direct_response = {status: 200}
    const routes = [
      {name: 'exact', match: {path: '/a'}, direct_response},
      {name: 'separated', match: {path_separated_prefix: '/b'}, direct_response},
      {name: 'regex', match: {safe_regex: {regex: '/c/d'}}, direct_response},
      {name: 'prefix', match: {prefix: '/d/e'}, direct_response},
    ]
    expect(ending({routes, table: {ignore_path_parameters_in_path_matching: true}}, path)).toMatchObject({route})
    expect(ending({routes}, path)).toMatchObject({route: null})
  })

  test('may keep headers to internal clients, which none is', () => {
    const match = {prefix: '/', headers: [{name: 'x-int', present_match: true}]}
    const routes = [{name: 'internal', match, direct_response: {status: 201}}, OK]
    const headers = [['x-int', '1'] as const]
    expect(ending({routes, table: {internal_only_headers: ['X-Int']}}, '/', {headers})).toMatchObject({route: 'ok'})
    expect(ending({routes}, '/', {headers})).toMatchObject({route: 'internal'})
  })
})

describe('clusters', () => {
  const options = (fields: object) => ({
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': `${TYPE}extensions.upstreams.http.v3.HttpProtocolOptions`,
        ...fields,
      },
    },
  })
  const to = (name: string) => [{name: 'r', match: {prefix: '/'}, route: {cluster: name}}]

  test('may send the whole URL', () => {
    const whole = options({explicit_http_config: {http_protocol_options: {send_fully_qualified_url: true}}})
    expect(ending({routes: to('whole'), clusters: [cluster('whole', 7001, whole)]}, '/x')).toMatchObject({
      status: 200,
      upstreamPath: 'http://shop/x',
    })
  })

  test.each([
    ['shop', {}, 503],
    ['up.example.com', {}, 200],
    ['UP.example.com:443', {}, 200],
    ['other', {override_auto_sni_header: 'x-name'}, 200],
  ])('may demand the name of the host %s %j in the certificate: %d', (host, more, status) => {
    const tls = {
      transport_socket: {
        name: 'tls',
        typed_config: {
          '@type': `${TYPE}extensions.transport_sockets.tls.v3.UpstreamTlsContext`,
          common_tls_context: {validation_context: {trusted_ca: {filename: 'root.pem'}}},
        },
      },
      ...options({
        upstream_http_protocol_options: {auto_sni: true, auto_san_validation: true, ...more},
        explicit_http_config: {http_protocol_options: {}},
      }),
    }
    const headers = [['host', host] as const, ['x-name', 'up.example.com'] as const]
    const setting = {routes: to('tls'), clusters: [cluster('tls', 7034, tls)]}
    // The first host counts: the one of the question is replaced.
    expect(ending(setting, `http://${host}/`, {headers: headers.slice(1)})).toMatchObject({status})
  })

  test('with weighted localities send nothing to one without a weight', () => {
    const locality = (port: number, more: object) => {
      const endpoint = {address: {socket_address: {address: '127.0.0.1', port_value: port}}}
      return {lb_endpoints: [{endpoint}], ...more}
    }
    const endpoints = [locality(7001, {load_balancing_weight: 1}), locality(7020, {})]
    const more = {
      common_lb_config: {locality_weighted_lb_config: {}},
      load_assignment: {cluster_name: 'lw', endpoints},
    }
    expect(ending({routes: to('lw'), clusters: [cluster('lw', 0, more)]})).toMatchObject({status: 200})
    const plain = {load_assignment: {cluster_name: 'lw', endpoints}}
    expect(ending({routes: to('lw'), clusters: [cluster('lw', 0, plain)]})).toMatchObject({
      undecided: 'which endpoint is chosen',
    })
  })

  test('whose names are Services go to their addresses where DNS was not asked', () => {
    const endpoint = {address: {socket_address: {address: 'up.demo.svc.cluster.local', port_value: 7020}}}
    const load_assignment = {cluster_name: 'dns', endpoints: [{lb_endpoints: [{endpoint}]}]}
    const setting = {
      routes: [{name: 'r', match: {prefix: '/'}, route: {cluster: 'dns', auto_host_rewrite: true}}],
      clusters: [cluster('dns', 0, {type: 'STRICT_DNS', load_assignment})],
    }
    expect(ending(setting)).toMatchObject({undecided: 'DNS results are not in the dump'})
    const resolve = (name: string) => (name === 'up.demo.svc.cluster.local' ? ['127.0.0.1'] : undefined)
    expect(ending({...setting, resolve})).toMatchObject({status: 503, upstreamHost: 'up.demo.svc.cluster.local'})
    expect(ending({...setting, resolve: () => undefined})).toMatchObject({undecided: 'DNS results are not in the dump'})
  })

  test('of original destinations may listen to a header', () => {
    const more = {type: 'ORIGINAL_DST', load_assignment: undefined, original_dst_lb_config: {use_http_header: true}}
    const setting = {routes: to('od'), clusters: [cluster('od', 0, more)]}
    const headers = [['x-envoy-original-dst-host', '127.0.0.1:7020'] as const]
    expect(ending(setting, '/', {headers})).toMatchObject({status: 503, details: 'via_upstream'})
    expect(ending(setting)).toMatchObject({status: 503, flags: ['UH']})
  })
})

describe('filters', () => {
  test.each([
    ['0', {status: 200}],
    // 100 of a million: one request in ten thousand, which no single request tells.
    ['100', {undecided: 'a fault abort happens in 0.01% of the requests'}],
    ['1000000', {status: 503}],
  ])('a fault counts the percentage a header asks in its own parts: %s of a million', (asked, expected) => {
    const percentage = {numerator: 1_000_000, denominator: 'MILLION'}
    const filters = [http('fault.v3.HTTPFault', {abort: {header_abort: {}, percentage}})]
    const headers = [
      ['x-envoy-fault-abort-request', '503'] as const,
      ['x-envoy-fault-abort-request-percentage', asked] as const,
    ]
    expect(ending({filters}, '/', {headers})).toMatchObject(expected)
  })

  test('a rate limit of each connection never runs out', () => {
    const limit = {
      stat_prefix: 'x',
      token_bucket: {max_tokens: 1, tokens_per_fill: 1, fill_interval: '600s'},
      filter_enabled: {default_value: {numerator: 100}},
      filter_enforced: {default_value: {numerator: 100}},
    }
    const of = (more: object) => [http('local_ratelimit.v3.LocalRateLimit', {...limit, ...more})]
    expect(ending({filters: of({})}, '/', {sequence: 2})).toMatchObject({status: 429})
    const each = of({local_rate_limit_per_downstream_connection: true})
    expect(ending({filters: each}, '/', {sequence: 2})).toMatchObject({status: 200})
  })

  test('ext_authz refuses a body it may not cut', () => {
    const of = (more: object) => [
      http('ext_authz.v3.ExtAuthz', {
        http_service: {server_uri: {uri: 'http://a', cluster: 'ok', timeout: '0.3s'}},
        with_request_body: {max_request_bytes: 10, ...more},
      }),
    ]
    const body = {method: 'POST', bodyBytes: 50}
    expect(ending({filters: of({})}, '/', body)).toMatchObject({status: 413, details: 'request_payload_too_large'})
    expect(ending({filters: of({allow_partial_message: true})}, '/', body)).toMatchObject({status: 200})
  })

  test('ext_authz asked over gRPC fails where no server speaks it', () => {
    const grpc_service = {envoy_grpc: {cluster_name: 'ok'}, timeout: '0.3s'}
    const filters = [http('ext_authz.v3.ExtAuthz', {grpc_service, transport_api_version: 'V3'})]
    expect(ending({filters})).toMatchObject({status: 403, flags: ['UAEX'], details: 'ext_authz_error'})
  })
})

describe('TCP proxies', () => {
  const NF = `${TYPE}extensions.filters.network.`
  const tcp = (fields: object) => ({name: 'tcp', typed_config: {'@type': `${NF}tcp_proxy.v3.TcpProxy`, ...fields}})

  test('take the cluster that filter state names', () => {
    const set = {
      name: 'state',
      typed_config: {
        '@type': `${NF}set_filter_state.v3.Config`,
        on_new_connection: [
          {
            object_key: 'envoy.tcp_proxy.cluster',
            format_string: {text_format_source: {inline_string: 's503'}},
          },
        ],
      },
    }
    expect(ending({network: [set, tcp({cluster: 'ok'})]})).toMatchObject({cluster: 's503', status: 503})
  })

  test('end a connection that outlasts its limits', () => {
    const idle = [tcp({cluster: 'slow', idle_timeout: '0.3s'})]
    expect(ending({network: idle})).toMatchObject({status: null, flags: [], upstreamPath: null})
    const long = [tcp({cluster: 'ok', max_downstream_connection_duration: '0.3s'})]
    expect(ending({network: long})).toMatchObject({status: 200})
    expect(ending({network: long}, '/', {protocol: 'tcp', payload: 'hello\n'})).toMatchObject({
      undecided: 'how a connection ends that outlasts max_downstream_connection_duration',
    })
  })
})
