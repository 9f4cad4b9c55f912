import {groupedPairs} from '../../../model/collections/grouped-by.js'
import {type IpAddress, parseIp, parseIpRange} from '../../../model/kernel/ip-address.js'
import type {
  Interface,
  IpFacts,
  KernelRoute,
  NetworkNamespace,
  RoutingRule,
} from '../../../model/kernel/network-namespace.js'
import {everyRule, type IpFamily, type Ruleset} from '../../../model/kernel/ruleset.js'
import {isAmbientRuleset} from '../istio-names.js'

function tproxyMarks(rulesets: readonly Ruleset[]): ReadonlySet<string> {
  const marks = new Set<string>()
  for (const {rule} of everyRule(rulesets)) {
    const {actions} = rule
    actions.forEach((action, index) => {
      if (action.kind !== 'tproxy') return
      const next = actions[index + 1]
      if (action.mark !== undefined) marks.add(action.mark)
      else if (next?.kind === 'set-mark') marks.add(`${next.value}/${next.mask}`)
    })
  }
  return marks
}

function range(text: string) {
  return parseIpRange(text) ?? {family: 'ip' as const, bits: 0n, mask: 0n}
}

function address(text: string) {
  return parseIp(text) ?? {family: 'ip' as const, bits: 0n}
}

const LO: Interface = {name: 'lo', addresses: [address('127.0.0.1'), address('::1')]}
const ETH0: Interface = {name: 'eth0', addresses: [address('192.0.2.10'), address('2001:db8::10')]}

const ROUTES: readonly KernelRoute[] = [
  {family: 'ip', table: 'local', kind: 'local', to: range('127.0.0.0/8'), device: 'lo'},
  {family: 'ip6', table: 'local', kind: 'local', to: range('::1'), device: 'lo'},
  {family: 'ip', table: 'main', kind: 'unicast', to: range('0.0.0.0/0'), device: 'eth0'},
  {family: 'ip6', table: 'main', kind: 'unicast', to: range('::/0'), device: 'eth0'},
]

function localRoutes(interfaces: readonly Interface[]): readonly KernelRoute[] {
  return interfaces.flatMap(({name, addresses}) =>
    addresses.map(own => ({
      family: own.family,
      table: 'local',
      kind: 'local',
      to: {...own, mask: own.family === 'ip' ? 0xffff_ffffn : (1n << 128n) - 1n},
      device: name,
      source: own,
    })),
  )
}

function plainRules(family: IpFamily): readonly RoutingRule[] {
  return [
    {family, priority: 0, table: 'local', exact: true},
    {family, priority: 32_766, table: 'main', exact: true},
    {family, priority: 32_767, table: 'default', exact: true},
  ]
}

/** The routes istio-init and istio-cni add beside the rules: `fwmark 1337 lookup 133` for TPROXY, `fwmark 0x111/0xfff lookup 100` for ambient. */
function meshRules(family: IpFamily, marks: ReadonlySet<string>, rulesets: readonly Ruleset[]): readonly RoutingRule[] {
  const rules: RoutingRule[] = []
  for (const mark of marks) {
    const [value = 0, mask = 0xffff_ffff] = mark.split('/').map(Number)
    rules.push({family, priority: 32_765, table: 'mesh', mark: {value, mask}, exact: true})
  }
  if (isAmbientRuleset(rulesets))
    rules.push({family, priority: 32_764, table: 'mesh', mark: {value: 0x111, mask: 0xfff}, exact: true})
  return rules
}

function everythingLocal(family: IpFamily): KernelRoute {
  return {family, table: 'mesh', kind: 'local', to: {family, bits: 0n, mask: 0n}, device: 'lo'}
}

function isHost({to}: KernelRoute): boolean {
  return to.mask === (to.family === 'ip' ? 0xffff_ffffn : (1n << 128n) - 1n)
}

/** The interfaces by the host routes of the table `local`, which the kernel keeps for each of its own addresses (ip-route(8)). */
function interfacesByRoutes(routes: readonly KernelRoute[]): readonly Interface[] {
  const own = routes.filter(route => route.table === 'local' && route.kind === 'local' && isHost(route))
  const byDevice = groupedPairs(
    own.flatMap(({device, to: {family, bits}}) => (device === undefined ? [] : [[device, {family, bits}] as const])),
  )
  return [...byDevice].map(([name, addresses]) => ({name, addresses}))
}

function isKnown({name, addresses}: Interface): boolean {
  return name !== 'lo' && addresses.length > 0
}

/** The interfaces that were read, or that the routes tell; undefined where neither has an address outside of lo. */
function readInterfaces({interfaces, routes}: Partial<IpFacts>): readonly Interface[] | undefined {
  return [interfaces ?? [], interfacesByRoutes(routes ?? [])].find(each => each.some(isKnown))
}

/**
 * The machine a packet is walked on. What the evidence has is used; what it lacks is replaced by defaults: one interface eth0 with the
 * addresses of `own` or, where that is empty, documentation addresses, a default route, and the policy routes Istio adds beside its rules. `assumed` is true if something was.
 */
export function withDefaultNetwork(
  facts: Partial<IpFacts>,
  rulesets: readonly Ruleset[],
  forwarding = false,
  own: readonly IpAddress[] = [],
): NetworkNamespace {
  const read = readInterfaces(facts)
  const interfaces = read ?? [LO, own.length > 0 ? {...ETH0, addresses: own} : ETH0]
  const known = read?.filter(isKnown) ?? []
  const hasRoutes = known.length > 0 && (facts.routes?.length ?? 0) > 0
  const hasRules = (facts.policyRules?.length ?? 0) > 0
  const device = known[0]?.name ?? 'eth0'
  const routes = hasRoutes
    ? (facts.routes ?? [])
    : [...ROUTES.map(route => (route.kind === 'unicast' ? {...route, device} : route)), ...localRoutes(interfaces)]
  const families: readonly IpFamily[] = ['ip', 'ip6']
  const marks = tproxyMarks(rulesets)
  const standIns = families.flatMap(family => [...plainRules(family), ...meshRules(family, marks, rulesets)])
  const policyRules = hasRules ? completed(facts.policyRules ?? []) : standIns.sort((a, b) => a.priority - b.priority)
  return {
    interfaces,
    routes: hasRules ? routes : [...routes, ...families.map(everythingLocal)],
    policyRules,
    forwarding,
    assumed: known.length === 0 || !hasRoutes || !hasRules,
  }
}

/** The machine with a way out for a family: the question is what rules do to outbound traffic, not whether the pod has a default route. */
export function withDefaultRoute(machine: NetworkNamespace, family: IpFamily, device: string): NetworkNamespace {
  const hasDefault = machine.routes.some(
    route => route.family === family && route.table === 'main' && route.to.mask === 0n,
  )
  if (hasDefault) return machine
  const main = {family, priority: 32_766, table: 'main', exact: true} as const
  const rules = machine.policyRules.some(rule => rule.family === family && rule.table === 'main')
    ? machine.policyRules
    : [...machine.policyRules, main]
  const way = {family, table: 'main', kind: 'unicast', to: {family, bits: 0n, mask: 0n}, device}
  return {...machine, routes: [...machine.routes, way], policyRules: rules}
}

/** `ip rule` alone tells IPv4; IPv6 then has the kernel's own three rules and the same marks. */
function completed(rules: readonly RoutingRule[]): readonly RoutingRule[] {
  if (rules.some(rule => rule.family === 'ip6')) return rules
  return [...rules, ...rules.map(rule => ({...rule, family: 'ip6' as const}))]
}
