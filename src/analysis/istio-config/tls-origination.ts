import type {DestinationRuleConfig} from '../../model/istio-config/traffic.js'
import {fullHost, hostCovers} from './host-names.js'

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
  const exact = new Map<string, DestinationRuleConfig[]>()
  const wild: (readonly [host: string, rule: DestinationRuleConfig])[] = []
  for (const rule of rules.filter(each => modesOf(each, undefined).some(mode => mode !== 'DISABLE'))) {
    const host = fullHost(rule.host, rule.object.ref.namespace)
    if (host.startsWith('*')) wild.push([host, rule])
    else exact.set(host, [...(exact.get(host) ?? []), rule])
  }
  return (host, port) =>
    [...(exact.get(host) ?? []), ...wild.filter(([own]) => hostCovers(own, host)).map(([, rule]) => rule)].some(rule =>
      modesOf(rule, port).some(mode => mode !== 'DISABLE'),
    )
}
