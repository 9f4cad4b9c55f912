import {describe, expect, test} from '@jest/globals'
import {proxyEnding} from '../../../src/analysis/request-path/proxy-ending.js'
import type {Speech} from '../../../src/analysis/request-path/speech.js'
import type {Site} from '../../../src/analysis/request-path/world.js'
import type {Decision, DecisionStep, RequestOutcome} from '../../../src/model/envoy/decision.js'

const POD = {
  ref: {namespace: 'demo', name: 'web-1'},
  workload: 'web',
  addresses: ['10.0.0.5'],
  mode: 'sidecar',
  serviceAccount: 'web',
  labels: {},
  ports: [],
  hostNetwork: false,
} as const

const SITE: Site = {
  pod: POD,
  proxy: undefined,
  proxyGap: undefined,
  kernel: undefined,
  kernelGap: undefined,
  certificate: undefined,
  madeBy: () => undefined,
  rejected: [],
  evidence: [],
}

const HEAD = {method: 'GET', path: '/', headers: [['host', 'reviews']]} as const

const NOTHING: RequestOutcome = {
  listener: 'virtualOutbound',
  filterChain: null,
  route: null,
  virtualHost: null,
  cluster: null,
  status: null,
  flags: [],
  details: null,
  terminationDetails: null,
  location: null,
  upstreamPath: null,
  upstreamHost: null,
  remoteIp: null,
}

function endingOf(outcome: Partial<RequestOutcome>, steps: readonly Pick<DecisionStep, 'stage' | 'text'>[]) {
  const decision: Decision = {
    decided: true,
    outcome: {...NOTHING, ...outcome},
    facts: {filterChain: 'matched'},
    steps: steps.map(each => ({...each, at: undefined, nearMisses: []})),
  }
  const http = outcome.details !== null && outcome.details !== undefined
  const head = http ? HEAD : undefined
  const speech: Speech = {tls: undefined, head, payload: undefined, protocol: 'http/1.1', refuses: undefined}
  return proxyEnding(decision, SITE, speech, 80, undefined)
}

describe('a request without a route or cluster', () => {
  test('says whether the virtual host or the route is missing', () => {
    const found = {status: 404, flags: ['NR'], details: 'route_not_found'}
    const host = {stage: 'virtual-host', text: 'reviews:80 has a domain for reviews'} as const
    expect(endingOf(found, [host, {stage: 'route', text: 'no route of reviews:80 matches'}])).toMatchObject({
      reason: 'no-route',
      because: 'no route of reviews:80 matches',
    })
    expect(
      endingOf(found, [{stage: 'virtual-host', text: 'no virtual host of 80 has a domain for reviews'}]),
    ).toMatchObject({reason: 'no-route', because: 'no virtual host of 80 has a domain for reviews'})
  })

  test('names the cluster that does not exist, and what names it', () => {
    const http = {status: 503, flags: ['NC'], details: 'cluster_not_found', cluster: 'outbound|80|v9|reviews.demo'}
    expect(endingOf(http, [])).toMatchObject({
      reason: 'no-cluster',
      because: 'the route names cluster outbound|80|v9|reviews.demo, which does not exist',
    })
    expect(endingOf({flags: ['NC'], cluster: 'gone'}, [])).toMatchObject({
      reason: 'no-cluster',
      because: 'the filter chain names cluster gone, which does not exist',
    })
    expect(endingOf({...http, cluster: null}, []).because).toBe('the route names a cluster that does not exist')
  })
})
