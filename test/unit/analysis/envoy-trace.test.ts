import {describe, expect, test} from '@jest/globals'
import {metadataMatches} from '../../../src/analysis/envoy/matching/values.js'
import {traceRequest} from '../../../src/analysis/envoy/trace.js'
import {proxyOf} from '../../../src/formats/envoy-proto/proxy.js'
import {readProto} from '../../../src/formats/envoy-proto/read.js'
import type {Decision} from '../../../src/model/envoy/decision.js'
import {MetadataMatcher} from '../../../src/model/envoy/matching.js'
import type {Surroundings} from '../../../src/model/envoy/proxy.js'
import type {ClientHandshake, EnvoyRequest} from '../../../src/model/envoy/request.js'
import type {Json} from '../../../src/model/envoy/schema.js'

const TYPE = 'type.googleapis.com/envoy.'
const ROUTER = {
  name: 'envoy.filters.http.router',
  typed_config: {'@type': `${TYPE}extensions.filters.http.router.v3.Router`},
}
const LUA = {
  name: 'envoy.filters.http.lua',
  typed_config: {'@type': `${TYPE}extensions.filters.http.lua.v3.Lua`, inline_code: ''},
}

/** A dump of one listener on port 80 with these filters and routes. */
function dump(routes: readonly object[], filters: readonly object[] = [ROUTER], more: object = {}): unknown {
  const manager = {
    '@type': `${TYPE}extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    http_filters: filters,
    route_config: {name: 'r', virtual_hosts: [{name: 'v', domains: ['shop'], routes}]},
    ...more,
  }
  const listener = {
    name: 'l',
    address: {socket_address: {address: '0.0.0.0', port_value: 80}},
    filter_chains: [{name: 'c', filters: [{name: 'hcm', typed_config: manager}]}],
  }
  return {configs: [{'@type': `${TYPE}admin.v3.ListenersConfigDump`, static_listeners: [{listener}]}]}
}

function ask(
  config: unknown,
  path = '/',
  headers: readonly (readonly [string, string])[] = [],
  tls?: ClientHandshake,
  upstream: Surroundings['upstream'] = () => undefined,
): Decision {
  const destination = {ip: '10.0.0.1', port: 80}
  const request: EnvoyRequest = {
    destination,
    acceptedBy: destination,
    redirected: false,
    source: {ip: '10.0.0.2', port: 4000},
    proxyLine: undefined,
    tls,
    protocol: 'http/1.1',
    method: 'GET',
    path,
    headers: [['host', 'shop'], ...headers],
    bodyBytes: 0,
    chunked: false,
    payload: undefined,
    abortAfter: undefined,
    sequence: undefined,
  }
  return traceRequest(proxyOf(config), request, {upstream, now: 0, patience: Infinity})
}

const OK = {name: 'ok', match: {prefix: '/'}, direct_response: {status: 200}}

describe('what is not modelled', () => {
  test('makes undecided what depends on it, by name and place', () => {
    const decision = ask(dump([OK], [LUA, ROUTER]))
    expect(decision).toMatchObject({decided: false, reason: 'HTTP filter envoy.filters.http.lua'})
    expect(decision.decided ? '' : decision.at).toBe(
      '/configs/0/static_listeners/0/listener/filter_chains/0/filters/0/typed_config/http_filters/0',
    )
  })

  test('does not matter where it is not reached', () => {
    const strange = {name: 'strange', match: {prefix: '/strange', brand_new: {}}, direct_response: {status: 500}}
    expect(ask(dump([OK, strange]))).toMatchObject({decided: true, outcome: {route: 'ok', status: 200}})
    expect(ask(dump([strange, OK]))).toMatchObject({
      decided: false,
      reason: 'field brand_new of a route match is not modelled',
    })
  })

  test('does not matter where another condition already fails', () => {
    const headers = [
      {name: 'a', string_match: {custom: {}}},
      {name: 'b', string_match: {exact: 'x'}},
    ]
    const strange = {name: 'strange', match: {prefix: '/', headers}, direct_response: {status: 500}}
    expect(ask(dump([strange, OK]), '/', [['a', '1']])).toMatchObject({decided: true, outcome: {route: 'ok'}})
    expect(
      ask(dump([strange, OK]), '/', [
        ['a', '1'],
        ['b', 'x'],
      ]),
    ).toMatchObject({decided: false})
  })

  test('a share of the requests is not an answer for one', () => {
    const half = {
      name: 'half',
      match: {prefix: '/', runtime_fraction: {default_value: {numerator: 50}}},
      direct_response: {status: 500},
    }
    expect(ask(dump([half, OK]))).toMatchObject({
      decided: false,
      reason: 'the runtime fraction of a route happens in 50% of the requests',
    })
  })
})

describe('the story', () => {
  test('names what nearly matched', () => {
    const jason = {
      name: 'jason',
      match: {prefix: '/', headers: [{name: 'end-user', string_match: {exact: 'jason'}}]},
      direct_response: {status: 201},
    }
    const {steps} = ask(dump([jason, OK]))
    expect(steps.find(each => each.stage === 'route')).toMatchObject({
      text: 'route ok matches',
      nearMisses: [{what: 'route 1 (jason)', except: 'header end-user'}],
    })
  })

  test('a hostile regex ends as fast as any', () => {
    const slow = {name: 'slow', match: {safe_regex: {regex: '/(a+)+b'}}, direct_response: {status: 201}}
    const path = `/${'a'.repeat(20_000)}`
    expect(ask(dump([slow, OK], [ROUTER], {max_request_headers_kb: 96}), path)).toMatchObject({
      decided: true,
      outcome: {route: 'ok'},
    })
  })

  test('a name from outside is not a key of an object', () => {
    const proto = {name: '__proto__', match: {prefix: '/'}, route: {cluster: '__proto__'}}
    expect(ask(dump([proto]))).toMatchObject({decided: true, outcome: {flags: ['NC'], status: 503}})
  })
})

describe('facts', () => {
  test('name what answered', () => {
    expect(ask(dump([OK])).facts).toEqual({
      filterChain: 'matched',
      handshake: {kind: 'plain'},
      answeredBy: 'route',
    })
    expect(ask(dump([])).facts).toMatchObject({answeredBy: 'no-route'})
    expect(ask(dump([{name: 'x', match: {prefix: '/'}, route: {cluster: 'gone'}}])).facts).toMatchObject({
      answeredBy: 'no-cluster',
    })
  })

  test('name the policy that denied, and tell one from none', () => {
    const rbac = (rules: object) => ({
      name: 'rbac',
      typed_config: {'@type': `${TYPE}extensions.filters.http.rbac.v3.RBAC`, rules},
    })
    const all = {permissions: [{any: true}], principals: [{any: true}]}
    const deny = rbac({action: 'DENY', policies: {'no way': all}})
    expect(ask(dump([OK], [deny, ROUTER])).facts).toMatchObject({
      answeredBy: 'rbac',
      denied: {
        layer: 'http',
        policy: 'no way',
        at: '/configs/0/static_listeners/0/listener/filter_chains/0/filters/0/typed_config/http_filters/0/typed_config/rules/policies/no way',
      },
    })
    const none = ask(dump([OK], [rbac({action: 'ALLOW', policies: {}}), ROUTER])).facts.denied
    expect(none?.policy).toBeUndefined()
    expect(none?.layer).toBe('http')
  })

  test('are kept as far as an undecided request got', () => {
    expect(ask(dump([OK], [LUA, ROUTER]))).toMatchObject({decided: false, facts: {filterChain: 'matched'}})
  })
})

describe('JWT providers', () => {
  /** A token that nobody signed: its issuer, audience and key are looked at before its signature. */
  function token(claims: object): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    return `${part({alg: 'RS256', kid: 'ec'})}.${part(claims)}.${Buffer.alloc(256, 1).toString('base64url')}`
  }
  const jwks = JSON.stringify({
    keys: [{kty: 'RSA', kid: 'rsa', alg: 'RS256', e: 'AQAB', n: 'sXchDaQebHnPiGvyDOAT4saGEUetSyo9MKLOoWFsueri'}],
  })
  const withProviders = (providers: object) =>
    dump(
      [OK],
      [
        {
          name: 'jwt',
          typed_config: {
            '@type': `${TYPE}extensions.filters.http.jwt_authn.v3.JwtAuthentication`,
            providers,
            rules: [{match: {prefix: '/'}, requires: {allow_missing: {}}}],
          },
        },
        ROUTER,
      ],
    )
  const two = {issuer: 'https://two.example', local_jwks: {inline_string: jwks}}
  const authorization = [
    'authorization',
    `Bearer ${token({iss: 'https://unknown.example', aud: 'https://reviews/'})}`,
  ] as const

  // The answers of Envoy 1.40.0 for seed 77 of test/oracle/envoy-trace: a provider without an issuer takes what no other is for.
  test.each([
    [{two}, 'Jwt_issuer_is_not_configured'],
    [
      {one: {audiences: ['reviews'], local_jwks: {inline_string: jwks}}, two},
      "Jwks_doesn't_have_key_to_match_kid_or_alg_from_Jwt",
    ],
  ])('an unknown issuer among %j', (providers, why) => {
    expect(ask(withProviders(providers), '/', [authorization])).toMatchObject({
      decided: true,
      outcome: {status: 401, details: `jwt_authn_access_denied{${why}}`},
    })
  })
})

describe('facts measured on a real Envoy that no recorded case of the repository shows', () => {
  test('a range does not hold its end', () => {
    const inRange = {
      name: 'range',
      match: {prefix: '/', headers: [{name: 'x-n', range_match: {start: '5', end: '10'}}]},
      direct_response: {status: 201},
    }
    const routeFor = (value: string) => {
      const decision = ask(dump([inRange, OK]), '/', [['x-n', value]])
      return decision.decided ? decision.outcome.route : decision.reason
    }
    expect(['4', '5', '9', '10'].map(routeFor)).toEqual(['ok', 'range', 'range', 'ok'])
  })

  test('shadow rules alone never deny', () => {
    const shadow = {
      name: 'rbac',
      typed_config: {
        '@type': `${TYPE}extensions.filters.http.rbac.v3.RBAC`,
        shadow_rules: {action: 'ALLOW', policies: {}},
      },
    }
    expect(ask(dump([OK], [shadow, ROUTER]))).toMatchObject({decided: true, outcome: {status: 200, route: 'ok'}})
  })

  test('without a TLS inspector no chain is for TLS', () => {
    const config = dump([OK]) as {configs: [{static_listeners: [{listener: {filter_chains: [object]}}]}]}
    const [{static_listeners}] = config.configs
    const {listener} = static_listeners[0]
    const forTls = {...listener.filter_chains[0], name: 'tls', filter_chain_match: {transport_protocol: 'tls'}}
    const chains = (more: object) => ({
      configs: [
        {...config.configs[0], static_listeners: [{listener: {...listener, filter_chains: [forTls], ...more}}]},
      ],
    })
    const inspector = {
      listener_filters: [
        {name: 'tls', typed_config: {'@type': `${TYPE}extensions.filters.listener.tls_inspector.v3.TlsInspector`}},
      ],
    }
    const tls = {sni: 'shop', alpn: [], certificate: undefined}
    expect(ask(chains({}), '/', [], tls)).toMatchObject({decided: true, outcome: {flags: ['NR'], filterChain: null}})
    expect(ask(chains(inspector), '/', [], tls)).toMatchObject({decided: true, outcome: {filterChain: 'tls'}})
  })

  test('a route finds a value inside a list claim', () => {
    const oneOf = [{string_match: {exact: 'b'}}, {list_match: {one_of: {string_match: {exact: 'b'}}}}]
    const claim = readProto(
      MetadataMatcher,
      {
        filter: 'envoy.filters.http.jwt_authn',
        path: [{key: 'payload'}, {key: 'groups'}],
        value: {or_match: {value_matchers: oneOf}},
      },
      '/claim',
    )
    if (claim === undefined) throw new Error('the matcher is read')
    const holds = (groups: Json) =>
      metadataMatches(claim, new Map([['envoy.filters.http.jwt_authn', {payload: {groups}}]]))
    expect([['a', 'b'], 'b', ['a'], 'ab', [['b']]].map(holds)).toEqual([true, true, false, false, false])
  })
})

describe('what takes long is named with its number', () => {
  const cluster = {
    name: 'slow',
    type: 'STATIC',
    load_assignment: {
      endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: '10.0.0.9', port_value: 80}}}}]}],
    },
  }
  const withCluster = (config: unknown) => {
    const {configs} = config as {configs: readonly unknown[]}
    return {configs: [...configs, {'@type': `${TYPE}admin.v3.ClustersConfigDump`, static_clusters: [{cluster}]}]}
  }
  const slow = {connect: 'accepts', tls: undefined, answer: {kind: 'http', status: 200, afterMs: 3000}} as const
  const story = (config: unknown) => ask(config, '/', [], undefined, () => slow).steps.map(each => each.text)

  test.each([
    [{timeout: '1.5s'}, 'the answer takes longer than 1500 ms, the timeout of the route'],
    [{timeout: '0s', idle_timeout: '2s'}, 'nothing comes for 2000 ms, the idle timeout'],
    [
      {retry_policy: {retry_on: '5xx', num_retries: 0, per_try_timeout: '0.7s'}},
      'a try takes longer than 700 ms, the per_try_timeout',
    ],
    [
      {max_stream_duration: {max_stream_duration: '1s'}},
      'the request lasts longer than 1000 ms, its max_stream_duration',
    ],
    [{timeout: '4s'}, 'the upstream answers 200'],
  ])('a route with %j', (action, text) => {
    const route = {name: 'r', match: {prefix: '/'}, route: {cluster: 'slow', ...action}}
    expect(story(withCluster(dump([route]))).at(-1)).toBe(text)
  })

  test('a fault delay', () => {
    const fault = {
      name: 'fault',
      typed_config: {
        '@type': `${TYPE}extensions.filters.http.fault.v3.HTTPFault`,
        delay: {percentage: {numerator: 100}, fixed_delay: '7s'},
      },
    }
    expect(story(dump([OK], [fault, ROUTER]))).toContain('a fault delays the request by 7000 ms')
  })
})
