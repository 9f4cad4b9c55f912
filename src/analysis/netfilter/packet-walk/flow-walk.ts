import {isLoopback} from '../../../model/kernel/ip-address.js'
import {isOwnAddress, type NetworkNamespace} from '../../../model/kernel/network-namespace.js'
import type {Packet, Walk} from '../../../model/kernel/packet.js'
import type {CompiledRules} from './compile.js'
import {walkPacket} from './walk.js'

/** A port no rule cares about, for the sender's end of a connection. */
const SENDER_PORT = 40_000

function later(packet: Packet, walk: Walk): Pick<Packet, 'state' | 'connmark'> {
  return {state: 'ESTABLISHED', connmark: walk.connmark || (packet.connmark ?? 0)}
}

/** A connection given to a transparent socket must stay there: its second packet is no longer NEW and meets other rules. */
function losesItsSocket(rules: CompiledRules, machine: NetworkNamespace, packet: Packet, walk: Walk): boolean {
  const {listeners: _, ...open} = machine
  const second = walkPacket(rules, open, {...packet, ...later(packet, walk)})
  return second.disposition.kind !== 'delivered'
}

/** Answers to a connection this machine forwards come back through it; rules that keep known connections here take them away. */
function losesForwardedAnswers(rules: CompiledRules, machine: NetworkNamespace, packet: Packet, walk: Walk): boolean {
  const {disposition: end, source} = walk
  if (end.kind !== 'sent' || source === undefined) return false
  const answer = walkPacket(rules, machine, {
    interface: end.device,
    protocol: packet.protocol,
    source: end.address,
    sourcePort: end.port,
    destination: packet.source ?? source,
    destinationPort: SENDER_PORT,
    ...later(packet, walk),
  })
  return answer.disposition.kind !== 'sent'
}

/** Answers to a sender that uses the address of another host must be kept in the pod by a mark, else they leave for that host. */
function losesLocalAnswers(rules: CompiledRules, machine: NetworkNamespace, packet: Packet, walk: Walk): boolean {
  const {disposition: end, source} = walk
  if (end.kind !== 'delivered' || source === undefined || isOwnAddress(machine, source)) return false
  const answer = walkPacket(rules, machine, {
    protocol: packet.protocol,
    source: walk.asked.address,
    sourcePort: walk.asked.port,
    destination: source,
    destinationPort: SENDER_PORT,
    uid: walk.rewritten || end.transparent ? 1337 : 1000,
    transparent: true,
    ...later(packet, walk),
  })
  return answer.disposition.kind === 'sent'
}

/**
 * True for a packet from outside whose source is an address of this machine: the kernel drops it as martian when it routes it, behind PREROUTING
 * (fib_validate_source, ip_route_input; for IPv6 a loopback source alone, ipv6_rcv). Measured: no SYN of such a client was counted.
 */
function isMartian(machine: NetworkNamespace, {interface: device, source}: Packet): boolean {
  if (device === undefined || device === 'lo' || source === undefined) return false
  return isLoopback(source) || (source.family === 'ip' && isOwnAddress(machine, source))
}

/** True if a rule stopped the packet before it was routed. */
function isStoppedEarly({disposition: end, steps}: Walk): boolean {
  return (
    (end.kind === 'dropped' || end.kind === 'refused') && end.at !== undefined && steps.at(-1)?.hook === 'prerouting'
  )
}

function timedOut(walk: Walk, reason: string): Walk {
  return {
    ...walk,
    disposition: {kind: 'dropped', reason},
    notes: [...walk.notes, `the first packet arrives, but the connection does not come about: ${reason}`],
  }
}

/**
 * Walks the first packet and then asks whether the connection can live: whether its later packets reach the same socket and the answers their
 * sender. Only cases where those take another way by the rules are looked at: transparent sockets, forwarding, and borrowed addresses.
 */
export function walkFlow(rules: CompiledRules, machine: NetworkNamespace, packet: Packet): Walk {
  const walk = walkPacket(rules, machine, packet)
  const {disposition: end} = walk
  if (isMartian(machine, packet) && end.kind !== 'insufficient' && !isStoppedEarly(walk))
    return {
      ...walk,
      steps: walk.steps.filter(({hook}) => hook === 'prerouting'),
      disposition: {kind: 'dropped', reason: 'martian source: an address of this pod, arriving from outside'},
    }
  if (packet.protocol !== 'tcp' || packet.state !== undefined) return walk
  if (end.kind === 'delivered' && end.transparent && losesItsSocket(rules, machine, packet, walk)) {
    return timedOut(walk, 'its later packets are not given to the same socket')
  }
  if (end.kind === 'sent' && packet.interface !== undefined && losesForwardedAnswers(rules, machine, packet, walk)) {
    return timedOut(walk, 'answers to forwarded connections are kept in the pod, where nothing waits for them')
  }
  if (packet.interface === undefined && losesLocalAnswers(rules, machine, packet, walk)) {
    return timedOut(walk, 'answers to the borrowed address leave the pod instead of coming back to the sender')
  }
  return walk
}
