import {describe, expect, test} from '@jest/globals'
import {applyPatch} from 'rfc6902'
import {differenceCauseOf, groupByCause} from '../../../src/analysis/config-diff/cause.js'
import {changesBetween} from '../../../src/analysis/config-diff/changes.js'
import {compareConfigs} from '../../../src/analysis/config-diff/compare.js'
import {jsonPointer, patchOf} from '../../../src/analysis/config-diff/json-patch.js'
import {normalForm} from '../../../src/analysis/config-diff/normal-form.js'
import {sameSpelledAnyway} from '../../../src/analysis/config-diff/same.js'
import type {ConfigSection, ProxyConfig} from '../../../src/model/envoy/config-change.js'

function config(sections: Partial<Record<ConfigSection, Record<string, unknown>>>): ProxyConfig {
  const entries = Object.entries(sections).map(
    ([name, of]) => [name as ConfigSection, new Map(Object.entries(of))] as const,
  )
  return {sections: new Map(entries), absent: new Map(), own: []}
}

function differences(a: unknown, b: unknown, section: ConfigSection = 'clusters') {
  return compareConfigs(config({[section]: {x: a}}), config({[section]: {x: b}}), false).differences
}

function paths(a: unknown, b: unknown, section: ConfigSection = 'clusters'): readonly string[] {
  return differences(a, b, section).flatMap(each => each.changes.map(({op, path}) => `${op} ${jsonPointer(path)}`))
}

/** Applies our changes with the rfc6902 library to the first normal form. */
function patched(a: unknown, b: unknown): unknown {
  const document = {clusters: {x: structuredClone(normalForm(a))}}
  const difference = {
    section: 'clusters',
    name: 'x',
    kind: 'changed',
    changes: changesBetween(normalForm(a), normalForm(b)),
  } as const
  const failures = applyPatch(document, patchOf([difference]) as Parameters<typeof applyPatch>[1])
  expect(failures.filter(failure => failure !== null)).toEqual([])
  return document.clusters.x
}

describe('what counts as equal', () => {
  test('field names in either spelling, also where a digit hides the underscore', () => {
    const istiod = {
      connectTimeout: '1s',
      outlierDetection: {consecutive5xx: 3, enforcingConsecutive5xx: 100},
      proxy100Continue: true,
    }
    const envoy = {
      connect_timeout: '1s',
      outlier_detection: {consecutive_5xx: 3, enforcing_consecutive_5xx: 100},
      proxy_100_continue: true,
    }
    expect(differences(istiod, envoy)).toEqual([])
    expect(differences(envoy, istiod)).toEqual([])
  })

  test('64-bit numbers as text, hidden secrets, virtual hosts and domains in any order, endpoints in any order', () => {
    expect(differences({size: '100'}, {size: 100})).toEqual([])
    expect(differences({key: {inline_bytes: 'W3JlZGFjdGVkXQ=='}}, {key: {inline_bytes: 'c2VjcmV0'}})).toEqual([])
    const hosts = [
      {name: 'a', domains: ['a', 'a.ns']},
      {name: 'b', domains: ['b']},
    ]
    const turned = [
      {name: 'b', domains: ['b']},
      {name: 'a', domains: ['a.ns', 'a']},
    ]
    expect(differences({virtual_hosts: hosts}, {virtual_hosts: turned}, 'routes')).toEqual([])
    const endpoint = (address: string) => ({endpoint: {address: {socket_address: {address, port_value: 80}}}})
    const group = (...addresses: string[]) => ({endpoints: [{locality: {}, lb_endpoints: addresses.map(endpoint)}]})
    expect(differences(group('10.0.0.1', '10.0.0.2'), group('10.0.0.2', '10.0.0.1'), 'endpoints')).toEqual([])
  })

  test("Envoy's own defaults beside what istiod leaves out", () => {
    const address = {address: {socket_address: {address: '10.0.0.1', port_value: 80}}}
    const istiod = {
      clusterName: 'x',
      endpoints: [{lbEndpoints: [{endpoint: {address: {socketAddress: {address: '10.0.0.1', portValue: 80}}}}]}],
    }
    const envoy = {
      cluster_name: 'x',
      policy: {overprovisioning_factor: 140},
      endpoints: [{locality: {}, lb_endpoints: [{endpoint: address, health_status: 'HEALTHY'}]}],
    }
    expect(differences(istiod, envoy, 'endpoints')).toEqual([])
    const sick = {...envoy, endpoints: [{lb_endpoints: [{endpoint: address, health_status: 'UNHEALTHY'}]}]}
    expect(paths(istiod, sick, 'endpoints')).toEqual(['add /endpoints/~1~1@0/lbEndpoints/10.0.0.1:80/healthStatus'])
  })

  test('two pods: their own names and addresses', () => {
    const pod = (address: string, name: string): ProxyConfig => ({
      ...config({clusters: {'inbound|80||': {bind: address, id: `${name}.ns`}}}),
      own: [
        [name, '<pod name>'],
        [address, '<pod address>'],
      ],
    })
    const [a, b] = [pod('10.0.0.1', 'web-7f-abc'), pod('10.0.0.2', 'web-7f-xyz')]
    expect(compareConfigs(a, b, true).differences).toEqual([])
    expect(compareConfigs(a, b, false).differences).toHaveLength(1)
  })
})

describe('what counts as different', () => {
  test('the order of filters, of routes and of filter chains', () => {
    const filters = (...names: string[]) => ({filters: names.map(name => ({name}))})
    expect(paths(filters('rbac', 'router'), filters('router', 'rbac'), 'listeners')).toEqual(['order /filters'])
    const routes = (...prefixes: string[]) => ({
      virtual_hosts: [{name: 'a', routes: prefixes.map(prefix => ({match: {prefix}}))}],
    })
    expect(paths(routes('/a', '/'), routes('/', '/a'), 'routes')).toEqual(['order /virtualHosts/a/routes'])
    const chains = (...names: string[]) => ({filter_chains: names.map(name => ({name}))})
    expect(paths(chains('a', 'b'), chains('b', 'a'), 'listeners')).toEqual(['order /filterChains'])
  })

  test('an inserted route is one addition, and a changed one beside it keeps its place', () => {
    const route = (prefix: string, cluster: string) => ({match: {prefix}, route: {cluster}})
    const host = (...routes: unknown[]) => ({virtual_hosts: [{name: 'a', routes}]})
    const before = host(route('/a', 'one'), route('/b', 'two'), route('/', 'three'))
    const after = host(route('/new', 'zero'), route('/a', 'one'), route('/b', 'TWO'), route('/', 'three'))
    expect(paths(before, after, 'routes')).toEqual([
      'add /virtualHosts/a/routes/0',
      'replace /virtualHosts/a/routes/2/route/cluster',
    ])
    expect(patched(before, after)).toEqual(normalForm(after))
  })

  test('a boolean wrapper that is false is not the same as one that is absent', () => {
    expect(paths({stats: {value: false}}, {stats: {}})).toEqual(['remove /stats/value'])
  })

  test('sections only one side can speak of are not compared and say why', () => {
    const a: ProxyConfig = {
      ...config({clusters: {}}),
      absent: new Map([['endpoints', "istiod's dump has no endpoints section"]]),
    }
    const result = compareConfigs(a, config({clusters: {}, endpoints: {x: {}}}), false)
    expect([...result.notCompared]).toEqual([['endpoints', "istiod's dump has no endpoints section"]])
    expect(result.differences).toEqual([])
  })
})

describe('as a JSON Patch', () => {
  test('names with slashes and tildes are escaped', () => {
    expect(patchOf([{section: 'routes', name: 'a/b~c', kind: 'removed', changes: []}])).toEqual([
      {op: 'remove', path: '/routes/a~1b~0c'},
    ])
  })

  /** Random JSON, small and reproducible (a linear congruential generator; Numerical Recipes' constants). */
  function random(seed: number) {
    let state = seed >>> 0
    const below = (limit: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return Math.floor((state / 2 ** 32) * limit)
    }
    const value = (depth: number): unknown => {
      const kind = below(depth > 0 ? 5 : 3)
      if (kind === 0) return below(4)
      if (kind === 1) return `s${below(4)}`
      if (kind === 2) return below(2) === 0
      if (kind === 3) return Array.from({length: below(5)}, () => value(depth - 1))
      return Object.fromEntries(
        Array.from({length: below(4)}, () => [['name', 'match', 'b', 'c'][below(4)], value(depth - 1)]),
      )
    }
    return value
  }

  test('applied by an independent library, it turns one side into the other: 3,000 random pairs', () => {
    const value = random(20_261_120)
    for (let pair = 0; pair < 3000; pair++) {
      const [a, b] = [
        {items: value(4), c: value(3)},
        {items: value(4), c: value(3)},
      ]
      expect(patched(a, b)).toEqual(normalForm(b))
      expect(sameSpelledAnyway(a, b)).toBe(JSON.stringify(normalForm(a)) === JSON.stringify(normalForm(b)))
    }
  })
})

describe('likely causes', () => {
  const cluster = (name: string) => ({section: 'clusters', name, kind: 'removed', before: {}, changes: []}) as const
  test.each([
    ['outbound|9191||ratings.demo.svc.cluster.local', 'Service ratings.demo'],
    ['outbound|443||api.example.com', 'ServiceEntry for api.example.com'],
    ['outbound|80|v2|web.shop.svc.cluster.local', 'DestinationRule for web.shop.svc.cluster.local (subset v2)'],
    ['inbound|8080||', "this pod's own port 8080"],
    ['broken', 'an EnvoyFilter'],
  ])('%s', (name, title) => {
    expect(differenceCauseOf(cluster(name)).title).toBe(title)
  })

  test('what belongs to a cluster is grouped with it: its endpoints, and the listener and route of its port', () => {
    const names = ['outbound|9191||ratings.demo.svc.cluster.local', 'outbound|9192||ratings.demo.svc.cluster.local']
    const before = config({clusters: {}, listeners: {}, routes: {}, endpoints: {}})
    const after = config({
      clusters: Object.fromEntries(names.map(name => [name, {}])),
      listeners: {'0.0.0.0_9191': {}},
      routes: {9192: {}},
      endpoints: Object.fromEntries(names.map(name => [name, {}])),
    })
    const groups = groupByCause(compareConfigs(before, after, false).differences)
    expect(groups.map(({cause, differences: of}) => [cause.title, of.length])).toEqual([['Service ratings.demo', 6]])
  })

  test('the object a changed route names in its own metadata', () => {
    const metadata = {
      filterMetadata: {istio: {config: '/apis/networking.istio.io/v1/namespaces/demo/virtual-service/reviews'}},
    }
    const route = (weight: number) => ({virtualHosts: [{name: 'r', routes: [{metadata, route: {weight}}]}]})
    const [difference] = differences(route(80), route(20), 'routes')
    expect(difference === undefined ? '' : differenceCauseOf(difference).title).toBe('VirtualService reviews.demo')
  })

  test('the policy an RBAC rule is named after', () => {
    const filter = (principal: string) => ({
      filters: [{name: 'rbac', rules: {policies: {'ns[demo]-policy[ratings]-rule[0]': {principals: [principal]}}}}],
    })
    const [difference] = differences(filter('a'), filter('b'), 'listeners')
    expect(difference === undefined ? '' : differenceCauseOf(difference).title).toBe('AuthorizationPolicy ratings.demo')
  })
})
