import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import type {Chance} from './chance.js'
import {HOMES, labelsOf, made} from './names.js'

const SECURITY = 'security.istio.io/v1'

function selected(chance: Chance): object {
  return chance.field(2, () => ({selector: {matchLabels: labelsOf(chance)}}))
}

function authorization(chance: Chance, index: number): KubeObject {
  const source = chance.of<object>(
    {principals: ['cluster.local/ns/a/sa/web']},
    {namespaces: [chance.of('a', 'b', 'gone')]},
    {requestPrincipals: ['*']},
    {ipBlocks: [chance.of('10.0.0.0/8', 'x')]},
  )
  const operation = chance.of<object>(
    {paths: [chance.of('/', '/a*', '*')]},
    {ports: [chance.of('80', '8080', 'http')]},
    {hosts: ['x']},
  )
  return made(SECURITY, 'AuthorizationPolicy', chance.of(...HOMES), `p${index}`, {
    spec: {
      ...selected(chance),
      action: chance.of('ALLOW', 'DENY', 'AUDIT'),
      ...chance.field(2, () => ({rules: [{from: [{source}], ...chance.field(2, () => ({to: [{operation}]}))}]})),
    },
  })
}

function peers(chance: Chance, index: number): KubeObject {
  const selector = selected(chance)
  return made(SECURITY, 'PeerAuthentication', chance.of(...HOMES), `q${index}`, {
    spec: {
      ...selector,
      mtls: {mode: chance.of('STRICT', 'PERMISSIVE', 'DISABLE')},
      ...chance.field(4, () => ({portLevelMtls: {[chance.of('80', '8080')]: {mode: 'DISABLE'}}})),
    },
  })
}

function requests(chance: Chance, index: number): KubeObject {
  const uri = chance.of('https://keys.example.com/x', 'http://127.0.0.1/x', 'http://10.0.0.1/x', 'keys')
  return made(SECURITY, 'RequestAuthentication', chance.of('a', 'b'), `r${index}`, {
    spec: {...selected(chance), jwtRules: [{issuer: 'x', jwksUri: uri}]},
  })
}

function telemetry(chance: Chance, index: number): KubeObject {
  const providers = chance.once(2) ? {providers: [{name: chance.of('prometheus', 'gone')}]} : {}
  return made('telemetry.istio.io/v1', 'Telemetry', chance.of(...HOMES), `t${index}`, {
    spec: {
      ...selected(chance),
      ...chance.of<object>(
        {metrics: [providers]},
        {accessLogging: [providers]},
        {tracing: [{...providers, randomSamplingPercentage: 10}]},
      ),
    },
  })
}

function envoyFilter(chance: Chance, index: number): KubeObject {
  const operation = chance.of('ADD', 'INSERT_BEFORE', 'INSERT_FIRST', 'REMOVE', 'REPLACE', 'MERGE')
  const applyTo = chance.of('HTTP_FILTER', 'CLUSTER', 'ROUTE_CONFIGURATION', 'NETWORK_FILTER', 'VIRTUAL_HOST')
  return made('networking.istio.io/v1alpha3', 'EnvoyFilter', chance.of('a', 'istio-system'), `f${index}`, {
    spec: {
      ...chance.field(2, () => ({workloadSelector: {labels: labelsOf(chance)}})),
      configPatches: [
        {
          applyTo,
          match: {
            context: chance.of('SIDECAR_INBOUND', 'ANY', 'GATEWAY'),
            ...chance.field(3, () => ({proxy: {proxyVersion: '^1\\.31.*'}})),
          },
          patch: {operation, value: {name: chance.of('x', 'envoy.lua', 'envoy.filters.http.lua')}},
        },
      ],
    },
  })
}

function entry(chance: Chance, index: number): KubeObject {
  return made('networking.istio.io/v1', 'WorkloadEntry', chance.of('a', 'b'), `w${index}`, {
    spec: {address: chance.of('10.5.5.5', 'vm.example.com'), labels: labelsOf(chance)},
  })
}

/** AuthorizationPolicies, PeerAuthentications, RequestAuthentications, Telemetries, EnvoyFilters and WorkloadEntries. */
export function policies(chance: Chance): readonly KubeObject[] {
  return [
    ...chance.some(2, index => authorization(chance, index)),
    ...chance.some(2, index => peers(chance, index)),
    ...chance.some(2, index => requests(chance, index)),
    ...chance.some(2, index => telemetry(chance, index)),
    ...chance.some(2, index => envoyFilter(chance, index)),
    ...chance.some(1, index => entry(chance, index)),
  ]
}
