import {driftOf} from '../../src/analysis/netfilter/drift/drift.js'
import {outcomeChanges} from '../../src/analysis/netfilter/packet-sets/compare.js'
import {createDiagram, type Node, TRUE} from '../../src/analysis/netfilter/packet-sets/diagram.js'
import {packetSpace} from '../../src/analysis/netfilter/packet-sets/dimensions.js'
import {outcomeTable} from '../../src/analysis/netfilter/packet-sets/outcomes.js'
import {pathFunctions} from '../../src/analysis/netfilter/packet-sets/path-function.js'
import {arrivalInterfaces} from '../../src/analysis/netfilter/packet-sets/traffic.js'
import {compileRules} from '../../src/analysis/netfilter/packet-walk/compile.js'
import {withDefaultNetwork} from '../../src/analysis/netfilter/packet-walk/default-network.js'
import {verdictOf} from '../../src/analysis/netfilter/packet-walk/verdict.js'
import {walkPacket} from '../../src/analysis/netfilter/packet-walk/walk.js'
import {formatIp} from '../../src/model/kernel/ip-address.js'
import type {Packet} from '../../src/model/kernel/packet.js'
import type {Ruleset} from '../../src/model/kernel/ruleset.js'
import {mutated} from './rule-mutations.js'
import type {Random} from './seeded.js'
import {cornerPoint, leafAt, packetAt} from './set-oracle.js'

/** What was asked and what was wrong about a mutation. */
export interface DriftCheck {
  readonly effective: boolean
  readonly packets: number
  readonly wrong: readonly string[]
}

function endOf(
  rules: ReturnType<typeof compileRules>,
  machine: ReturnType<typeof withDefaultNetwork>,
  packet: Packet,
): string {
  const walk = walkPacket(rules, machine, packet)
  const {disposition: end} = walk
  const place = end.kind === 'delivered' || end.kind === 'sent' ? `${formatIp(end.address)} ${end.port}` : ''
  return `${verdictOf(walk)} ${place}`
}

/** Mutates a ruleset and asks whether drift says that paths change exactly when walked packets say so. */
export function checkDrift(random: Random, original: Ruleset, points: number): DriftCheck {
  const {what, ruleset} = mutated(random, original)
  const machine = withDefaultNetwork({}, [original])
  const effective = driftOf([original], [ruleset], machine).some(each => each.effective)
  const diagram = createDiagram()
  const family = original.family === 'ip6' ? 'ip6' : 'ip'
  const space = packetSpace(diagram, family, [original, ruleset], machine)
  const table = outcomeTable()
  const [was, is] = [original, ruleset].map(each => pathFunctions(space, table, [each], machine))
  const [before, after] = [original, ruleset].map(each => compileRules([each]))
  if (was === undefined || is === undefined || before === undefined || after === undefined) throw new Error('no rules')
  const ways = [
    {how: {}, of: (paths: typeof was) => paths.outbound()},
    {how: {bound: true}, of: (paths: typeof was) => paths.outboundBound()},
    ...arrivalInterfaces(space, machine, 'eth0').map(device => ({
      how: {device},
      of: (paths: typeof was) => paths.inbound(device),
    })),
  ]
  const wrong: string[] = []
  let packets = 0
  let anyChange = false
  for (const {how, of} of ways) {
    const changes = outcomeChanges(space, table, of(was), of(is), TRUE)
    if (changes.length > 0) anyChange = true
    const changed = changes.reduce<Node>((all, each) => diagram.or(all, each.packets), 0)
    for (let index = 0; index < points; index++) {
      // Corners of both functions, and of the packets said to change.
      const node = index % 3 === 0 ? of(was) : index % 3 === 1 ? of(is) : changed
      const point = cornerPoint(diagram, space, node, random)
      const packet = packetAt(space, point, how)
      const inside = leafAt(diagram, space, changed, point) === 1
      packets++
      const ends = [endOf(before, machine, packet), endOf(after, machine, packet)]
      if ((ends[0] !== ends[1]) !== inside)
        wrong.push(`${what}: ${ends.join(' / ')}, said to ${inside ? 'change' : 'be alike'}: ${show(packet)}`)
    }
  }
  if (anyChange !== effective)
    wrong.push(`${what}: drift says ${effective ? 'changes' : 'no change'}, the sets ${anyChange}`)
  return {effective, packets, wrong}
}

function show(packet: Packet): string {
  return JSON.stringify(packet, (_, value: unknown) => (typeof value === 'bigint' ? value.toString(16) : value))
}
