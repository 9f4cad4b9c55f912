import {type IpAddress, type IpRange, inRange, isLoopback} from './ip-address.js'
import type {IpFamily} from './ruleset.js'

/** An address an interface holds; the first one of a family is its primary. */
export interface Interface {
  readonly name: string
  readonly addresses: readonly IpAddress[]
}

/** One route of one table; `local` routes deliver to the machine itself. */
export interface KernelRoute {
  readonly family: IpFamily
  readonly table: string
  readonly kind: string
  readonly to: IpRange
  /** The gateway, as written. */
  readonly via?: string
  readonly device?: string
  readonly source?: IpAddress
}

/** One policy routing rule (`ip rule`); `exact` is false when it has selectors that are not understood. */
export interface RoutingRule {
  readonly family: IpFamily
  readonly priority: number
  readonly table: string
  readonly mark?: {readonly value: number; readonly mask: number}
  readonly exact: boolean
}

/** A listening socket: no address means every address of its family, of both families for IPv6 (dual-stack). */
export interface KernelListener {
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  readonly address?: IpAddress
  readonly family?: IpFamily
}

/** A network namespace as far as the path of a packet depends on it, besides its rules. */
export interface NetworkNamespace {
  readonly interfaces: readonly Interface[]
  readonly routes: readonly KernelRoute[]
  readonly policyRules: readonly RoutingRule[]
  readonly forwarding: boolean
  /** Absent if listening sockets are unknown: then every destination is assumed to answer. */
  readonly listeners?: readonly KernelListener[]
  /** True when addresses and routes are defaults because the evidence did not have them. */
  readonly assumed: boolean
}

/** Interfaces, addresses, routes and policy rules read from the output of ip(8). */
export interface IpFacts {
  readonly interfaces: readonly Interface[]
  readonly routes: readonly KernelRoute[]
  readonly policyRules: readonly RoutingRule[]
}

/** True for an address of the machine itself, loopback included. */
export function isOwnAddress(machine: NetworkNamespace, address: IpAddress): boolean {
  if (isLoopback(address)) return true
  return machine.interfaces.some(({addresses}) =>
    addresses.some(own => own.family === address.family && own.bits === address.bits),
  )
}

/** The most specific route of a table for an address. */
export function routeIn(machine: NetworkNamespace, table: string, address: IpAddress): KernelRoute | undefined {
  let best: KernelRoute | undefined
  for (const route of machine.routes) {
    if (route.table !== table || !inRange(address, route.to)) continue
    if (best === undefined || route.to.mask > best.to.mask) best = route
  }
  return best
}
