import {describe, expect, test} from '@jest/globals'
import {decideByObjects} from '../../../src/analysis/authorization/decide.js'
import {DEFAULT_SETTINGS} from '../../../src/evidence/mesh-objects/istio-objects.js'
import {readAuthorization} from '../../../src/formats/istio/authorization.js'
import {decisionSetting, providerUse} from '../../../src/istiod/authorizers.js'
import {policyFilters} from '../../../src/istiod/rbac/filters.js'
import {filtersOf} from '../../../src/istiod/security-filters.js'
import {istioState} from '../../../src/istiod/state.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'

// Expected values are what istiod makes of the same objects.

const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {name: 'guard', namespace: 'shop'},
  spec: {clusterIP: '10.0.0.9', ports: [{name: 'http', port: 80}]},
} as KubeObject

const STATE = istioState(
  {Service: [SERVICE]},
  {
    settings: {
      ...DEFAULT_SETTINGS,
      trustDomains: ['new', 'old'],
      authorizers: [
        {name: 'web', http: true, service: 'guard.shop.svc.cluster.local'},
        {name: 'rpc', http: false, service: 'shop/guard.shop.svc.cluster.local'},
        {name: 'gone', http: false, service: 'nowhere.shop.svc.cluster.local'},
        {name: 'unseen', http: false, service: 'guard.other.svc.cluster.local'},
      ],
    },
    workloads: [],
    complete: () => true,
  },
)

function policy(spec: unknown, annotations: Record<string, string> = {}) {
  const metadata = {name: 'p', namespace: 'shop', annotations}
  return readAuthorization({
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata,
    spec,
  } as KubeObject)
}

function rulesOf(spec: unknown) {
  const setting = {
    trustDomains: ['new', 'old'],
    peerByFilterState: false,
    use: () => 'asked' as const,
    extAuthz: () => ({}),
  }
  const [filter] = policyFilters([policy(spec)], setting, false).others
  return Object.values((filter as never as {typedConfig: {rules: {policies: object}}}).typedConfig.rules.policies)[0]
}

describe('providers of CUSTOM policies', () => {
  test.each([
    ['web', false, 'asked'],
    ['web', true, 'ignored'],
    ['rpc', true, 'asked'],
    ['gone', false, 'refused'],
    ['none', false, 'refused'],
    ['unseen', false, 'asked'],
  ] as const)('%s on TCP %s is %s', (name, tcp, use) => {
    expect(providerUse(STATE, name, tcp)).toBe(use)
  })

  test('one for HTTP leaves no filter on TCP, and decides nothing there', () => {
    const custom = policy({action: 'CUSTOM', provider: {name: 'web'}, rules: [{to: [{operation: {ports: ['80']}}]}]})
    const {http, tcp} = filtersOf(STATE, [custom], false, undefined)
    expect(http.custom.map(each => each.name)).toEqual(['envoy.filters.http.rbac', 'envoy.filters.http.ext_authz'])
    expect(tcp.custom).toEqual([])
    const asked = {tcp: true, port: 80} as never
    expect(decideByObjects([custom], asked, decisionSetting(STATE)).verdict).toBe('allowed')
  })
})

describe('trust domains of a policy', () => {
  const rule = (values: readonly string[]) => ({rules: [{from: [{source: {trustDomains: values}}]}]})

  test('one of the mesh stands for all of them', () => {
    const prefixes = ['spiffe://new/', 'spiffe://old/'].map(prefix => ({authenticated: {principalName: {prefix}}}))
    const other = {authenticated: {principalName: {prefix: 'spiffe://far/'}}}
    expect(rulesOf(rule(['old', 'new', 'far']))).toMatchObject({
      principals: [{andIds: {ids: [{orIds: {ids: [...prefixes, other]}}]}}],
    })
    const asked = {tcp: false, identity: 'spiffe://old/ns/shop/sa/a'} as never
    expect(decideByObjects([policy(rule(['new']))], asked, decisionSetting(STATE)).verdict).toBe('allowed')
  })
})

test('the case of a host counts in a condition on its header, and not in hosts', () => {
  const condition = {rules: [{when: [{key: 'request.headers[:authority]', values: ['a.com']}]}]}
  expect(JSON.stringify(rulesOf(condition))).toContain(
    '{"header":{"name":":authority","stringMatch":{"exact":"a.com"}}}',
  )
  expect(JSON.stringify(rulesOf({rules: [{to: [{operation: {hosts: ['a.com']}}]}]}))).toContain('"ignoreCase":true')
  const asked = {tcp: false, host: 'A.com'} as never
  expect(decideByObjects([policy(condition)], asked, decisionSetting(STATE)).verdict).toBe('denied')
})

test.each([
  ['true', true],
  ['True', true],
  ['1', true],
  ['false', false],
  ['yes', false],
])('a policy annotated istio.io/dry-run: %s only logs: %s', (value, dryRun) => {
  expect(policy({}, {'istio.io/dry-run': value}).dryRun).toBe(dryRun)
})
