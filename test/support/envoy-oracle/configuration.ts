import type {Random} from '../seeded.js'
import type {Identity} from './certificates.js'
import {accessLog} from './envoy.js'
import {HOSTS, headerMatcher, oneIn, pick, rbacRules, routeMatch, some, stringMatcher} from './matchers.js'
import {csrf, headerToMetadata, localReplies, rateLimitFilter, rateLimits} from './request-rules.js'
import type {TestServer} from './servers.js'
import {jwtAuthn, type TokenWorld} from './tokens.js'

type Json = Readonly<Record<string, unknown>>
const TYPE = 'type.googleapis.com/envoy.'
const NF = 'extensions.filters.network.'
const HF = 'extensions.filters.http.'
const LF = 'extensions.filters.listener.'

/** What a configuration is made with. */
export interface Surroundings {
  readonly random: Random
  readonly ports: readonly number[]
  readonly servers: readonly TestServer[]
  readonly server: Identity
  readonly tokens: TokenWorld
}

function typed(type: string, fields: Json = {}): Json {
  return {'@type': `${TYPE}${type}`, ...fields}
}

function http(name: string, fields: Json): Json {
  const short = name.split('.')[0] ?? name
  return {name: `envoy.filters.http.${short}`, typed_config: typed(`${HF}${name}`, fields)}
}

/** Clusters by name: one per server, and some that lack endpoints or refuse by circuit breakers. */
function clusters({random, servers}: Surroundings): readonly Json[] {
  const endpoint = (port: number, more: Json = {}) => ({
    endpoint: {address: {socket_address: {address: '127.0.0.1', port_value: port}}, hostname: `host-${port % 2}.local`},
    ...more,
  })
  const of = (name: string, endpoints: readonly Json[], more: Json = {}) => ({
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: {cluster_name: name, endpoints: [{lb_endpoints: endpoints}]},
    ...more,
  })
  const port = (name: string) => servers.find(each => each.name === name)?.port ?? 1
  const context = (more: Json) => ({
    name: 'envoy.transport_sockets.tls',
    typed_config: typed('extensions.transport_sockets.tls.v3.UpstreamTlsContext', {
      common_tls_context: {validation_context: {trusted_ca: {filename: 'certs/root.pem'}, ...more}},
      sni: 'up',
    }),
  })
  const upstream = (fields: Json) => ({
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': typed(
        'extensions.upstreams.http.v3.HttpProtocolOptions',
        fields,
      ),
    },
  })
  const names = {match_typed_subject_alt_names: [{san_type: 'DNS', matcher: {exact: 'up.example.com'}}]}
  const plain = servers.filter(each => each.facts.tls === undefined).map(each => of(each.name, [endpoint(each.port)]))
  const never = {common_lb_config: {healthy_panic_threshold: {value: 0}}}
  const limits = (thresholds: Json) => ({circuit_breakers: {thresholds: [thresholds]}})
  return [
    ...plain,
    of('tls', [endpoint(port('tls'))], {transport_socket: context(names)}),
    of('impostor', [endpoint(port('impostor'))], {transport_socket: context(names)}),
    of('any-name', [endpoint(port('impostor'))], {transport_socket: context({})}),
    of('tls-to-plain', [endpoint(port('ok'))], {transport_socket: context({})}),
    of('plain-to-tls', [endpoint(port('tls'))]),
    of('empty', []),
    of('sick', [endpoint(port('ok'), {health_status: 'UNHEALTHY'})], never),
    of('panic', [endpoint(port('ok'), {health_status: 'UNHEALTHY'})]),
    of(
      'degraded',
      [endpoint(port('ok'), {health_status: 'DEGRADED'}), endpoint(port('refused'), {health_status: 'DRAINING'})],
      never,
    ),
    of('full', [endpoint(port('ok'))], limits({max_requests: 0})),
    of('no-connection', [endpoint(port('ok'))], limits({max_connections: 0})),
    of('no-retry', [endpoint(port('s503'))], limits({max_retries: 0})),
    {
      ...of('levels', []),
      load_assignment: {
        cluster_name: 'levels',
        endpoints: ['s503', 's500', 'ok'].map((name, priority) => ({priority, lb_endpoints: [endpoint(port(name))]})),
      },
    },
    {
      ...of('weighted-localities', []),
      common_lb_config: {locality_weighted_lb_config: {}},
      load_assignment: {
        cluster_name: 'weighted-localities',
        endpoints: [
          {locality: {region: 'a'}, load_balancing_weight: 3, lb_endpoints: [endpoint(port('ok'))]},
          {locality: {region: 'b'}, lb_endpoints: [endpoint(port('s404'))]},
        ],
      },
    },
    of(
      'whole-url',
      [endpoint(port('ok'))],
      upstream({explicit_http_config: {http_protocol_options: {send_fully_qualified_url: true}}}),
    ),
    of('named-by-host', [endpoint(port('tls'))], {
      transport_socket: context({}),
      ...upstream({
        upstream_http_protocol_options: {auto_sni: true, auto_san_validation: true},
        explicit_http_config: {http_protocol_options: {}},
      }),
    }),
    of('mixed', [endpoint(port('ok')), endpoint(port('refused'))]),
    of(
      'subsets',
      subsetEndpoints(random, name => endpoint(port(name))),
      subsets(random),
    ),
    of(
      'other-subsets',
      subsetEndpoints(random, name => endpoint(port(name))),
      subsets(random),
    ),
  ]
}

const VERSIONS = ['v1', 'v2', 'v3'] as const
const STAGES = ['prod', 'test'] as const

function labels(random: Random): Json {
  return {
    ...(oneIn(random, 5) ? {} : {version: pick<unknown>(random, [...VERSIONS, ['v1', 'v2']])}),
    ...(oneIn(random, 3) ? {} : {stage: pick(random, STAGES)}),
  }
}

/** Endpoints that answer differently, each with labels. */
function subsetEndpoints(random: Random, of: (server: string) => Json): readonly Json[] {
  return ['ok', 's404', 's429', 's500'].map(server => ({
    ...of(server),
    metadata: {filter_metadata: {'envoy.lb': labels(random)}},
    ...(oneIn(random, 6) ? {health_status: 'UNHEALTHY'} : {}),
  }))
}

function subsets(random: Random): Json {
  const fallback = () => pick(random, ['NO_FALLBACK', 'ANY_ENDPOINT', 'DEFAULT_SUBSET'])
  const selectors = [
    {keys: ['version']},
    {keys: ['stage', 'version']},
    ...(oneIn(random, 2) ? [{keys: ['stage']}] : []),
  ].map(({keys}) => ({
    keys,
    ...pick<Json>(random, [
      {},
      {fallback_policy: fallback()},
      keys.length > 1 ? {fallback_policy: 'KEYS_SUBSET', fallback_keys_subset: ['version']} : {},
    ]),
  }))
  return {
    lb_subset_config: {
      fallback_policy: fallback(),
      default_subset: {stage: pick(random, [...STAGES, 'none'])},
      subset_selectors: selectors,
      ...(oneIn(random, 3) ? {panic_mode_any: true} : {}),
      ...(oneIn(random, 2) ? {list_as_any: true} : {}),
    },
    common_lb_config: {healthy_panic_threshold: {value: 0}},
  }
}

function wanted(random: Random): Json {
  const asked = {
    ...(oneIn(random, 4) ? {} : {version: pick(random, [...VERSIONS, 'v9'])}),
    ...(oneIn(random, 2) ? {} : {stage: pick(random, STAGES)}),
  }
  return {metadata_match: {filter_metadata: {'envoy.lb': asked}}}
}

const CLUSTERS = [
  'ok',
  'ok',
  'ok',
  's503',
  's500',
  's404',
  's429',
  'hangup',
  'garbage',
  'refused',
  'tls',
  'impostor',
  'any-name',
  'tls-to-plain',
  'plain-to-tls',
  'empty',
  'sick',
  'panic',
  'degraded',
  'full',
  'no-connection',
  'no-retry',
  'absent',
  'slow',
  'mixed',
  'levels',
  'levels',
  'weighted-localities',
  'whole-url',
  'named-by-host',
  'subsets',
  'other-subsets',
] as const

function retryPolicy(random: Random): Json {
  return {
    retry_on: pick(random, [
      '5xx',
      'gateway-error',
      'connect-failure',
      'reset',
      'retriable-status-codes',
      'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes',
      'reset-before-request',
      'retriable-4xx',
    ]),
    num_retries: random(3),
    retry_back_off: {base_interval: '0.005s', max_interval: '0.01s'},
    ...(oneIn(random, 3) ? {retriable_status_codes: [pick(random, [404, 429, 503])]} : {}),
    ...(oneIn(random, 4) ? {per_try_timeout: '0.2s'} : {}),
    ...(oneIn(random, 6) ? {per_try_idle_timeout: '0.15s'} : {}),
    ...(oneIn(random, 5) ? {retriable_request_headers: [headerMatcher(random)]} : {}),
    ...(oneIn(random, 5)
      ? {
          retry_priority: {
            name: 'envoy.retry_priorities.previous_priorities',
            typed_config: typed('extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig', {
              update_frequency: 1 + random(2),
            }),
          },
        }
      : {}),
    ...(oneIn(random, 3)
      ? {
          retry_host_predicate: [
            {
              name: 'envoy.retry_host_predicates.previous_hosts',
              typed_config: typed('extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate'),
            },
          ],
          host_selection_retry_max_attempts: '5',
        }
      : {}),
  }
}

function rewrite(random: Random, match: Json): Json {
  if ('connect_matcher' in match) return {}
  if ('path_match_policy' in match)
    return pick<Json>(random, [{}, {host_rewrite_literal: 'new.host'}, {auto_host_rewrite: true}])
  return pick<Json>(random, [
    {},
    {},
    {prefix_rewrite: pick(random, ['/', '/new', '/n/'])},
    {
      regex_rewrite: {
        pattern: {regex: pick(random, ['/([a-z]+)', 'a', '^/api'])},
        substitution: pick(random, ['/x\\0', '-\\0', 'zz']),
      },
    },
    {host_rewrite_literal: 'new.host'},
    {host_rewrite_header: 'x-user'},
    {host_rewrite_path_regex: {pattern: {regex: '^/(.+)/.+$'}, substitution: '\\1'}},
    {auto_host_rewrite: true},
  ])
}

function forward(random: Random, match: Json): Json {
  const target = pick<Json>(random, [
    {cluster: pick(random, CLUSTERS)},
    {cluster: pick(random, CLUSTERS)},
    {cluster: 'ok'},
    {cluster: pick(random, ['subsets', 'other-subsets']), ...wanted(random)},
    {cluster: pick(random, ['subsets', 'other-subsets']), ...wanted(random)},
    {
      weighted_clusters: {clusters: [{name: 'subsets', weight: 1, ...wanted(random)}]},
      ...wanted(random),
    },
    {cluster_header: 'x-ver'},
    {weighted_clusters: {clusters: [{name: 'ok', weight: 1, host_rewrite_literal: 'weighted.host'}]}},
    {
      weighted_clusters: {
        clusters: [
          {name: 'ok', weight: 3},
          {name: 'degraded', weight: 1},
          {name: 'empty', weight: 0},
        ],
        ...(oneIn(random, 3) ? {header_name: 'x-n'} : {}),
      },
    },
  ])
  return {
    route: {
      ...target,
      ...rewrite(random, match),
      ...(oneIn(random, 4) ? {timeout: pick(random, ['0s', '0.25s', '1s'])} : {}),
      ...(oneIn(random, 3) ? {retry_policy: retryPolicy(random)} : {}),
      ...(oneIn(random, 8)
        ? {cluster_not_found_response_code: pick(random, ['NOT_FOUND', 'INTERNAL_SERVER_ERROR'])}
        : {}),
      ...(oneIn(random, 10) ? {max_stream_duration: {max_stream_duration: '0.3s'}} : {}),
      ...(oneIn(random, 10) ? {idle_timeout: '0.3s'} : {}),
      ...(oneIn(random, 8) ? {priority: 'HIGH'} : {}),
      ...(oneIn(random, 5) ? {rate_limits: rateLimits(random)} : {}),
      ...(oneIn(random, 8) ? {include_vh_rate_limits: true} : {}),
      ...(oneIn(random, 8)
        ? {
            upgrade_configs: [
              {
                ...pick<Json>(random, [
                  {upgrade_type: 'websocket'},
                  {upgrade_type: 'CONNECT'},
                  {upgrade_type: 'CONNECT', connect_config: {}},
                ]),
                enabled: !oneIn(random, 3),
              },
            ],
          }
        : {}),
    },
  }
}

function redirect(random: Random, match: Json): Json {
  const path =
    'connect_matcher' in match || 'path_match_policy' in match
      ? {}
      : pick<Json>(random, [{}, {path_redirect: pick(random, ['/p', '/p?x=1'])}, {prefix_rewrite: '/n/'}])
  return {
    redirect: {
      ...path,
      ...pick<Json>(random, [{}, {https_redirect: true}, {scheme_redirect: 'ws'}]),
      ...pick<Json>(random, [{}, {host_redirect: 'new.example.com'}]),
      ...pick<Json>(random, [{}, {port_redirect: 8443}]),
      ...pick<Json>(random, [{}, {response_code: 'FOUND'}, {response_code: 'PERMANENT_REDIRECT'}]),
      ...(oneIn(random, 3) ? {strip_query: true} : {}),
    },
  }
}

function overrides({random, ports}: Surroundings): Json {
  const all: readonly (readonly [string, Json])[] = [
    ['envoy.filters.http.fault', typed(`${HF}fault.v3.HTTPFault`, fault(random))],
    [
      'envoy.filters.http.rbac',
      typed(`${HF}rbac.v3.RBACPerRoute`, oneIn(random, 2) ? {} : {rbac: {rules: rbacRules(random, true, ports)}}),
    ],
    [
      'envoy.filters.http.cors',
      typed(`${HF}cors.v3.CorsPolicy`, {allow_origin_string_match: [stringMatcher(random, ['http://a.example', 'b'])]}),
    ],
    [
      'envoy.filters.http.buffer',
      typed(`${HF}buffer.v3.BufferPerRoute`, pick<Json>(random, [{disabled: true}, {buffer: {max_request_bytes: 20}}])),
    ],
    ['envoy.filters.http.csrf', typed(`${HF}csrf.v3.CsrfPolicy`, csrf(random))],
    ['envoy.filters.http.ext_authz', typed(`${HF}ext_authz.v3.ExtAuthzPerRoute`, {disabled: true})],
    ['envoy.filters.http.header_mutation', typed(`${HF}header_mutation.v3.HeaderMutationPerRoute`, mutations(random))],
  ]
  const chosen = some(random, 0, 1, () => pick(random, all))
  return chosen.length === 0 ? {} : {typed_per_filter_config: Object.fromEntries(chosen)}
}

function mutations(random: Random): Json {
  const one = () => {
    const key = pick(random, ['x-user', 'X-N', 'cookie', 'x-new'])
    if (oneIn(random, 4)) return {remove: key}
    const value = pick(random, ['v1', 'jason', '%REQ(x-user)%', 'a%%b', '%REQ(x-missing)%', ''])
    const action = pick<Json>(random, [
      {},
      {append_action: 'ADD_IF_ABSENT'},
      {append_action: 'OVERWRITE_IF_EXISTS_OR_ADD'},
      {append_action: 'OVERWRITE_IF_EXISTS'},
    ])
    return {append: {header: {key, value}, ...action, ...(oneIn(random, 3) ? {keep_empty_value: true} : {})}}
  }
  return {mutations: {request_mutations: some(random, 1, 3, one)}}
}

function earlyMutation(random: Random): Json {
  const {mutations: all} = mutations(random)
  const {request_mutations: own} = all as {readonly request_mutations: readonly Json[]}
  const type = 'extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation'
  return {name: 'early', typed_config: typed(type, {mutations: own})}
}

function route(given: Surroundings, name: string): Json {
  const {random} = given
  const match = routeMatch(random)
  const action = pick<() => Json>(random, [
    () => forward(random, match),
    () => forward(random, match),
    () => forward(random, match),
    () => redirect(random, match),
    () => ({direct_response: {status: pick(random, [200, 201, 204, 301, 403, 503])}}),
  ])()
  return {name, match, ...action, ...overrides(given)}
}

function fault(random: Random): Json {
  const percentage = {numerator: pick(random, [0, 100, 100])}
  return {
    ...(oneIn(random, 2)
      ? {abort: {percentage, ...pick<Json>(random, [{http_status: 418}, {grpc_status: 14}, {header_abort: {}}])}}
      : {}),
    ...(oneIn(random, 3) ? {delay: {percentage, fixed_delay: '0.1s'}} : {}),
    ...(oneIn(random, 4) ? {headers: [headerMatcher(random)]} : {}),
    ...(oneIn(random, 6) ? {upstream_cluster: 'ok'} : {}),
  }
}

function httpFilters({random, ports, tokens}: Surroundings): readonly Json[] {
  const all: readonly (() => Json)[] = [
    () => http('jwt_authn.v3.JwtAuthentication', jwtAuthn(random, tokens)),
    () => http('jwt_authn.v3.JwtAuthentication', jwtAuthn(random, tokens)),
    () => http('rbac.v3.RBAC', {rules: rbacRules(random, true, ports)}),
    () => http('rbac.v3.RBAC', {shadow_rules: rbacRules(random, true, ports)}),
    () => http('fault.v3.HTTPFault', fault(random)),
    () => http('cors.v3.Cors', {}),
    () =>
      http('header_mutation.v3.HeaderMutation', {
        ...mutations(random),
        ...(oneIn(random, 2) ? {most_specific_header_mutations_wins: true} : {}),
      }),
    () => http('grpc_web.v3.GrpcWeb', {}),
    () => http('ratelimit.v3.RateLimit', rateLimitFilter(random)),
    () => http('csrf.v3.CsrfPolicy', csrf(random)),
    () => http('header_to_metadata.v3.Config', headerToMetadata(random)),
    () =>
      http('ext_proc.v3.ExternalProcessor', {
        grpc_service: {envoy_grpc: {cluster_name: 'empty'}},
        failure_mode_allow: oneIn(random, 2),
      }),
    () => http('buffer.v3.Buffer', {max_request_bytes: 50}),
    () =>
      http('health_check.v3.HealthCheck', {
        pass_through_mode: false,
        headers: [{name: ':path', string_match: {exact: '/api'}}],
      }),
    () =>
      http('ext_authz.v3.ExtAuthz', {
        http_service: {
          server_uri: {
            uri: 'http://authz',
            cluster: pick(random, ['ok', 's404', 's503', 'refused', 'empty']),
            timeout: '10s',
          },
        },
        ...(oneIn(random, 3) ? {failure_mode_allow: true} : {}),
        ...(oneIn(random, 4) ? {status_on_error: {code: 'ServiceUnavailable'}} : {}),
      }),
    () =>
      http('ext_authz.v3.ExtAuthz', {
        grpc_service: {
          envoy_grpc: {cluster_name: pick(random, ['refused', 'empty', 'sick'])},
          timeout: '10s',
        },
        transport_api_version: 'V3',
        ...(oneIn(random, 3) ? {failure_mode_allow: true} : {}),
        ...(oneIn(random, 4) ? {status_on_error: {code: 'ServiceUnavailable'}} : {}),
      }),
    () =>
      http('local_ratelimit.v3.LocalRateLimit', {
        stat_prefix: 'x',
        token_bucket: {max_tokens: 1000, tokens_per_fill: 1000, fill_interval: '60s'},
        filter_enabled: {default_value: {numerator: 100}},
        filter_enforced: {default_value: {numerator: 100}},
      }),
  ]
  const chosen = some(random, 0, 3, () => pick(random, all)())
  const distinct = chosen.filter((each, i) => chosen.findIndex(other => other.name === each.name) === i)
  return [...distinct, {name: 'envoy.filters.http.router', typed_config: typed(`${HF}router.v3.Router`)}]
}

let serial = 0

function domains(random: Random, taken: Set<string>): readonly string[] {
  const wanted = some(random, 1, 3, () =>
    pick(random, [
      ...HOSTS,
      '*.example.com',
      '*.a.example.com',
      'shop.*',
      '*-y.org',
      '*m',
      'api.local:8080',
      'a.example.*',
      '*.com:80',
    ]),
  )
  return wanted.filter(each => {
    const key = each.toLowerCase()
    if (taken.has(key)) return false
    taken.add(key)
    return true
  })
}

/** One route configuration for all requests, or one for each of some scopes that a header selects. */
function tables(random: Random, table: () => Json): Json {
  if (!oneIn(random, 5)) return {route_config: table()}
  const extractor = pick<Json>(random, [
    {name: 'x-user', index: 0},
    {name: 'x-user', element_separator: ',', index: random(2)},
    {name: 'x-user', element_separator: ';', element: {separator: '=', key: 'v'}},
  ])
  const scope = (value: string) => ({
    name: `scope${serial++}`,
    route_configuration: table(),
    key: {fragments: [{string_key: value}]},
  })
  return {
    scoped_routes: {
      name: `scopes${serial++}`,
      scope_key_builder: {fragments: [{header_value_extractor: extractor}]},
      scoped_route_configurations_list: {scoped_route_configurations: ['jason', 'v1', 'a', ''].map(scope)},
    },
  }
}

function routeTable(given: Surroundings): Json {
  const {random} = given
  const taken = new Set<string>()
  const hosts = some(random, 1, 4, () => ({
    name: `vh${serial++}`,
    domains: domains(random, taken),
    routes: some(random, 1, 6, () => route(given, `r${serial++}`)),
    ...(oneIn(random, 12) ? {require_tls: pick(random, ['ALL', 'EXTERNAL_ONLY'])} : {}),
    ...(oneIn(random, 6) ? {retry_policy: retryPolicy(random)} : {}),
    ...(oneIn(random, 4) ? {rate_limits: rateLimits(random)} : {}),
    ...(oneIn(random, 3) ? overrides(given) : {}),
  })).filter(each => each.domains.length > 0)
  const rest = oneIn(random, 4)
    ? []
    : [{name: `vh${serial++}`, domains: ['*'], routes: some(random, 1, 6, () => route(given, `r${serial++}`))}]
  return {
    name: `rc${serial++}`,
    validate_clusters: false,
    ...(oneIn(random, 4) ? {ignore_port_in_host_matching: true} : {}),
    ...(oneIn(random, 4) ? {ignore_path_parameters_in_path_matching: true} : {}),
    ...(oneIn(random, 5) ? {internal_only_headers: [pick(random, ['x-user', 'X-Ver', 'end-user'])]} : {}),
    ...(oneIn(random, 3) ? overrides(given) : {}),
    virtual_hosts: [...hosts, ...rest],
  }
}

/** A random HTTP connection manager. */
export function manager(given: Surroundings): Json {
  const {random} = given
  const strip = pick<Json>(random, [{}, {}, {strip_any_host_port: true}, {strip_matching_host_port: true}])
  const options: Json = {
    ...strip,
    ...(oneIn(random, 2) ? {normalize_path: true} : {}),
    ...(oneIn(random, 4) ? {merge_slashes: true} : {}),
    ...(oneIn(random, 2)
      ? {
          path_with_escaped_slashes_action: pick(random, [
            'KEEP_UNCHANGED',
            'REJECT_REQUEST',
            'UNESCAPE_AND_REDIRECT',
            'UNESCAPE_AND_FORWARD',
          ]),
        }
      : {}),
    ...(oneIn(random, 3) ? {use_remote_address: oneIn(random, 2)} : {}),
    ...(oneIn(random, 3) ? {xff_num_trusted_hops: random(3)} : {}),
    ...(oneIn(random, 4) ? {strip_trailing_host_dot: true} : {}),
    ...(oneIn(random, 6) ? {scheme_header_transformation: {scheme_to_overwrite: pick(random, ['http', 'https'])}} : {}),
    ...(oneIn(random, 8)
      ? {
          local_reply_config: {
            ...localReplies(random),
          },
        }
      : {}),
    ...(oneIn(random, 4)
      ? {
          http_protocol_options: {
            accept_http_10: true,
            ...(oneIn(random, 2) ? {default_host_for_http_10: 'shop'} : {}),
            ...(oneIn(random, 3) ? {allow_absolute_url: false} : {}),
          },
        }
      : {}),
    ...(oneIn(random, 5) ? {upgrade_configs: [{upgrade_type: 'websocket'}]} : {}),
    ...(oneIn(random, 6) ? {early_header_mutation_extensions: [earlyMutation(random)]} : {}),
    ...(oneIn(random, 6)
      ? {
          common_http_protocol_options: {
            headers_with_underscores_action: pick(random, ['REJECT_REQUEST', 'DROP_HEADER']),
          },
        }
      : {}),
  }
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: typed(`${NF}http_connection_manager.v3.HttpConnectionManager`, {
      stat_prefix: 'x',
      ...options,
      http_filters: httpFilters(given),
      access_log: accessLog('hcm'),
      ...tables(random, () => routeTable(given)),
    }),
  }
}

/** A TCP proxy, with RBAC before it at times. */
export function tcpFilters({random, ports}: Surroundings): readonly Json[] {
  const target = pick<Json>(random, [
    {cluster: 'ok'},
    {cluster: pick(random, ['refused', 'empty', 'no-connection', 'absent', 'tls', 'impostor'])},
    {
      weighted_clusters: {
        clusters: [
          {name: 'ok', weight: 2},
          {name: 'degraded', weight: 1},
        ],
      },
    },
  ])
  const rbac = some(random, 0, 2, () => ({
    name: 'envoy.filters.network.rbac',
    typed_config: typed(`${NF}rbac.v3.RBAC`, {stat_prefix: 'x', rules: rbacRules(random, false, ports)}),
  }))
  const limits = pick<readonly Json[]>(random, [
    [],
    [],
    [
      {
        name: 'limit',
        typed_config: typed(`${NF}local_ratelimit.v3.LocalRateLimit`, {
          stat_prefix: 'x',
          token_bucket: {max_tokens: 1000, fill_interval: '60s'},
        }),
      },
    ],
    [
      {
        name: 'limit',
        typed_config: typed(`${NF}connection_limit.v3.ConnectionLimit`, {stat_prefix: 'x', max_connections: 1000}),
      },
    ],
  ])
  return [
    ...limits,
    ...rbac,
    {
      name: 'envoy.filters.network.tcp_proxy',
      typed_config: typed(`${NF}tcp_proxy.v3.TcpProxy`, {
        stat_prefix: 'x',
        access_log: accessLog('tcp'),
        ...target,
        ...(oneIn(random, 3) ? {max_connect_attempts: 2} : {}),
      }),
    },
  ]
}

function downstreamTls(random: Random): Json {
  const validates = oneIn(random, 2)
  const san = oneIn(random, 3)
    ? {match_typed_subject_alt_names: [{san_type: 'URI', matcher: {prefix: 'spiffe://cluster.local/ns/demo/sa/app'}}]}
    : {}
  return {
    transport_socket: {
      name: 'envoy.transport_sockets.tls',
      typed_config: typed('extensions.transport_sockets.tls.v3.DownstreamTlsContext', {
        common_tls_context: {
          tls_certificates: [
            {certificate_chain: {filename: 'certs/server.pem'}, private_key: {filename: 'certs/server.key'}},
          ],
          alpn_protocols: pick(random, [['h2', 'http/1.1'], ['http/1.1'], ['istio', 'h2'], []]),
          ...(validates ? {validation_context: {trusted_ca: {filename: 'certs/root.pem'}, ...san}} : {}),
        },
        require_client_certificate: validates && oneIn(random, 2),
      }),
    },
  }
}

function chainMatch(random: Random): Json {
  return {
    ...(oneIn(random, 3) ? {transport_protocol: pick(random, ['tls', 'raw_buffer'])} : {}),
    ...(oneIn(random, 3)
      ? {application_protocols: some(random, 1, 2, () => pick(random, ['http/1.1', 'h2c', 'h2', 'istio', 'http/1.0']))}
      : {}),
    ...(oneIn(random, 4)
      ? {server_names: some(random, 1, 2, () => pick(random, ['app.example.com', '*.example.com', 'other', '*.com']))}
      : {}),
    ...(oneIn(random, 4)
      ? {
          source_prefix_ranges: [
            pick<Json>(random, [
              {address_prefix: '127.0.0.1', prefix_len: 32},
              {address_prefix: '127.0.0.0', prefix_len: 8},
              {address_prefix: '10.1.0.0', prefix_len: 16},
            ]),
          ],
        }
      : {}),
    ...(oneIn(random, 5) ? {direct_source_prefix_ranges: [{address_prefix: '127.0.0.4', prefix_len: 30}]} : {}),
    ...(oneIn(random, 5)
      ? {
          prefix_ranges: [
            pick<Json>(random, [
              {address_prefix: '127.0.0.1', prefix_len: 32},
              {address_prefix: '127.0.0.0', prefix_len: 8},
              {address_prefix: '10.2.0.0', prefix_len: 16},
            ]),
          ],
        }
      : {}),
    ...(oneIn(random, 6) ? {destination_port: pick(random, [8080, 9090])} : {}),
    ...(oneIn(random, 6) ? {source_type: pick(random, ['SAME_IP_OR_LOOPBACK', 'EXTERNAL'])} : {}),
  }
}

/** Every combination of criteria a match stands for: Envoy refuses chains that share one. */
function combinations(match: Json): readonly string[] {
  return Object.entries(match)
    .sort(([x], [y]) => (x < y ? -1 : 1))
    .reduce<readonly string[]>(
      (all, [name, value]) => {
        const values: readonly unknown[] = Array.isArray(value) ? value : [value]
        return all.flatMap(text => values.map(each => `${text}|${name}=${JSON.stringify(each)}`))
      },
      [''],
    )
}

function uniqueMatches(matches: readonly Json[]): readonly Json[] {
  const seen = new Set<string>()
  return matches.filter(each => {
    const own = combinations(each)
    if (own.some(text => seen.has(text)) || new Set(own).size < own.length) return false
    for (const text of own) seen.add(text)
    return true
  })
}

function chain(given: Surroundings, match: Json | undefined): Json {
  const {random} = given
  return {
    name: `chain${serial++}`,
    ...(match === undefined ? {} : {filter_chain_match: match}),
    ...(oneIn(random, 3) ? downstreamTls(random) : {}),
    filters: oneIn(random, 2) ? [manager(given)] : tcpFilters(given),
  }
}

function inspectors(random: Random, proxy: boolean): readonly Json[] {
  const tls = {name: 'envoy.filters.listener.tls_inspector', typed_config: typed(`${LF}tls_inspector.v3.TlsInspector`)}
  const inspector = {
    name: 'envoy.filters.listener.http_inspector',
    typed_config: typed(`${LF}http_inspector.v3.HttpInspector`),
  }
  const line = {
    name: 'envoy.filters.listener.proxy_protocol',
    typed_config: typed(
      `${LF}proxy_protocol.v3.ProxyProtocol`,
      oneIn(random, 2) ? {allow_requests_without_proxy_protocol: true} : {},
    ),
  }
  return [...(proxy ? [line] : []), ...(oneIn(random, 5) ? [] : [tls]), ...(oneIn(random, 3) ? [] : [inspector])]
}

function listener(name: string, address: string, port: number, more: Json): Json {
  return {
    name,
    address: {socket_address: {address, port_value: port}},
    metadata: {filter_metadata: {oracle: {name}}},
    access_log: accessLog('listener'),
    ...more,
  }
}

/** A whole configuration: HTTP listeners, TLS, listeners with many chains, TCP, and a hand-over by original destination. */
export function configuration(given: Surroundings): Json {
  const {random, ports} = given
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = ports
  const chains = (proxy: boolean) => {
    const matches = uniqueMatches(some(random, 2, 6, () => chainMatch(random)))
    return {
      listener_filters: inspectors(random, proxy),
      // Envoy takes no listener without a chain.
      filter_chains: (matches.length > 0 ? matches : [undefined]).map(match => chain(given, match)),
      ...(oneIn(random, 2) ? {default_filter_chain: chain(given, undefined)} : {}),
    }
  }
  const single = (filters: readonly Json[], more: Json = {}) => ({
    filter_chains: [{name: `chain${serial++}`, filters, ...more}],
  })
  return {
    layered_runtime: {layers: [{name: 'static', static_layer: {'oracle.on': 100, oracle: {off: 0}}}]},
    static_resources: {
      clusters: clusters(given),
      listeners: [
        listener('http-a', '0.0.0.0', a, single([manager(given)])),
        listener('http-b', '0.0.0.0', b, single([manager(given)])),
        listener('tls', '0.0.0.0', c, {
          listener_filters: inspectors(random, false),
          ...single([manager(given)], downstreamTls(random)),
        }),
        listener('chains', '0.0.0.0', d, chains(false)),
        listener('tcp', '0.0.0.0', e, single(tcpFilters(given), oneIn(random, 2) ? downstreamTls(random) : {})),
        listener('entry', '0.0.0.0', f, {use_original_dst: true, ...chains(true)}),
        listener('inner-exact', '10.2.0.1', 8080, {bind_to_port: false, ...chains(false)}),
        listener('inner-any', '0.0.0.0', 8080, {bind_to_port: false, ...chains(false)}),
      ],
    },
  }
}
