import type {KubeObject} from '../../model/kube/kube-object.js'
import {at, field, listOf, numberOf, textOf} from '../decode.js'

const SETTINGS = {
  load_balancer: 'load balancer',
  connection_pool: 'connection pool',
  outlier_detection: 'outlier detection',
  tunnel: 'tunnel',
  proxy_protocol: 'PROXY protocol',
} as const

function settingsOf(policy: unknown): readonly string[] {
  const tls = textOf(policy, 'tls', 'mode')
  const named = Object.entries(SETTINGS).filter(([name]) => field(policy, name) !== undefined)
  return [...(tls === undefined ? [] : [`TLS ${tls}`]), ...named.map(([, words]) => words)]
}

/** What a DestinationRule sets, in words: for the host, for single ports and for subsets (networking.istio.io, TrafficPolicy). */
export function destinationRuleSettings(object: KubeObject): readonly string[] {
  const policy = at(object, 'spec', 'trafficPolicy')
  const ports = listOf(policy, 'portLevelSettings').map(each => {
    const words = settingsOf(each)
    return `port ${numberOf(each, 'port', 'number') ?? '?'}: ${words.join(', ') || 'no settings at all'}`
  })
  const subsets = listOf(object, 'spec', 'subsets').flatMap(each => {
    const words = settingsOf(at(each, 'trafficPolicy'))
    return words.length === 0 ? [] : [`subset ${textOf(each, 'name') ?? '?'}: ${words.join(', ')}`]
  })
  return [...settingsOf(policy), ...ports, ...subsets]
}
