import {definedFields} from '../../model/collections/defined-fields.js'
import {UserError} from '../../model/evidence/user-error.js'
import {type IpAddress, isLoopback, parseIp} from '../../model/kernel/ip-address.js'
import type {NetworkNamespace} from '../../model/kernel/network-namespace.js'
import type {Packet} from '../../model/kernel/packet.js'
import type {IpFamily} from '../../model/kernel/ruleset.js'

/** What a person asked: `tcp://10.96.0.10:80` out of the pod, or `tcp://:9080` into it, and who sends. */
export interface PacketSpec {
  readonly out?: string | undefined
  readonly in?: string | undefined
  readonly peer?: string | undefined
  readonly source?: string | undefined
  readonly interface?: string | undefined
  readonly uid?: number | undefined
  readonly gid?: number | undefined
  readonly mark?: string | undefined
  readonly state?: string | undefined
  readonly transparent?: boolean | undefined
  /** `init-log`: rules as set at pod start are accepted where the current ones cannot be read. */
  readonly rules?: string | undefined
}

interface Target {
  readonly protocol: string
  readonly host: string
  readonly port: number
}

const EXAMPLE =
  'Write it as tcp://10.96.0.10:80, udp://[fd00::10]:53, tcp://reviews.demo:9080, or tcp://:9080 for the pod itself.'

/** Splits `protocol://host:port`; the protocol is tcp when none is named. */
function readTarget(text: string): Target {
  const found = /^(?:(tcp|udp|sctp|icmp):\/\/)?(?:\[([0-9a-fA-F:.%]+)\]|([^:/[\]]*))(?::(\d{1,5}))?\/?$/.exec(text)
  const port = Number(found?.[4] ?? '0')
  const protocol = found?.[1] ?? 'tcp'
  if (found === null || port > 65_535 || (port === 0 && protocol !== 'icmp')) {
    throw new UserError(`cannot read the packet ${JSON.stringify(text)}`, {hint: EXAMPLE})
  }
  return {protocol, host: found[2] ?? found[3] ?? '', port}
}

function address(text: string, what: string): IpAddress {
  const found = parseIp(text)
  if (found === undefined) throw new UserError(`${what} ${JSON.stringify(text)} is not an IP address`, {hint: EXAMPLE})
  return found
}

/** The address that a packet into the pod names, which is the pod's own where nothing else tells its addresses; none for loopback. */
export function askedAddress(spec: PacketSpec): readonly string[] {
  const {host} = readTarget(spec.in === undefined || /^\d+$/.test(spec.in) ? ':1' : spec.in)
  const found = parseIp(host)
  return found === undefined || isLoopback(found) ? [] : [host]
}

/** The pod's own address of a family, on its first interface that has one. */
export function ownAddress(machine: NetworkNamespace, family: IpFamily): {device: string; address: IpAddress} {
  for (const {name, addresses} of machine.interfaces) {
    const found = addresses.find(each => each.family === family)
    if (name !== 'lo' && found !== undefined) return {device: name, address: found}
  }
  throw new UserError(`the pod has no ${family === 'ip' ? 'IPv4' : 'IPv6'} address`)
}

function markOf(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff)
    throw new UserError(`cannot read the mark ${JSON.stringify(text)}`, {hint: 'Write it as 1337 or 0x539.'})
  return value
}

function deviceFor(machine: NetworkNamespace, destination: IpAddress): string {
  const holder = machine.interfaces.find(({addresses}) =>
    addresses.some(each => each.family === destination.family && each.bits === destination.bits),
  )
  return holder === undefined || holder.name === 'lo' ? ownAddress(machine, destination.family).device : holder.name
}

/** Builds the packet to walk; `resolve` turns a host name (a Service) into an address. */
export async function packetFrom(
  spec: PacketSpec,
  machine: NetworkNamespace,
  resolve: (host: string) => Promise<IpAddress>,
): Promise<Packet> {
  const text = spec.out ?? spec.in
  if (text === undefined || (spec.out !== undefined && spec.in !== undefined)) {
    throw new UserError('say which packet: --out or --in, or --all for the usual ones', {hint: EXAMPLE})
  }
  // Into the pod a port alone says everything.
  const {protocol, host, port} = readTarget(spec.in !== undefined && /^\d+$/.test(text) ? `:${text}` : text)
  const peer = spec.peer ?? spec.source
  const source = peer === undefined ? undefined : address(peer, 'the sender')
  const family = source?.family ?? 'ip'
  const destination = host === '' ? ownAddress(machine, family).address : (parseIp(host) ?? (await resolve(host)))
  const common = {
    protocol: protocol === 'icmp' && destination.family === 'ip6' ? 'icmpv6' : protocol,
    destination,
    destinationPort: port,
    source,
    mark: spec.mark === undefined ? undefined : markOf(spec.mark),
    state: spec.state === undefined ? undefined : spec.state.toUpperCase(),
    ...definedFields({transparent: spec.transparent === true ? true : undefined}),
  }
  if (spec.in !== undefined) return {...common, interface: spec.interface ?? deviceFor(machine, destination)}
  const uid = spec.uid ?? 1000
  return {...common, uid, gid: spec.gid ?? uid}
}
