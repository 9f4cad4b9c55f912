import type {EnvoyRequest} from '../../../src/model/envoy/request.js'
import {accessLog} from './envoy.js'

type Json = Readonly<Record<string, unknown>>
type Asked = Partial<EnvoyRequest> & {readonly bare?: boolean}
const TYPE = 'type.googleapis.com/envoy.'
const HF = 'extensions.filters.http.'

/** A configuration of a listener, and requests that nearly match what it says. */
export interface Construct {
  readonly name: string
  /** Fields of the HTTP connection manager. */
  readonly manager?: Json
  readonly filters?: readonly Json[]
  readonly routes?: readonly Json[]
  readonly host?: Json
  /** Network filters in place of the manager. */
  readonly network?: readonly Json[]
  readonly requests: readonly Asked[]
}

function typed(type: string, fields: Json = {}): Json {
  return {'@type': `${TYPE}${type}`, ...fields}
}

function http(name: string, fields: Json): Json {
  return {name: `envoy.filters.http.${name.split('.')[0]}`, typed_config: typed(`${HF}${name}`, fields)}
}

function to(cluster: string, match: Json = {prefix: '/'}, more: Json = {}, action: Json = {}): Json {
  return {
    name: `${cluster}-${JSON.stringify(match).length}-${JSON.stringify(more).length}`,
    match,
    route: {cluster, ...action},
    ...more,
  }
}

function get(path: string, headers: readonly (readonly [string, string])[] = [], more: Asked = {}): Asked {
  return {path, headers, ...more}
}

function post(path: string, headers: readonly (readonly [string, string])[] = []): Asked {
  return {method: 'POST', path, headers}
}

const status = (value: number, op = 'EQ'): Json => ({
  status_code_filter: {comparison: {op, value: {default_value: value, runtime_key: 'none'}}},
})

const LOCAL_REPLY: Construct = {
  name: 'local replies that a mapper changes',
  manager: {
    local_reply_config: {
      mappers: [
        {filter: {header_filter: {header: {name: 'x-a', string_match: {exact: '1'}}}}, status_code: 418},
        {filter: {response_flag_filter: {flags: ['UH']}}, status_code: 510, body: {inline_string: 'none'}},
        {
          filter: {and_filter: {filters: [status(404), {header_filter: {header: {name: 'x-b', present_match: true}}}]}},
          status_code: 410,
          headers_to_add: [{header: {key: 'x-mapped', value: 'yes'}}],
        },
        {filter: {or_filter: {filters: [status(599), status(426, 'GE')]}}, status_code: 502},
        {filter: {not_health_check_filter: {}}},
      ],
    },
  },
  routes: [
    to('ok', {prefix: '/ok'}),
    to('s503', {prefix: '/s503'}),
    to('empty', {prefix: '/empty'}),
    to('refused', {prefix: '/refused'}),
    {name: 'gone', match: {prefix: '/gone'}, route: {cluster: 'absent'}},
    {name: 'direct', match: {prefix: '/direct'}, direct_response: {status: 404}},
    {name: 'away', match: {prefix: '/away'}, redirect: {path_redirect: '/x'}},
  ],
  requests: ['/ok', '/s503', '/empty', '/refused', '/gone', '/direct', '/away', '/nothing'].flatMap(path => [
    get(path),
    get(path, [['x-a', '1']]),
    get(path, [['x-b', '1']]),
  ]),
}

const HASH: Construct = {
  name: 'hash policies',
  routes: [
    to('ring', {prefix: '/cookie'}, {}, {hash_policy: [{cookie: {name: 'stick', ttl: '60s', path: '/'}}]}),
    to(
      'maglev',
      {prefix: '/header'},
      {},
      {hash_policy: [{header: {header_name: 'x-user'}, terminal: true}, {connection_properties: {source_ip: true}}]},
    ),
    to('ok', {prefix: '/query'}, {}, {hash_policy: [{query_parameter: {name: 'q'}}]}),
  ],
  requests: [
    get('/cookie'),
    get('/cookie', [['cookie', 'stick="abc"; b=2']]),
    get('/header'),
    get('/header', [['x-user', 'a']]),
    get('/query?q=1'),
  ],
}

const CSRF: Construct = {
  name: 'CSRF',
  filters: [
    http('csrf.v3.CsrfPolicy', {
      filter_enabled: {default_value: {numerator: 100}},
      additional_origins: [{exact: 'friend.example'}, {suffix: '.pals.example'}],
    }),
  ],
  routes: [
    to(
      'ok',
      {prefix: '/off'},
      {
        typed_per_filter_config: {
          'envoy.filters.http.csrf': typed(`${HF}csrf.v3.CsrfPolicy`, {
            filter_enabled: {default_value: {numerator: 0}},
          }),
        },
      },
    ),
    to(
      'ok',
      {prefix: '/shadow'},
      {
        typed_per_filter_config: {
          'envoy.filters.http.csrf': typed(`${HF}csrf.v3.CsrfPolicy`, {
            filter_enabled: {default_value: {numerator: 0}},
            shadow_enabled: {default_value: {numerator: 100}},
          }),
        },
      },
    ),
    to('ok'),
  ],
  requests: [
    get('/'),
    get('/', [['origin', 'http://evil']]),
    post('/'),
    ...[
      'http://shop',
      'https://shop:80',
      'http://shop:8080',
      'shop',
      'http://SHOP',
      'http://evil',
      'null',
      'http://friend.example',
      'https://a.pals.example:9',
      'http://friend.example/',
      '',
    ].flatMap(origin => [post('/', [['origin', origin]])]),
    post('/', [['referer', 'http://shop/a?b']]),
    post('/', [['referer', 'http://evil/shop']]),
    post('/', [
      ['origin', ''],
      ['referer', 'http://shop/'],
    ]),
    {method: 'PUT', path: '/'},
    {method: 'PATCH', path: '/', headers: [['origin', 'http://evil']]},
    {method: 'DELETE', path: '/', headers: [['origin', 'http://shop']]},
    {method: 'OPTIONS', path: '/', headers: [['origin', 'http://evil']]},
    post('/off', [['origin', 'http://evil']]),
    post('/shadow', [['origin', 'http://evil']]),
    post('/shadow'),
  ],
}

const DESCRIPTORS: Construct = {
  name: 'descriptors of a local rate limit',
  filters: [
    http('local_ratelimit.v3.LocalRateLimit', {
      stat_prefix: 'x',
      token_bucket: {max_tokens: 100, tokens_per_fill: 100, fill_interval: '60s'},
      filter_enabled: {default_value: {numerator: 100}},
      filter_enforced: {default_value: {numerator: 100}},
      descriptors: [
        {
          entries: [{key: 'plan', value: 'free'}],
          token_bucket: {max_tokens: 1, tokens_per_fill: 1, fill_interval: '60s'},
        },
        {
          entries: [{key: 'kind', value: 'gold'}],
          token_bucket: {max_tokens: 1000, tokens_per_fill: 1000, fill_interval: '60s'},
        },
      ],
    }),
  ],
  routes: [
    to(
      'ok',
      {prefix: '/limited'},
      {},
      {rate_limits: [{actions: [{request_headers: {header_name: 'x-plan', descriptor_key: 'plan'}}]}]},
    ),
    to('ok'),
  ],
  requests: [
    get('/limited'),
    get('/limited', [['x-plan', 'paid']]),
    get('/limited', [['x-plan', 'free']]),
    get('/limited', [['x-plan', 'free']], {sequence: 2}),
    get('/', [['x-plan', 'free']]),
  ],
}

function limiter(more: Json): Json {
  return http('ratelimit.v3.RateLimit', {
    domain: 'd',
    failure_mode_deny: true,
    rate_limit_service: {transport_api_version: 'V3', grpc_service: {envoy_grpc: {cluster_name: 'empty'}}},
    ...more,
  })
}

const limits = (...actions: readonly Json[]): Json => ({rate_limits: [{actions}]})

const RATE_LIMITS: Construct = {
  name: 'rate limit descriptors, with a server that cannot be reached',
  filters: [limiter({})],
  routes: [
    to('ok', {prefix: '/generic'}, {}, limits({generic_key: {descriptor_value: 'x'}})),
    to('ok', {prefix: '/header'}, {}, limits({request_headers: {header_name: 'x-user', descriptor_key: 'u'}})),
    to(
      'ok',
      {prefix: '/skip'},
      {},
      limits({request_headers: {header_name: 'x-user', descriptor_key: 'u', skip_if_absent: true}}),
    ),
    to(
      'ok',
      {prefix: '/both'},
      {},
      limits({generic_key: {descriptor_value: 'x'}}, {request_headers: {header_name: 'x-user', descriptor_key: 'u'}}),
    ),
    to(
      'ok',
      {prefix: '/match'},
      {},
      limits({header_value_match: {descriptor_value: 'v', headers: [{name: 'x-user', string_match: {exact: 'a'}}]}}),
    ),
    to(
      'ok',
      {prefix: '/unlike'},
      {},
      limits({
        header_value_match: {
          descriptor_value: 'v',
          expect_match: false,
          headers: [{name: 'x-user', string_match: {exact: 'a'}}],
        },
      }),
    ),
    to('ok', {prefix: '/address'}, {}, limits({remote_address: {}})),
    to('ok', {prefix: '/cluster'}, {}, limits({destination_cluster: {}}, {source_cluster: {}})),
    to(
      'ok',
      {prefix: '/query'},
      {},
      limits({
        query_parameter_value_match: {descriptor_value: 'v', query_parameters: [{name: 'q', present_match: true}]},
      }),
    ),
    to(
      'ok',
      {prefix: '/metadata'},
      {},
      limits({metadata: {descriptor_key: 'k', metadata_key: {key: 'a', path: [{key: 'b'}]}}}),
    ),
    to(
      'ok',
      {prefix: '/default'},
      {},
      limits({metadata: {descriptor_key: 'k', default_value: 'z', metadata_key: {key: 'a', path: [{key: 'b'}]}}}),
    ),
    to('ok', {prefix: '/stage'}, {}, {rate_limits: [{stage: 1, actions: [{generic_key: {descriptor_value: 'x'}}]}]}),
    to('ok'),
  ],
  host: {rate_limits: [{actions: [{request_headers: {header_name: 'x-host', descriptor_key: 'h'}}]}]},
  requests: [
    'generic',
    'header',
    'skip',
    'both',
    'match',
    'unlike',
    'address',
    'cluster',
    'query',
    'query?q=1',
    'metadata',
    'default',
    'stage',
    '',
  ].flatMap(each => [get(`/${each}`), get(`/${each}`, [['x-user', 'a']]), get(`/${each}`, [['x-host', 'b']])]),
}

const HTTP2: Construct = {
  name: 'HTTP/2 to servers of HTTP/1',
  routes: ['h2-ok', 'h2-s503', 'h2-refused', 'h2-empty', 'h2-hangup', 'h2-garbage'].map(name =>
    to(name, {prefix: `/${name}`}),
  ),
  requests: ['h2-ok', 'h2-s503', 'h2-refused', 'h2-empty', 'h2-hangup', 'h2-garbage'].flatMap(name => [
    get(`/${name}`),
    post(`/${name}`),
  ]),
}

const WEIGHTS: Construct = {
  name: 'weights that a header or a number decides',
  routes: [
    {
      name: 'by-header',
      match: {prefix: '/header'},
      route: {
        weighted_clusters: {
          header_name: 'x-pick',
          clusters: [
            {name: 'ok', weight: 30},
            {name: 's404', weight: 70},
          ],
        },
      },
    },
    {
      name: 'total',
      match: {prefix: '/one'},
      route: {
        weighted_clusters: {
          clusters: [
            {name: 'ok', weight: 5},
            {name: 's404', weight: 0},
          ],
        },
      },
    },
    {
      name: 'named',
      match: {prefix: '/named'},
      route: {weighted_clusters: {clusters: [{cluster_header: 'x-ver', weight: 5}]}},
    },
    {
      name: 'overrides',
      match: {prefix: '/over'},
      route: {
        weighted_clusters: {
          clusters: [
            {
              name: 'ok',
              weight: 1,
              request_headers_to_add: [{header: {key: 'x', value: 'y'}}],
              host_rewrite_literal: 'w',
            },
          ],
        },
      },
    },
  ],
  requests: [
    ...['0', '29', '30', '99', '100', '129', '130', '12345', '-1', 'a', '', '4294967295'].map(each =>
      get('/header', [['x-pick', each]]),
    ),
    get('/one'),
    get('/named', [['x-ver', 'ok']]),
    get('/named', [['x-ver', 'absent']]),
    get('/named'),
    get('/over'),
  ],
}

const MUTATION: Construct = {
  name: 'headers and metadata that are set before the route',
  manager: {
    early_header_mutation_extensions: [
      {
        name: 'early',
        typed_config: typed('extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation', {
          mutations: [
            {append: {header: {key: 'x-early', value: '%REQ(x-user)%'}, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD'}},
            {remove: 'x-drop'},
          ],
        }),
      },
    ],
  },
  filters: [
    http('header_to_metadata.v3.Config', {
      request_rules: [
        {
          header: 'x-ver',
          on_header_present: {metadata_namespace: 'lb', key: 'version', type: 'STRING'},
          on_header_missing: {metadata_namespace: 'lb', key: 'default', value: 'true'},
          remove: true,
        },
        {header: 'x-num', on_header_present: {metadata_namespace: 'lb', key: 'num', type: 'NUMBER'}},
      ],
    }),
    http('rbac.v3.RBAC', {
      rules: {
        action: 'DENY',
        policies: {
          v2: {
            permissions: [{metadata: {filter: 'lb', path: [{key: 'version'}], value: {string_match: {exact: 'v2'}}}}],
            principals: [{any: true}],
          },
          seven: {
            permissions: [{metadata: {filter: 'lb', path: [{key: 'num'}], value: {double_match: {exact: 7}}}}],
            principals: [{any: true}],
          },
          absent: {
            permissions: [
              {
                and_rules: {
                  rules: [
                    {metadata: {filter: 'lb', path: [{key: 'default'}], value: {string_match: {exact: 'true'}}}},
                    {url_path: {path: {prefix: '/must'}}},
                  ],
                },
              },
            ],
            principals: [{any: true}],
          },
        },
      },
    }),
  ],
  routes: [
    to('ok', {prefix: '/', headers: [{name: 'x-early', string_match: {exact: 'jason'}}]}),
    to('s404', {prefix: '/', headers: [{name: 'x-drop', present_match: true}]}),
    to('s500'),
  ],
  requests: [
    get('/'),
    get('/', [['x-user', 'jason']]),
    get('/', [['x-drop', '1']]),
    get('/', [['x-ver', 'v2']]),
    get('/', [['x-ver', 'v1']]),
    get('/', [['x-num', '7']]),
    get('/', [['x-num', '7.0']]),
    get('/', [['x-num', 'x']]),
    get('/must'),
    get('/must', [['x-ver', 'v1']]),
  ],
}

const OUTSIDE: Construct = {
  name: 'filters that ask a server, which cannot be reached',
  filters: [
    http('ext_proc.v3.ExternalProcessor', {
      grpc_service: {envoy_grpc: {cluster_name: 'empty'}},
      failure_mode_allow: true,
    }),
    http('compressor.v3.Compressor', {
      compressor_library: {name: 'gzip', typed_config: typed('extensions.compression.gzip.compressor.v3.Gzip')},
    }),
  ],
  routes: [
    to(
      'ok',
      {prefix: '/off'},
      {
        typed_per_filter_config: {
          'envoy.filters.http.ext_proc': typed(`${HF}ext_proc.v3.ExtProcPerRoute`, {disabled: true}),
        },
      },
    ),
    to('ok'),
  ],
  requests: [get('/'), get('/off'), post('/'), get('/', [['accept-encoding', 'gzip']])],
}

const CLOSED: Construct = {
  name: 'an external processor that cannot be reached and must answer',
  filters: [http('ext_proc.v3.ExternalProcessor', {grpc_service: {envoy_grpc: {cluster_name: 'empty'}}})],
  routes: [
    to(
      'ok',
      {prefix: '/off'},
      {
        typed_per_filter_config: {
          'envoy.filters.http.ext_proc': typed(`${HF}ext_proc.v3.ExtProcPerRoute`, {disabled: true}),
        },
      },
    ),
    {name: 'direct', match: {prefix: '/direct'}, direct_response: {status: 204}},
    to('ok'),
  ],
  requests: [get('/'), get('/off'), get('/direct'), post('/')],
}

const BASIC: Construct = {
  name: 'basic authentication and API keys',
  filters: [
    // user:pass
    http('basic_auth.v3.BasicAuth', {users: {inline_string: 'user:{SHA}nU4eI71bcnBGqeO0t9tXvY1u5oQ=\n'}}),
  ],
  routes: [
    to(
      'ok',
      {prefix: '/free'},
      {
        typed_per_filter_config: {
          'envoy.filters.http.basic_auth': typed('config.route.v3.FilterConfig', {disabled: true, config: {}}),
        },
      },
    ),
    to('ok'),
  ],
  requests: [
    get('/'),
    get('/free'),
    ...[
      'Basic dXNlcjpwYXNz',
      'basic dXNlcjpwYXNz',
      'Basic dXNlcjpub3Q=',
      'Basic !!',
      'Basic dXNlcg==',
      'Bearer x',
      'Basic b3RoZXI6cGFzcw==',
    ].map(each => get('/', [['authorization', each]])),
  ],
}

const RETRY: Construct = {
  name: 'retries by headers, by the virtual host and hedged',
  host: {retry_policy: {retry_on: '5xx', num_retries: 1}, include_request_attempt_count: true},
  routes: [
    to('s503', {prefix: '/host'}),
    to('s503', {prefix: '/own'}, {}, {retry_policy: {retry_on: 'connect-failure', num_retries: 3}}),
    to(
      's503',
      {prefix: '/headers'},
      {},
      {retry_policy: {retry_on: 'retriable-headers', retriable_headers: [{name: 'x-seen-path', present_match: true}]}},
    ),
    to(
      's503',
      {prefix: '/not-there'},
      {},
      {retry_policy: {retry_on: 'retriable-headers', retriable_headers: [{name: 'x-none', present_match: true}]}},
    ),
    to(
      's429',
      {prefix: '/backoff'},
      {},
      {
        retry_policy: {
          retry_on: 'retriable-status-codes',
          retriable_status_codes: [429],
          rate_limited_retry_back_off: {reset_headers: [{name: 'retry-after', format: 'SECONDS'}]},
        },
      },
    ),
    to(
      'ok',
      {prefix: '/hedge'},
      {},
      {hedge_policy: {hedge_on_per_try_timeout: true}, retry_policy: {retry_on: '5xx', per_try_timeout: '1s'}},
    ),
    to('ok', {prefix: '/mirror'}, {}, {request_mirror_policies: [{cluster: 's500'}]}),
    to('s404', {prefix: '/internal'}, {}, {internal_redirect_policy: {max_internal_redirects: 2}}),
  ],
  requests: ['host', 'own', 'headers', 'not-there', 'backoff', 'hedge', 'mirror', 'internal'].map(each =>
    get(`/${each}`),
  ),
}

const DIRECT: Construct = {
  name: 'a direct response of the network filters',
  network: [
    {
      name: 'direct',
      typed_config: typed('extensions.filters.network.direct_response.v3.Config', {response: {inline_string: 'hello'}}),
    },
  ],
  requests: [get('/'), {protocol: 'tcp', payload: 'hi\r\n'}],
}

const ECHO: Construct = {
  name: 'echo',
  network: [{name: 'echo', typed_config: typed('extensions.filters.network.echo.v3.Echo')}],
  requests: [{protocol: 'tcp', payload: 'hi\r\n'}],
}

const HEADS: Construct = {
  name: 'how a request is read',
  manager: {
    strip_trailing_host_dot: true,
    common_http_protocol_options: {headers_with_underscores_action: 'REJECT_REQUEST', max_headers_count: 12},
    http_protocol_options: {accept_http_10: true, default_host_for_http_10: 'old', allow_chunked_length: true},
    server_header_transformation: 'PASS_THROUGH',
    via: 'x',
    use_remote_address: true,
    internal_address_config: {cidr_ranges: [{address_prefix: '127.0.0.0', prefix_len: 8}]},
    path_with_escaped_slashes_action: 'REJECT_REQUEST',
    scheme_header_transformation: {scheme_to_overwrite: 'https'},
    max_request_headers_kb: 2,
  },
  routes: [
    to('slow', {prefix: '/slow'}),
    to('s503', {prefix: '/s503'}),
    {
      name: 'tls',
      match: {prefix: '/tls', headers: [{name: ':scheme', string_match: {exact: 'https'}}]},
      direct_response: {status: 202},
    },
    to('ok'),
  ],
  requests: [
    get('/'),
    get('/tls'),
    get('/a%2fb'),
    get('/', [['a_b', '1']]),
    get(
      '/',
      Array.from({length: 14}, (_, i) => [`x-${i}`, '1'] as const),
    ),
    get('/', [['x-long', 'y'.repeat(3000)]]),
    {bare: true, protocol: 'http/1.0'},
    {bare: true, headers: [['host', 'shop.']]},
    {bare: true, headers: [['host', 'shop.:80']]},
    get('/slow', [['x-envoy-upstream-rq-timeout-ms', '100']]),
    get('/s503', [['x-envoy-retry-on', '5xx']]),
    get('/s503', [
      ['x-envoy-retry-on', '5xx'],
      ['x-envoy-max-retries', '2'],
    ]),
    get('/', [['x-envoy-internal', 'true']]),
    get('/', [['x-forwarded-for', '8.8.8.8']]),
    get('/slow', [
      ['x-envoy-upstream-rq-timeout-ms', '100'],
      ['x-forwarded-for', '8.8.8.8'],
    ]),
  ],
}

const MATCHES: Construct = {
  name: 'matchers of routes',
  routes: [
    to('s404', {prefix: '/cookie', cookies: [{name: 'a', string_match: {exact: '1'}}]}),
    to('s500', {prefix: '/cookie', cookies: [{name: 'b', string_match: {prefix: 'x'}, invert_match: true}]}),
    to('s404', {prefix: '/cookie', headers: [{name: 'cookie', string_match: {contains: 'old'}}]}),
    to('s404', {path_separated_prefix: '/sep', case_sensitive: false}),
    to('s404', {
      safe_regex: {regex: '/r[0-9]+'},
      query_parameters: [{name: 'q', string_match: {exact: 'A', ignore_case: true}}],
    }),
    to('s404', {path: '/state', filter_state: [{key: 'k', string_match: {exact: 'v'}}]}),
    to('s429', {path: '/Exact', case_sensitive: false}),
    to('ok'),
  ],
  requests: [
    get('/cookie'),
    get('/cookie', [['cookie', 'a=1; b=xy']]),
    get('/cookie', [['cookie', 'a="1"']]),
    get('/cookie', [['cookie', 'b=xy']]),
    get('/cookie', [['cookie', 'b=z']]),
    get('/cookie', [['cookie', 'b=xy; old=1']]),
    get('/cookie', [['cookie', 'a=2; a=1']]),
    get('/cookie', [
      ['cookie', 'a=1'],
      ['cookie', 'b=z'],
    ]),
    get('/SEP/x'),
    get('/sepx'),
    get('/r12?q=a'),
    get('/r12?q=b'),
    get('/state'),
    get('/EXACT?x'),
  ],
}

const CHOICES: Construct = {
  name: 'clusters and how they choose',
  routes: ['aggregate', 'dns', 'per-host', 'random', 'least', 'policy', 'open', 'rr-slow', 'transport-match'].map(
    name => to(name, {prefix: `/${name}`}),
  ),
  requests: ['aggregate', 'dns', 'per-host', 'random', 'least', 'policy', 'open', 'rr-slow', 'transport-match'].map(
    name => get(`/${name}`),
  ),
}

/** Configurations beyond those of the random ones, each a listener of its own. */
export const CONSTRUCTS: readonly Construct[] = [
  LOCAL_REPLY,
  HASH,
  CSRF,
  DESCRIPTORS,
  RATE_LIMITS,
  HTTP2,
  WEIGHTS,
  MUTATION,
  OUTSIDE,
  CLOSED,
  BASIC,
  RETRY,
  DIRECT,
  ECHO,
  HEADS,
  MATCHES,
  CHOICES,
]

function clusters(portOf: (server: string) => number): readonly Json[] {
  const endpoint = (server: string): Json => ({
    endpoint: {address: {socket_address: {address: '127.0.0.1', port_value: portOf(server)}}},
  })
  const of = (name: string, servers: readonly string[], more: Json = {}): Json => ({
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: {cluster_name: name, endpoints: [{lb_endpoints: servers.map(endpoint)}]},
    ...more,
  })
  const h2 = {
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': typed(
        'extensions.upstreams.http.v3.HttpProtocolOptions',
        {explicit_http_config: {http2_protocol_options: {}}},
      ),
    },
  }
  const servers = ['ok', 's503', 's500', 's404', 's429', 'slow', 'hangup', 'garbage', 'refused']
  const {load_assignment: _none, ...bare} = of('aggregate', [])
  return [
    ...servers.map(name => of(name, [name])),
    of('empty', []),
    of('ring', ['ok'], {lb_policy: 'RING_HASH'}),
    of('maglev', ['ok'], {lb_policy: 'MAGLEV'}),
    ...['ok', 's503', 'refused', 'hangup', 'garbage'].map(name => of(`h2-${name}`, [name], h2)),
    of('h2-empty', [], h2),
    {
      ...bare,
      type: undefined,
      lb_policy: 'CLUSTER_PROVIDED',
      cluster_type: {
        name: 'envoy.clusters.aggregate',
        typed_config: typed('extensions.clusters.aggregate.v3.ClusterConfig', {clusters: ['empty', 's404', 'ok']}),
      },
    },
    of('dns', ['ok'], {type: 'STRICT_DNS'}),
    of('per-host', ['ok'], {circuit_breakers: {per_host_thresholds: [{max_connections: 5}]}}),
    of('random', ['ok'], {lb_policy: 'RANDOM'}),
    of('least', ['ok'], {lb_policy: 'LEAST_REQUEST', least_request_lb_config: {choice_count: 3}}),
    of('policy', ['ok'], {
      load_balancing_policy: {
        policies: [
          {
            typed_extension_config: {
              name: 'rr',
              typed_config: typed('extensions.load_balancing_policies.round_robin.v3.RoundRobin'),
            },
          },
        ],
      },
    }),
    of('open', ['ok'], {
      common_lb_config: {ignore_new_hosts_until_first_hc: true},
      outlier_detection: {consecutive_5xx: 3},
      upstream_connection_options: {tcp_keepalive: {}},
    }),
    of('rr-slow', ['ok'], {round_robin_lb_config: {slow_start_config: {slow_start_window: '10s'}}}),
    of('transport-match', ['ok'], {
      transport_socket_matches: [
        {
          name: 'raw',
          match: {},
          transport_socket: {
            name: 'envoy.transport_sockets.raw_buffer',
            typed_config: typed('extensions.transport_sockets.raw_buffer.v3.RawBuffer'),
          },
        },
      ],
    }),
  ]
}

function manager({manager: fields, filters = [], routes = [], host}: Construct): Json {
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: typed('extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
      stat_prefix: 'x',
      access_log: accessLog('hcm'),
      http_filters: [...filters, http('router.v3.Router', {})],
      route_config: {
        name: 'r',
        validate_clusters: false,
        virtual_hosts: [{name: 'v', domains: ['shop', 'shop:80', 'old', 'any'], routes, ...host}],
      },
      ...fields,
    }),
  }
}

/** All constructs in one bootstrap, a listener on a port each. */
export function constructsConfig(ports: readonly number[], portOf: (server: string) => number): Json {
  return {
    static_resources: {
      clusters: clusters(portOf),
      listeners: CONSTRUCTS.map((construct, at) => ({
        name: `l${at}`,
        address: {socket_address: {address: '127.0.0.1', port_value: ports[at]}},
        metadata: {filter_metadata: {oracle: {name: `l${at}`}}},
        access_log: accessLog('listener'),
        filter_chains: [{name: `chain${at}`, filters: construct.network ?? [manager(construct)]}],
      })),
    },
  }
}
