import {type IpAddress, parseIp} from '../../../model/kernel/ip-address.js'
import type {NetworkNamespace} from '../../../model/kernel/network-namespace.js'
import type {Packet} from '../../../model/kernel/packet.js'
import {ofProtocol, ownAddresses} from './condition-sets.js'
import {FALSE, type Node} from './diagram.js'
import {ANY_OTHER, between, type DimensionName, equalTo, maskedBits, type PacketSpace, STATES} from './dimensions.js'
import type {PathFunctions} from './path-function.js'

/** A kind of traffic: its path function, and its packets. */
export interface Traffic {
  readonly node: Node
  /** On the primary interface. */
  readonly domain: Node
  /** The same on each other interface that exists or is named by rules. */
  readonly elsewhere: readonly PartOfTraffic[]
}

/** Packets with one property that may be handled differently from the rest. */
export interface PartOfTraffic {
  readonly kind: 'interface' | 'uid' | 'gid'
  readonly value: string
  readonly packets: Node
}

/** The sender of outbound traffic. */
export interface Sender {
  readonly uid?: number
  readonly gid?: number
  readonly mark?: number
}

function first(paths: PathFunctions, mark = 0): Node {
  const {diagram, dimensions} = paths.space
  return [
    equalTo(diagram, dimensions['ct-state'], 0),
    equalTo(diagram, dimensions.mark, mark),
    equalTo(diagram, dimensions.connmark, 0),
  ].reduce((all, each) => diagram.and(all, each))
}

/** Port 0 is reserved (RFC 6335, section 6). */
function anyPort({diagram, dimensions}: PacketSpace): Node {
  return diagram.not(equalTo(diagram, dimensions['destination-port'], 0))
}

/** First packets of processes of the pod: of one protocol, to the destinations given. */
export function outboundTraffic(
  paths: PathFunctions,
  machine: NetworkNamespace,
  device: string,
  protocol: string,
  destinations: Node,
  sender: Sender = {},
): Traffic {
  const {diagram, dimensions} = paths.space
  const only = (name: DimensionName, value: number | undefined) =>
    value === undefined ? [] : [equalTo(diagram, dimensions[name], value)]
  const domain = [
    first(paths, sender.mark),
    ofProtocol(paths.space, protocol),
    equalTo(diagram, dimensions.owner, 1),
    destinations,
    anyPort(paths.space),
    ...only('uid', sender.uid),
    ...only('gid', sender.gid),
  ].reduce((all, each) => diagram.and(all, each))
  const on = (name: string) => onDevice(paths.space, 'out-interface', name)
  const others = departureInterfaces(paths.space, machine, device).slice(1)
  return {
    node: paths.outbound(),
    domain: diagram.and(domain, on(device)),
    elsewhere: others.map(name => ({kind: 'interface', value: name, packets: diagram.and(domain, on(name))})),
  }
}

/** Destinations that are not addresses of the pod, loopback neither. */
export function outsideOf(paths: PathFunctions): Node {
  return paths.space.diagram.not(ownAddresses(paths.context, 'destination'))
}

/** Destinations with one address. */
export function toAddress(
  {diagram, dimensions}: PacketSpace,
  name: 'source' | 'destination',
  address: IpAddress,
): Node {
  const full = (1n << BigInt(dimensions[name].bits)) - 1n
  return maskedBits(diagram, dimensions[name], address.bits, full)
}

/** Packets to a port. */
export function toPort({diagram, dimensions}: PacketSpace, port: number): Node {
  return equalTo(diagram, dimensions['destination-port'], port)
}

function assumedInterfaces({interfaces, asksInterfaces}: PacketSpace, machine: NetworkNamespace): readonly string[] {
  const known = new Set(['', 'lo', ...machine.interfaces.map(({name}) => name)])
  const named = interfaces.filter(name => !known.has(name))
  return machine.assumed && asksInterfaces ? [...named, ANY_OTHER] : []
}

/** The interfaces packets arrive at, the primary first; if they are assumed, also those that rules name and any other. */
export function arrivalInterfaces(space: PacketSpace, machine: NetworkNamespace, device: string): readonly string[] {
  const physical = machine.interfaces.map(({name}) => name).filter(name => name !== 'lo' && name !== device)
  return [device, ...physical, ...assumedInterfaces(space, machine)]
}

/** The possible outgoing interfaces: those of known routes, else also those that rules name and any other. */
function departureInterfaces(space: PacketSpace, machine: NetworkNamespace, device: string): readonly string[] {
  return [device, ...assumedInterfaces(space, machine)]
}

function onDevice(
  {diagram, dimensions, interfaces}: PacketSpace,
  way: 'in-interface' | 'out-interface',
  name: string,
): Node {
  const code = interfaces.indexOf(name)
  return code < 0
    ? between(diagram, dimensions[way], interfaces.length, 2 ** dimensions[way].bits - 1)
    : equalTo(diagram, dimensions[way], code)
}

/** First packets from other hosts to addresses of the pod, on each interface that exists or is named by rules. */
export function inboundTraffic(
  paths: PathFunctions,
  machine: NetworkNamespace,
  device: string,
  protocol: string,
  own: readonly IpAddress[],
): Traffic {
  const {diagram} = paths.space
  const on = (name: string) => onDevice(paths.space, 'in-interface', name)
  const others = arrivalInterfaces(paths.space, machine, device).slice(1)
  const node = others.reduce((rest, name) => diagram.choose(on(name), paths.inbound(name), rest), paths.inbound(device))
  const domain = [
    first(paths),
    ofProtocol(paths.space, protocol),
    own.map(each => toAddress(paths.space, 'destination', each)).reduce((all, each) => diagram.or(all, each), FALSE),
    diagram.not(ownAddresses(paths.context, 'source')),
    anyPort(paths.space),
  ].reduce((all, each) => diagram.and(all, each))
  return {
    node,
    domain: diagram.and(domain, on(device)),
    elsewhere: others.map(name => ({kind: 'interface', value: name, packets: diagram.and(domain, on(name))})),
  }
}

/** The packet with these properties; with an inbound interface it arrives there, else a process of the pod sends it. */
export function packetOf(
  {space}: PathFunctions,
  point: Readonly<Record<DimensionName, bigint>>,
  inbound: boolean,
): Packet {
  const {family, interfaces, protocols} = space
  const common = {
    protocol: protocols[Number(point.protocol)] ?? 'other',
    destination: {family, bits: point.destination},
    destinationPort: Number(point['destination-port']),
    sourcePort: Number(point['source-port']),
    mark: Number(point.mark),
    connmark: Number(point.connmark),
    state: STATES[Number(point['ct-state'])] ?? 'NEW',
  }
  const owner = point.owner === 1n ? {uid: Number(point.uid), gid: Number(point.gid)} : {}
  return inbound
    ? {
        ...common,
        source: {family, bits: point.source},
        interface: interfaces[Number(point['in-interface'])] ?? ANY_OTHER,
      }
    : {...common, ...owner}
}

/** Unremarkable values for packets that represent a set (RFC 5737 and 3849 addresses). */
export function ordinaryValues(
  {space}: PathFunctions,
  device: string,
): Readonly<Partial<Record<DimensionName, bigint>>> {
  const {family, interfaces} = space
  const bits = (v4: string, v6: string) => parseIp(family === 'ip' ? v4 : v6)?.bits ?? 0n
  const code = BigInt(Math.max(0, interfaces.indexOf(device)))
  return {
    destination: bits('198.51.100.20', '2001:db8:bad:cafe::20'),
    source: bits('203.0.113.99', '2001:db8::99'),
    'destination-port': 8080n,
    'source-port': 40_000n,
    owner: 1n,
    uid: 1000n,
    gid: 1000n,
    'in-interface': code,
    'out-interface': code,
  }
}
