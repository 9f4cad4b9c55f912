import type {NetworkNamespace} from '../../../model/kernel/network-namespace.js'
import type {Packet} from '../../../model/kernel/packet.js'
import type {IpFamily, Ruleset} from '../../../model/kernel/ruleset.js'
import {primaryAddress} from '../interception/pod-paths.js'
import {compileRules} from '../packet-walk/compile.js'
import {type PacketVerdict, verdictOf} from '../packet-walk/verdict.js'
import {walkPacket} from '../packet-walk/walk.js'
import type {RuleDifference} from './drift.js'

/** True when a rule of the difference drops what it matches. */
export function throwsAway({actual}: RuleDifference): boolean {
  return actual.some(({actions}) => actions.some(({kind}) => kind === 'drop' || kind === 'reject'))
}

/** True for rules added to table filter, where Istio has nothing, and that keeps packets from where they go; policies count. */
export function isFilterBlock(difference: RuleDifference): boolean {
  if (difference.kind === 'policy') return true
  const added = difference.place.startsWith('filter/') && difference.expected.length === 0
  return added && (difference.effective || throwsAway(difference))
}

function portsOf({actual}: RuleDifference): readonly number[] {
  const named = actual.flatMap(({conditions}) =>
    conditions.filter(({field, negated}) => field === 'destination-port' && !negated).flatMap(({values}) => values),
  )
  return [...new Set(named.map(Number))].filter(Number.isInteger)
}

/** The address Envoy calls the application from (istio-proxy's inbound passthrough address). */
const FROM_PROXY = {ip: 0x7f00_0006n, ip6: 6n} as const

/**
 * Ports whose clients reach the sidecar in spite of the rule, while the sidecar's own call to the application there is thrown away: filter
 * rules see the rewritten port on the first way and the real one on the second (walked, not assumed). Only asked of rules about what comes in:
 * what goes out names ports of others.
 */
export function cutOffPorts(
  difference: RuleDifference,
  rulesets: readonly Ruleset[],
  machine: NetworkNamespace,
): readonly number[] {
  const family: IpFamily = difference.family === 'ip6' ? 'ip6' : 'ip'
  const own = primaryAddress(machine, family)
  if (own === undefined || !/\/input$/i.test(difference.place)) return []
  const rules = compileRules(rulesets)
  const trafficOutcome = (packet: Partial<Packet>, port: number): PacketVerdict =>
    verdictOf(walkPacket(rules, machine, {protocol: 'tcp', destination: own.own, destinationPort: port, ...packet}))
  const source = {family, bits: FROM_PROXY[family]}
  return portsOf(difference).filter(port => {
    if (trafficOutcome({interface: own.device}, port) !== 'captured') return false
    const inner = trafficOutcome({uid: 1337, gid: 1337, source}, port)
    return inner === 'dropped' || inner === 'refused'
  })
}
