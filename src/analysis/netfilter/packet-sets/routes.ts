import {type IpAddress, isLoopback} from '../../../model/kernel/ip-address.js'
import type {KernelRoute, NetworkNamespace} from '../../../model/kernel/network-namespace.js'
import {chooseSource, type RouteDecision} from '../packet-walk/routing.js'
import {type ConditionContext, ownAddresses} from './condition-sets.js'
import {type Node, TRUE} from './diagram.js'
import {maskedBits, maskedBits32} from './dimensions.js'

/** Routing as a function of destination and mark to the number of a routing decision. */
export interface RouteFunction {
  readonly node: Node
  readonly decisions: readonly RouteDecision[]
}

const NOWHERE: ReadonlySet<string> = new Set(['unreachable', 'prohibit', 'blackhole', 'throw'])

/** The routing decisions of the packet walk (policy rules by priority, longest prefix per table), for all packets at once. */
export function routeFunction(context: ConditionContext, machine: NetworkNamespace): RouteFunction {
  const {space} = context
  const {diagram, dimensions, family} = space
  const decisions: RouteDecision[] = []
  const numbers = new Map<string, number>()
  const decide = (decision: RouteDecision): Node => {
    const index = decision.route === undefined ? -1 : machine.routes.indexOf(decision.route)
    const key = `${decision.kind} ${decision.device} ${index} ${decision.byMark}`
    const known = numbers.get(key) ?? decisions.push(decision) - 1
    numbers.set(key, known)
    return diagram.leaf(known)
  }
  const own = ownAddresses(context, 'destination')
  const through = (route: KernelRoute, byMark: boolean): Node => {
    if (NOWHERE.has(route.kind)) return decide({kind: 'none', device: '', route, byMark})
    const local = decide({kind: 'local', device: 'lo', route, byMark})
    if (route.kind === 'local') return local
    return diagram.choose(own, local, decide({kind: 'out', device: route.device ?? '', route, byMark}))
  }
  const table = (name: string, byMark: boolean, otherwise: Node): Node => {
    const routes = machine.routes
      .map((route, place) => ({route, place}))
      .filter(({route}) => route.table === name && route.to.family === family)
      .sort((a, b) =>
        a.route.to.mask < b.route.to.mask ? -1 : a.route.to.mask > b.route.to.mask ? 1 : b.place - a.place,
      )
    return routes.reduce(
      (rest, {route}) =>
        diagram.choose(
          maskedBits(diagram, dimensions.destination, route.to.bits, route.to.mask),
          through(route, byMark),
          rest,
        ),
      otherwise,
    )
  }
  const last = diagram.choose(
    own,
    decide({kind: 'local', device: 'lo', byMark: false}),
    decide({kind: 'none', device: '', byMark: false}),
  )
  const rules = machine.policyRules.filter(rule => rule.family === family && rule.exact)
  const node = rules.toReversed().reduce((rest, {table: name, mark}) => {
    const found = table(name, mark !== undefined, rest)
    if (mark === undefined) return found
    if ((mark.value & ~mark.mask) >>> 0 !== 0) return rest
    return diagram.choose(maskedBits32(diagram, dimensions.mark, mark.value, mark.mask), found, rest)
  }, last)
  return {node, decisions}
}

/** Destinations with the source address the kernel selects under one routing decision; undefined if no address is available. */
export function chosenSources(
  {space, own}: ConditionContext,
  machine: NetworkNamespace,
  decision: RouteDecision,
): readonly {readonly destinations: Node; readonly destination?: IpAddress; readonly source: IpAddress | undefined}[] {
  const {diagram, dimensions, family} = space
  const full = (1n << BigInt(dimensions.destination.bits)) - 1n
  const at = (address: IpAddress) => maskedBits(diagram, dimensions.destination, address.bits, full)
  const elsewhere = decision.route?.source ?? chooseSource(machine, {family, bits: 0n}, decision)
  const sources = own
    .filter(address => address.family === family && !isLoopback(address))
    .map(address => ({destinations: at(address), destination: address, source: address}))
  const loopback: IpAddress = family === 'ip' ? {family, bits: 0x7f00_0001n} : {family, bits: 1n}
  const onLoopback =
    family === 'ip'
      ? {destinations: maskedBits32(diagram, dimensions.destination, 0x7f00_0000, 0xff00_0000), source: loopback}
      : {destinations: at(loopback), destination: loopback, source: loopback}
  return [onLoopback, ...sources, {destinations: TRUE, source: elsewhere}]
}
