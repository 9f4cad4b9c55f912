import {parseIp} from '../../model/kernel/ip-address.js'
import type {Interface, KernelListener, NetworkNamespace} from '../../model/kernel/network-namespace.js'
import type {IpFamily} from '../../model/kernel/ruleset.js'

/** Who listens in the world of a packet table: in the pod, and on the hosts behind each interface. */
export interface Topology {
  readonly tcp: readonly number[]
  readonly udp: readonly number[]
  readonly loopbackTcp: readonly number[]
  readonly podAddressTcp: readonly number[]
  readonly outsideTcp: readonly number[]
  readonly outsideUdp: readonly number[]
  /** What to call the hosts behind an interface. */
  readonly behind: Readonly<Record<string, string>>
}

/**
 * The world packet tables are measured in unless the file says otherwise (docs/packet-cases.md): a proxy on its usual ports, an application
 * with ordinary ones, one listener on localhost and one on the pod's address, and a peer and a guest with common services.
 */
const DEFAULT_TOPOLOGY: Topology = {
  tcp: [15_001, 15_006, 15_008, 15_020, 15_021, 15_053, 15_090, 16_001, 16_006, 8080, 9090, 80, 443, 22, 53, 3306],
  udp: [15_053, 15_013, 53, 5353],
  loopbackTcp: [7070],
  podAddressTcp: [7071],
  outsideTcp: [22, 53, 80, 443, 3306, 8080, 9090, 15_001, 15_006, 15_008, 15_010, 15_012, 15_020, 15_021, 15_090],
  outsideUdp: [53, 123, 5353, 8125],
  behind: {eth0: 'peer', eth1: 'vm'},
}

function mainInterface(interfaces: readonly Interface[]): Interface | undefined {
  return interfaces.find(({name, addresses}) => name !== 'lo' && addresses.length > 0)
}

/** The pod's sockets in that world. */
export function topologyListeners(topology: Topology, machine: NetworkNamespace): readonly KernelListener[] {
  const loopback = parseIp('127.0.0.1')
  const own = mainInterface(machine.interfaces)?.addresses.find(({family}) => family === 'ip')
  return [
    ...topology.tcp.map(port => ({protocol: 'tcp' as const, port})),
    ...topology.udp.map(port => ({protocol: 'udp' as const, port})),
    ...(loopback === undefined
      ? []
      : topology.loopbackTcp.map(port => ({protocol: 'tcp' as const, port, address: loopback}))),
    ...(own === undefined ? [] : topology.podAddressTcp.map(port => ({protocol: 'tcp' as const, port, address: own}))),
  ]
}

/** True when a host outside answers on that port. */
export function outsideAnswers(topology: Topology, protocol: string, port: number): boolean {
  return (protocol === 'udp' ? topology.outsideUdp : topology.outsideTcp).includes(port)
}

/** The interface a sender of that name sits behind: `peer` behind eth0; undefined for the pod itself. */
export function interfaceOf(topology: Topology, from: string): string | undefined {
  return Object.entries(topology.behind).find(([, name]) => name === from)?.[0]
}

/** The neighbour's address on an interface: the first host of the network the pod's own address is in. */
export function neighbour(machine: NetworkNamespace, device: string, family: IpFamily) {
  const own = machine.interfaces.find(({name}) => name === device)?.addresses.find(each => each.family === family)
  if (own === undefined) return undefined
  const full = family === 'ip' ? 0xffff_ffffn : (1n << 128n) - 1n
  const network = machine.routes.find(
    route =>
      route.kind === 'unicast' &&
      route.device === device &&
      route.to.family === family &&
      route.to.mask !== 0n &&
      route.to.mask !== full &&
      (own.bits & route.to.mask) === route.to.bits,
  )
  return network === undefined ? undefined : {family, bits: network.to.bits | 1n}
}

/** Reads the `topology` of a case file over the standard one; parts that are not lists of ports are left as they are. */
export function readTopology(value: unknown): Topology {
  if (value === null || typeof value !== 'object') return DEFAULT_TOPOLOGY
  const given = new Map<string, unknown>(Object.entries(value))
  const ports = (name: keyof Topology): readonly number[] => {
    const list = given.get(name)
    const usual = DEFAULT_TOPOLOGY[name]
    if (Array.isArray(list)) return list.filter(each => typeof each === 'number')
    return Array.isArray(usual) ? usual : []
  }
  const behind = given.get('behind')
  const names =
    behind !== null && typeof behind === 'object'
      ? Object.entries(behind).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
      : undefined
  return {
    tcp: ports('tcp'),
    udp: ports('udp'),
    loopbackTcp: ports('loopbackTcp'),
    podAddressTcp: ports('podAddressTcp'),
    outsideTcp: ports('outsideTcp'),
    outsideUdp: ports('outsideUdp'),
    behind: names === undefined ? DEFAULT_TOPOLOGY.behind : Object.fromEntries(names),
  }
}
