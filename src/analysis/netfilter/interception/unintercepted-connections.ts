import type {Connection, ConnectionTable} from '../../../model/kernel/connection.js'
import {isLoopback} from '../../../model/kernel/ip-address.js'
import {isOwnAddress, type NetworkNamespace} from '../../../model/kernel/network-namespace.js'
import type {Packet} from '../../../model/kernel/packet.js'
import {everyRule, type Ruleset} from '../../../model/kernel/ruleset.js'
import {compileRules} from '../packet-walk/compile.js'
import {verdictOf} from '../packet-walk/verdict.js'
import {walkPacket} from '../packet-walk/walk.js'
import {primaryAddress} from './pod-paths.js'

/** A connection that bypasses the proxy though one opened now would be captured. */
export interface UninterceptedConnection {
  readonly direction: 'inbound' | 'outbound'
  readonly connection: Connection
  /** Where the rules lead such a connection. */
  readonly port: number
}

/**
 * Connections between the application and others that the rules never saw: nat is asked for the first packet alone, so what was open before the
 * rules were made stays direct. A captured one has another end in the pod, on the port of the proxy; an inbound one comes to the application
 * from loopback (REDIRECT only: TPROXY keeps the client's address).
 */
export function uninterceptedConnections(
  {established, listening}: ConnectionTable,
  rulesets: readonly Ruleset[],
  machine: NetworkNamespace,
): readonly UninterceptedConnection[] {
  const rules = compileRules(rulesets)
  const landing = (packet: Partial<Packet> & Pick<Packet, 'destination' | 'destinationPort'>): number | undefined => {
    const walk = walkPacket(rules, machine, {protocol: 'tcp', ...packet})
    const {disposition: end} = walk
    return verdictOf(walk) === 'captured' && end.kind === 'delivered' && !end.transparent ? end.port : undefined
  }
  return established.flatMap((connection): readonly UninterceptedConnection[] => {
    const {local, localPort, remote, remotePort, uid} = connection
    if (isLoopback(remote) || isOwnAddress(machine, remote)) return []
    if (listening.includes(localPort)) {
      const device = primaryAddress(machine, local.family)?.device
      if (device === undefined) return []
      const to = {destination: local, destinationPort: localPort}
      const port = landing({interface: device, source: remote, ...to})
      return port === undefined || port === localPort ? [] : [{direction: 'inbound', connection, port}]
    }
    const port = landing({uid, gid: uid, destination: remote, destinationPort: remotePort})
    const taken = established.some(other => other.localPort === port && other.remotePort === localPort)
    return port === undefined || taken ? [] : [{direction: 'outbound', connection, port}]
  })
}

/** The groups that rules name, ranges by their ends. */
export function groupsNamed(rulesets: readonly Ruleset[]): readonly number[] {
  const values = everyRule(rulesets).flatMap(({rule}) =>
    rule.conditions.flatMap(condition => (condition.field === 'gid' ? condition.values : [])),
  )
  return [...new Set(values.flatMap(value => value.split(':').map(Number)))].filter(Number.isInteger)
}
