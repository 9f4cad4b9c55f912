import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {decideByPolicies} from '../../../src/analysis/ztunnel/rbac.js'
import {readZtunnelDump} from '../../../src/formats/istio/ztunnel-dump.js'
import {ztunnelRulesOf} from '../../../src/formats/istio/ztunnel-rules.js'
import type {ZtunnelPolicy} from '../../../src/model/istio/ztunnel.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {SHARED, sharedTest} from '../../support/shared-data.js'

function object(spec: unknown): KubeObject {
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: {name: 'shape', namespace: 'amb'},
    spec,
  } as unknown as KubeObject
}

function policyOf(spec: {readonly action?: string}): readonly ZtunnelPolicy[] {
  const rules = ztunnelRulesOf(object(spec))
  if (rules === undefined) return []
  const action = spec.action === 'DENY' ? 'Deny' : 'Allow'
  return [{name: 'shape', namespace: 'amb', scope: 'WorkloadSelector', action, dryRun: false, rules, rawRules: null}]
}

const CLIENTS: Readonly<Record<string, readonly [principal: string | undefined, ip: string]>> = {
  'client.amb': ['cluster.local/ns/amb/sa/client', '10.244.0.59'],
  'client2.amb': ['cluster.local/ns/amb/sa/client2', '10.244.0.58'],
  'early-client.amb2': ['cluster.local/ns/amb2/sa/early-client', '10.244.0.55'],
  'outsider.amb-out': [undefined, '10.244.0.56'],
}

function allows(policies: readonly ZtunnelPolicy[], client: string): boolean {
  const [principal, sourceIp = ''] = CLIENTS[client] ?? []
  return decideByPolicies(policies, {
    principal,
    sourceIp,
    destinationIp: '10.244.0.75',
    destinationPort: 9080,
  }).allowed
}

/** Shapes as recorded with Istio 1.31: what a real ztunnel let through. */
const MEASURED: readonly (readonly [
  name: string,
  spec: {readonly action?: string; readonly rules?: unknown},
  through: string,
])[] = [
  ['DENY of paths alone denies nothing', {action: 'DENY', rules: [{to: [{operation: {paths: ['/admin*']}}]}]}, 'all'],
  [
    'DENY of paths on a port denies the port',
    {action: 'DENY', rules: [{to: [{operation: {paths: ['/admin*'], ports: ['9080']}}]}]},
    'none',
  ],
  [
    'DENY of paths or a port denies the port',
    {action: 'DENY', rules: [{to: [{operation: {paths: ['/admin*']}}, {operation: {ports: ['9080']}}]}]},
    'none',
  ],
  [
    'DENY of request principals denies nothing',
    {action: 'DENY', rules: [{from: [{source: {requestPrincipals: ['*']}}]}]},
    'all',
  ],
  ['DENY of an empty rule denies everything', {action: 'DENY', rules: [{}]}, 'none'],
  ['ALLOW of paths alone allows nothing', {action: 'ALLOW', rules: [{to: [{operation: {paths: ['/pub*']}}]}]}, 'none'],
  [
    'of an ALLOW the rules without HTTP fields remain',
    {
      action: 'ALLOW',
      rules: [
        {to: [{operation: {paths: ['/pub*']}}]},
        {from: [{source: {principals: ['cluster.local/ns/amb/sa/client']}}]},
      ],
    },
    'client.amb',
  ],
  [
    'ALLOW by service account in a condition is left out: istiod does not send that key',
    {rules: [{when: [{key: 'source.serviceAccount', values: ['amb/client']}]}]},
    'none',
  ],
  [
    'DENY by service account in a condition denies nothing',
    {action: 'DENY', rules: [{when: [{key: 'source.serviceAccount', values: ['amb/client']}]}]},
    'all',
  ],
  [
    'of the ports, what is not a port is left out',
    {action: 'DENY', rules: [{to: [{operation: {ports: ['http', '70000']}}]}]},
    'all',
  ],
  [
    'of the addresses, what is not an address is left out, and the rest of the source remains',
    {action: 'DENY', rules: [{from: [{source: {ipBlocks: ['x/8'], namespaces: ['amb']}}]}]},
    'early-client.amb2 outsider.amb-out',
  ],
  ['ALLOW by service account', {rules: [{from: [{source: {serviceAccounts: ['client']}}]}]}, 'client.amb'],
  ['ALLOW by address', {rules: [{from: [{source: {ipBlocks: ['10.244.0.0/16']}}]}]}, 'all'],
  ['ALLOW by another port', {rules: [{when: [{key: 'destination.port', values: ['9081']}]}]}, 'none'],
  ['DENY by SNI denies nothing', {action: 'DENY', rules: [{when: [{key: 'connection.sni', values: ['x']}]}]}, 'all'],
  ['AUDIT does not reach ztunnel', {action: 'AUDIT', rules: [{}]}, 'all'],
]

describe('what ztunnel makes of an AuthorizationPolicy', () => {
  test.each(MEASURED)('%s', (_, spec, through) => {
    const expected = Object.keys(CLIENTS).filter(name => through === 'all' || through.split(' ').includes(name))
    expect(Object.keys(CLIENTS).filter(name => allows(policyOf(spec), name))).toEqual(expected)
  })

  const shapes = join(SHARED, 'ambient/policy-shapes/shapes.json')
  sharedTest('every recorded shape: the rules istiod sent, and who got through', () => {
    if (!existsSync(shapes)) throw new Error('no recorded shapes')
    const all = JSON.parse(readFileSync(shapes, 'utf8')) as readonly {
      readonly shape: string
      readonly spec: {readonly action?: string}
      readonly ztunnelPolicies: readonly unknown[]
      readonly results: Readonly<Record<string, number>>
    }[]
    for (const {shape, spec, ztunnelPolicies, results} of all) {
      const ours = policyOf(spec)
      const sent = readZtunnelDump({policies: ztunnelPolicies}).policies
      expect([shape, ours.map(({action, rules}) => [action, rules])]).toEqual([
        shape,
        sent.map(({action, rules}) => [action, rules]),
      ])
      for (const [request, status] of Object.entries(results)) {
        const [client = ''] = request.split(' ')
        expect([shape, request, allows(ours, client)]).toEqual([shape, request, status === 200])
      }
    }
  })
})
