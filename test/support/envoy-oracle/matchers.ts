import type {Random} from '../seeded.js'

// Random matchers over small pools, so that requests nearly match.

export function pick<T>(random: Random, items: readonly T[]): T {
  const found = items[random(items.length)]
  if (found === undefined) throw new Error('an empty pool')
  return found
}

/** True in one of `n` cases. */
export function oneIn(random: Random, n: number): boolean {
  return random(n) === 0
}

/** Between `low` and `high` of what `make` makes. */
export function some<T>(random: Random, low: number, high: number, make: () => T): readonly T[] {
  return Array.from({length: low + random(high - low + 1)}, make)
}

export const NAMES = ['x-user', 'x-ver', 'end-user', 'accept', 'cookie', 'x-n', 'user-agent'] as const
export const VALUES = [
  'jason',
  'Jason',
  'jasonx',
  'v1',
  'v2',
  '',
  '5',
  '+7',
  'a,b',
  'a',
  '10',
  'va vb',
  'w=1;v=jason',
] as const
export const PATHS = [
  '/',
  '/api',
  '/api/',
  '/api/v1',
  '/Api/v1',
  '/apix',
  '/admin',
  '/a/b/c',
  '/t/x/end',
  '/videos/a/b.mp4',
  '/r/12',
  '/r/x',
  '/case/Y',
] as const
export const HOSTS = [
  'shop',
  'shop.demo',
  'shop.demo:80',
  'a.example.com',
  'b.a.example.com',
  'EXAMPLE.com',
  'x-y.org',
  'api.local',
  'other',
  'u@shop',
] as const
const REGEXES = ['v[0-9]', 'ja.*', '[a-z]*', '(?i)JASON', '.+', '5|10', 'a,b|a', '\\d+'] as const
const PATH_REGEXES = ['/api/.*', '/r/[0-9]+', '/(admin|api)', '/a/[^/]+/c', '.*\\.mp4', '/.*'] as const
const TEMPLATES = [
  '/t/*/end',
  '/videos/{name}',
  '/videos/*/{f}',
  '/a/**',
  '/r/{id=*}',
  '/{x}/{y=**}',
  '/videos/{d}/*.mp4',
  '/r*/x',
  '/a/b*/c',
  '/videos/a/b.mp4',
] as const

type Json = Readonly<Record<string, unknown>>

export function stringMatcher(random: Random, values: readonly string[] = VALUES): Json {
  const value = pick(random, values)
  const full = value === '' ? 'v' : value
  const kinds: readonly Json[] = [
    {exact: value},
    {prefix: full.slice(0, 2)},
    {suffix: full.slice(-2)},
    {contains: full.slice(0, 1)},
    {safe_regex: {regex: pick(random, REGEXES)}},
  ]
  const matcher = pick(random, kinds)
  return oneIn(random, 4) && !('safe_regex' in matcher) ? {...matcher, ignore_case: true} : matcher
}

export function headerMatcher(random: Random): Json {
  const name = pick(random, [...NAMES, ':method', ':authority', ':path', 'x-forwarded-proto', 'x-request-id'])
  const kinds: readonly Json[] = [
    {string_match: stringMatcher(random)},
    {string_match: stringMatcher(random)},
    {present_match: oneIn(random, 2)},
    {range_match: {start: random(6), end: 6 + random(8)}},
    {
      exact_match: pick(
        random,
        VALUES.filter(each => each !== ''),
      ),
    },
  ]
  return {
    name,
    ...pick(random, kinds),
    ...(oneIn(random, 4) ? {invert_match: true} : {}),
    ...(oneIn(random, 6) ? {treat_missing_header_as_empty: true} : {}),
  }
}

function queryMatcher(random: Random): Json {
  const name = pick(random, ['q', 'debug'])
  return oneIn(random, 2) ? {name, present_match: !oneIn(random, 4)} : {name, string_match: stringMatcher(random)}
}

/** A claim of a token, as Istio matches them: a text, or one of a list. */
export function claimMatcher(random: Random): Json {
  const value = stringMatcher(random, ['admin', 'dev', 'read', 'https://one.example'])
  const kinds: readonly Json[] = [
    {or_match: {value_matchers: [{string_match: value}, {list_match: {one_of: {string_match: value}}}]}},
    {string_match: value},
    {list_match: {one_of: {string_match: value}}},
    {present_match: true},
  ]
  return {
    filter: 'envoy.filters.http.jwt_authn',
    path: [{key: 'payload'}, {key: pick(random, ['group', 'scope', 'iss'])}],
    value: pick(random, kinds),
    ...(oneIn(random, 4) ? {invert: true} : {}),
  }
}

function pathSpecifier(random: Random): Json {
  const path = pick(random, PATHS)
  const kinds: readonly Json[] = [
    {prefix: path},
    {prefix: path},
    {path},
    {path_separated_prefix: path === '/' ? '/api' : path.replace(/\/$/, '')},
    {safe_regex: {regex: pick(random, PATH_REGEXES)}},
    {
      path_match_policy: {
        name: 'envoy.path.match.uri_template.uri_template_matcher',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig',
          path_template: pick(random, TEMPLATES),
        },
      },
    },
    {connect_matcher: {}},
  ]
  return kinds[oneIn(random, 15) ? 6 : random(6)] ?? {prefix: '/'}
}

/** A condition on a cookie. */
export function cookieMatcher(random: Random): Json {
  return {
    name: pick(random, ['id', 'a']),
    string_match: stringMatcher(random, ['v1', 'jason', '1', '']),
    ...(oneIn(random, 3) ? {invert_match: true} : {}),
  }
}

export function routeMatch(random: Random): Json {
  const path = pathSpecifier(random)
  const insensitive = oneIn(random, 6) && ('prefix' in path || 'path' in path || 'path_separated_prefix' in path)
  return {
    ...path,
    ...(insensitive ? {case_sensitive: false} : {}),
    ...(oneIn(random, 3) ? {headers: some(random, 1, 2, () => headerMatcher(random))} : {}),
    ...(oneIn(random, 6) ? {query_parameters: some(random, 1, 1, () => queryMatcher(random))} : {}),
    ...(oneIn(random, 12) ? {grpc: {}} : {}),
    ...(oneIn(random, 8) ? {cookies: [cookieMatcher(random)]} : {}),
    ...(oneIn(random, 10) ? {dynamic_metadata: [claimMatcher(random)]} : {}),
    ...(oneIn(random, 12) ? {tls_context: {presented: oneIn(random, 2)}} : {}),
    ...(oneIn(random, 12)
      ? {
          runtime_fraction: {
            default_value: {numerator: pick(random, [0, 100])},
            runtime_key: pick(random, ['', 'oracle.on', 'oracle.off']),
          },
        }
      : {}),
  }
}

const PRINCIPALS = [
  'spiffe://cluster.local/ns/demo/sa/app',
  'spiffe://cluster.local/ns/demo/sa/first',
  'app.example.com',
  'O=demo,CN=app',
  '',
]

function cidr(random: Random): Json {
  const [address_prefix, prefix_len] = pick(random, [
    ['127.0.0.0', 8],
    ['127.0.0.1', 32],
    ['127.0.0.4', 30],
    ['10.1.0.0', 16],
    ['10.1.2.3', 32],
    ['::', 0],
  ] as const)
  return prefix_len === 0 ? {address_prefix} : {address_prefix, prefix_len}
}

/** A permission of RBAC; `http` adds what only requests have. */
export function permission(random: Random, http: boolean, ports: readonly number[], depth = 0): Json {
  const inner = () => permission(random, http, ports, depth + 1)
  const port = pick(random, ports)
  const plain: readonly Json[] = [
    {any: true},
    {destination_port: port},
    {destination_port_range: {start: port - random(3), end: port + random(2) + 1}},
    {destination_ip: cidr(random)},
    {requested_server_name: stringMatcher(random, ['app.example.com', 'other', ''])},
  ]
  const more: readonly Json[] = [
    {header: headerMatcher(random)},
    {url_path: {path: stringMatcher(random, PATHS)}},
    {metadata: claimMatcher(random)},
    {metadata: {filter: 'none', path: [{key: 'a'}], value: {string_match: {exact: 'b'}}, invert: oneIn(random, 2)}},
  ]
  if (depth < 2 && oneIn(random, 3))
    return pick(random, [
      {and_rules: {rules: some(random, 1, 2, inner)}},
      {or_rules: {rules: some(random, 1, 2, inner)}},
      {not_rule: inner()},
    ])
  return pick(random, http ? [...plain, ...more, ...more] : plain)
}

export function principal(random: Random, http: boolean, depth = 0): Json {
  const inner = () => principal(random, http, depth + 1)
  const plain: readonly Json[] = [
    {any: true},
    {authenticated: oneIn(random, 4) ? {} : {principal_name: stringMatcher(random, PRINCIPALS)}},
    {direct_remote_ip: cidr(random)},
    {remote_ip: cidr(random)},
  ]
  const more: readonly Json[] = [{header: headerMatcher(random)}, {url_path: {path: stringMatcher(random, PATHS)}}]
  if (depth < 2 && oneIn(random, 3))
    return pick(random, [
      {and_ids: {ids: some(random, 1, 2, inner)}},
      {or_ids: {ids: some(random, 1, 2, inner)}},
      {not_id: inner()},
    ])
  return pick(random, http ? [...plain, ...more] : plain)
}

/** A condition (CEL) over a request, as a parsed expression. */
function condition(random: Random, depth = 0): Json {
  const text = (string_value: string) => ({const_expr: {string_value}})
  const request = (field: string) => ({select_expr: {operand: {ident_expr: {name: 'request'}}, field}})
  const call = (name: string, ...args: readonly Json[]) => ({call_expr: {function: name, args}})
  const inner = (): Json => condition(random, depth + 1)
  if (depth < 2 && oneIn(random, 2))
    return pick<() => Json>(random, [
      () => call('_&&_', inner(), inner()),
      () => call('_||_', inner(), inner()),
      () => call('!_', inner()),
      () => call('_?_:_', inner(), inner(), inner()),
    ])()
  const header = call('_[_]', request('headers'), text(pick(random, NAMES)))
  const value = pick(random, [header, request('path'), request('url_path'), request('host'), request('method')])
  return pick<Json>(random, [
    call(pick(random, ['_==_', '_!=_', '_<_', '_>=_']), value, text(pick(random, [...VALUES, '/api', 'shop', 'GET']))),
    {call_expr: {target: value, function: pick(random, ['startsWith', 'endsWith', 'contains']), args: [text('a')]}},
    {call_expr: {target: value, function: 'matches', args: [text(pick(random, ['^/a', 'v[0-9]', 's.op']))]}},
    call('@in', text(pick(random, NAMES)), request('headers')),
    {select_expr: {operand: request('headers'), field: pick(random, NAMES), test_only: true}},
    call('@in', request('method'), {list_expr: {elements: [text('GET'), text('POST')]}}),
    call('_>_', call('size', value), {const_expr: {int64_value: random(12)}}),
  ])
}

export function rbacRules(random: Random, http: boolean, ports: readonly number[]): Json {
  const policies = Object.fromEntries(
    some(random, 0, 3, () => [
      `ns[demo]-policy[${pick(random, ['a', 'b', 'B c'])}]-rule[${random(3)}]`,
      {
        permissions: some(random, 1, 2, () => permission(random, http, ports)),
        principals: some(random, 1, 2, () => principal(random, http)),
        ...(http && oneIn(random, 4) ? {condition: condition(random)} : {}),
      },
    ]),
  )
  return {action: pick(random, ['ALLOW', 'DENY', 'DENY', 'LOG']), policies}
}
