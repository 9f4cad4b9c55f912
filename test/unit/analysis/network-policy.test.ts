import {describe, expect, test} from '@jest/globals'
import {blockedBy, type PolicyTraffic} from '../../../src/analysis/traffic-policy/blocked-by.js'
import {readNetworkPolicy} from '../../../src/formats/kube/network-policy.js'
import {readPod} from '../../../src/formats/kube-pod/parse.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'

const POD = readPod({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {name: 'web-1', namespace: 'shop', labels: {app: 'web', tier: 'front'}},
  spec: {containers: []},
} as unknown as KubeObject)

function policy(spec: unknown, name = 'p', namespace = 'shop') {
  const object = {apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: {name, namespace}, spec}
  return readNetworkPolicy(object as unknown as KubeObject)
}

const HBONE: PolicyTraffic = {direction: 'ingress', protocol: 'TCP', port: 15008}

function blocked(specs: readonly unknown[], wanted: PolicyTraffic): readonly string[] {
  if (POD === undefined) throw new Error('the pod cannot be read')
  const policies = specs.map((spec, index) => policy(spec, `p${index}`))
  return blockedBy(POD, policies, wanted).map(({object}) => object.name)
}

describe('which directions a policy speaks of (Kubernetes API, NetworkPolicySpec.policyTypes)', () => {
  test.each([
    [{podSelector: {}}, true, false],
    [{podSelector: {}, egress: [{}]}, true, true],
    [{podSelector: {}, egress: []}, true, false],
    [{podSelector: {}, policyTypes: ['Egress']}, false, true],
    [{podSelector: {}, policyTypes: ['Ingress'], egress: [{}]}, true, false],
    [{podSelector: {}, policyTypes: ['Ingress', 'Egress']}, true, true],
  ])('%j', (spec, ingress, egress) => {
    const read = policy(spec)
    expect([read.ingress !== undefined, read.egress !== undefined]).toEqual([ingress, egress])
  })

  test('peers and ports as they are written', () => {
    const from = [{ipBlock: {cidr: '10.0.0.0/8', except: ['10.1.0.0/16']}}, {podSelector: {matchLabels: {a: 'b'}}}]
    const ports = [{port: 80}, {protocol: 'UDP', port: 'dns'}, {protocol: 'SCTP'}, {port: 1, endPort: 9}]
    expect(policy({podSelector: {}, ingress: [{from, ports}]}).ingress).toEqual([
      {
        peers: [{cidr: '10.0.0.0/8', exceptions: ['10.1.0.0/16']}, {pods: [{key: 'a', operator: 'In', values: ['b']}]}],
        ports: [
          {protocol: 'TCP', port: 80},
          {protocol: 'UDP', port: 'dns'},
          {protocol: 'SCTP'},
          {protocol: 'TCP', port: 1, endPort: 9},
        ],
      },
    ])
  })

  test('whatever is in it, it can be read', () => {
    for (const spec of [
      undefined,
      null,
      5,
      [],
      {podSelector: 5, ingress: 'x', egress: [null, 7, {ports: [null], to: [3]}]},
    ])
      expect(policy(spec).object).toEqual({kind: 'NetworkPolicy', namespace: 'shop', name: 'p'})
  })
})

describe('what is surely blocked', () => {
  test('nothing, when no policy selects the pod', () => {
    expect(blocked([], HBONE)).toEqual([])
    expect(blocked([{podSelector: {matchLabels: {app: 'db'}}}], HBONE)).toEqual([])
    expect(
      blocked([{podSelector: {matchExpressions: [{key: 'app', operator: 'NotIn', values: ['web']}]}}], HBONE),
    ).toEqual([])
  })

  test('everything, when a policy selects it and has no rule', () => {
    expect(blocked([{podSelector: {}}], HBONE)).toEqual(['p0'])
    expect(blocked([{podSelector: {matchLabels: {app: 'web', tier: 'front'}}}], HBONE)).toEqual(['p0'])
    expect(blocked([{podSelector: {matchExpressions: [{key: 'tier', operator: 'Exists'}]}}], HBONE)).toEqual(['p0'])
  })

  test.each([
    [[], false],
    [[{}], true],
    [[{ports: [{port: 15008}]}], true],
    [[{ports: [{protocol: 'UDP', port: 15008}]}], false],
    [[{ports: [{port: 8080}, {port: 15008}]}], true],
    [[{ports: [{port: 15000, endPort: 15008}]}], true],
    [[{ports: [{port: 15000, endPort: 15007}]}], false],
    [[{ports: [{port: 15008, endPort: 15010}]}], true],
    [[{ports: [{port: 15009, endPort: 15010}]}], false],
    [[{ports: [{port: 'hbone'}]}], true],
    [[{ports: [{protocol: 'TCP'}]}], true],
    [[{from: [{podSelector: {}}]}], true],
  ])('ingress %j lets the tunnel in: %s', (ingress, open) => {
    expect(blocked([{podSelector: {}, ingress}], HBONE)).toEqual(open ? [] : ['p0'])
  })

  test.each([
    [{namespaceSelector: {}}, true],
    [{namespaceSelector: {matchLabels: {kind: 'control'}}}, true],
    [{namespaceSelector: {matchLabels: {kind: 'data'}}}, false],
    [{namespaceSelector: {matchLabels: {kind: 'control'}}, podSelector: {matchLabels: {app: 'x'}}}, true],
    [{podSelector: {}}, false],
    [{ipBlock: {cidr: '10.0.0.0/8'}}, true],
  ])('a peer of another namespace by %j: %s', (to, open) => {
    const peer = {namespace: 'istio-system', labels: {kind: 'control'}}
    const wanted: PolicyTraffic = {direction: 'egress', protocol: 'TCP', port: 15012, peer}
    expect(blocked([{podSelector: {}, egress: [{to: [to]}]}], wanted)).toEqual(open ? [] : ['p0'])
  })

  test('pods of the same namespace may be meant when the peer is there; unknown labels may fit', () => {
    const spec = {podSelector: {}, egress: [{to: [{podSelector: {}}]}]}
    const wanted = {direction: 'egress', protocol: 'TCP', port: 15012} as const
    expect(blocked([spec], {...wanted, peer: {namespace: 'shop'}})).toEqual([])
    const labelled = {podSelector: {}, egress: [{to: [{namespaceSelector: {matchLabels: {a: 'b'}}}]}]}
    expect(blocked([labelled], {...wanted, peer: {namespace: 'istio-system'}})).toEqual([])
  })

  test('one of several peers is enough', () => {
    const to = [{namespaceSelector: {matchLabels: {kind: 'data'}}}, {ipBlock: {cidr: '10.0.0.0/8'}}]
    const peer = {namespace: 'istio-system', labels: {kind: 'control'}}
    expect(
      blocked([{podSelector: {}, egress: [{to}]}], {direction: 'egress', protocol: 'TCP', port: 15012, peer}),
    ).toEqual([])
  })

  test('policies add up', () => {
    expect(blocked([{podSelector: {}}, {podSelector: {}, ingress: [{}]}], HBONE)).toEqual([])
    expect(blocked([{podSelector: {}}, {podSelector: {}, ingress: []}], HBONE)).toEqual(['p0', 'p1'])
  })
})
