import {type IpAddress, isLoopback} from '../../../model/kernel/ip-address.js'
import {
  isOwnAddress,
  type KernelRoute,
  type NetworkNamespace,
  routeIn,
} from '../../../model/kernel/network-namespace.js'
import type {IpFamily} from '../../../model/kernel/ruleset.js'

/** Where a packet goes: to this machine, out of a device, or nowhere. `byMark` when a policy rule on the mark chose the table. */
export interface RouteDecision {
  readonly kind: 'local' | 'out' | 'none'
  readonly device: string
  readonly route?: KernelRoute
  readonly byMark: boolean
}

const NOWHERE = new Set(['unreachable', 'prohibit', 'blackhole', 'throw'])

/** Walks the policy rules by priority and takes the first table that knows a route (ip-rule(8)). */
export function route(machine: NetworkNamespace, destination: IpAddress, mark: number): RouteDecision {
  for (const rule of machine.policyRules) {
    if (rule.family !== destination.family || !rule.exact) continue
    if (rule.mark !== undefined && (mark & rule.mark.mask) >>> 0 !== rule.mark.value) continue
    const found = routeIn(machine, rule.table, destination)
    if (found === undefined) continue
    const byMark = rule.mark !== undefined
    if (NOWHERE.has(found.kind)) return {kind: 'none', device: '', route: found, byMark}
    if (found.kind === 'local') return {kind: 'local', device: 'lo', route: found, byMark}
    if (isOwnAddress(machine, destination)) return {kind: 'local', device: 'lo', route: found, byMark}
    return {kind: 'out', device: found.device ?? '', route: found, byMark}
  }
  if (isOwnAddress(machine, destination)) return {kind: 'local', device: 'lo', byMark: false}
  return {kind: 'none', device: '', byMark: false}
}

/** The source the kernel picks: the destination itself when it is an own address, 127.0.0.1 for 127/8, else the route's or the device's address. */
export function chooseSource(
  machine: NetworkNamespace,
  destination: IpAddress,
  decision: RouteDecision,
): IpAddress | undefined {
  if (isLoopback(destination)) return destination.family === 'ip' ? {family: 'ip', bits: 0x7f00_0001n} : destination
  if (isOwnAddress(machine, destination)) return destination
  return decision.route?.source ?? primaryAddress(machine, decision.device, destination.family)
}

/** The first address of a family on a device, skipping link-local ones when there are others. */
function primaryAddress(machine: NetworkNamespace, device: string, family: IpFamily): IpAddress | undefined {
  const own =
    machine.interfaces.find(each => each.name === device)?.addresses.filter(address => address.family === family) ?? []
  return own.find(address => family === 'ip' || address.bits >> 118n !== 0xfe80n >> 6n) ?? own[0]
}
