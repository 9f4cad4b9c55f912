import {groupedPairs} from '../../model/collections/grouped-by.js'
import {hostCovers} from '../../model/istio-config/host-pattern.js'
import type {DestinationRuleConfig} from '../../model/istio-config/traffic.js'
import {fullHost} from './host-names.js'

function modesOf({policy, subsets}: DestinationRuleConfig, port: number | undefined): readonly string[] {
  const ports = policy.ports.filter(each => port === undefined || each.port === port)
  const all = [
    policy.tls?.mode,
    ...ports.map(({tls}) => tls?.mode),
    ...subsets.flatMap(each => [each.policy.tls?.mode, ...each.policy.ports.map(({tls}) => tls?.mode)]),
  ]
  return all.flatMap(mode => mode ?? [])
}

/** Tells whether some DestinationRule makes clients speak TLS to a host, on one port or on any; the rules are looked up by host. */
export function tlsOrigination(rules: readonly DestinationRuleConfig[]): (host: string, port?: number) => boolean {
  const named = rules
    .filter(each => modesOf(each, undefined).some(mode => mode !== 'DISABLE'))
    .map(rule => [fullHost(rule.host, rule.object.ref.namespace), rule] as const)
  const exact = groupedPairs(named)
  const wild = named.filter(([host]) => host.startsWith('*'))
  return (host, port) =>
    [...(exact.get(host) ?? []), ...wild.filter(([own]) => hostCovers(own, host)).map(([, rule]) => rule)].some(rule =>
      modesOf(rule, port).some(mode => mode !== 'DISABLE'),
    )
}
