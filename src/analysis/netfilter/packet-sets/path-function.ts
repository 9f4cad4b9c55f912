import type {NetworkNamespace} from '../../../model/kernel/network-namespace.js'
import type {Ruleset} from '../../../model/kernel/ruleset.js'
import {type CompiledRules, compileRules} from '../packet-walk/compile.js'
import {type ChainFunctions, chainFunctions} from './chain-functions.js'
import type {ConditionContext} from './condition-sets.js'
import {continuation} from './continuation.js'
import {departures} from './departures.js'
import {type Node, TRUE} from './diagram.js'
import type {PacketSpace} from './dimensions.js'
import {hookPaths, UNREAD} from './hook-paths.js'
import {dependsOn, type OutcomeTable, type PacketOutcome} from './outcomes.js'
import {routeFunction} from './routes.js'
import {firstStage} from './stage.js'

/** The outcome of every packet of a family, by where it starts. Outcomes are numbers in the table. */
export interface PathFunctions {
  readonly space: PacketSpace
  readonly context: ConditionContext
  readonly chains: ChainFunctions
  readonly rules: CompiledRules
  /** Packets of processes of the pod whose source the kernel selects. */
  outbound(): Node
  /** Packets of processes that choose their source (bound or transparent). */
  outboundBound(): Node
  /** Packets that arrive at an interface. */
  inbound(device: string): Node
}

/** The path functions of rulesets in a network namespace where every port is open. */
export function pathFunctions(
  space: PacketSpace,
  table: OutcomeTable,
  rulesets: readonly Ruleset[],
  machine: NetworkNamespace,
): PathFunctions {
  const own = machine.interfaces.flatMap(({addresses}) => addresses)
  const context: ConditionContext = {space, own}
  const rules = compileRules(rulesets)
  const chains = chainFunctions(context)
  const routes = routeFunction(context, machine)
  const leaf = (outcome: PacketOutcome): Node => space.diagram.leaf(table.number(outcome))
  const parts = {table, machine, rules, chains, routes, continuation: continuation(table, chains, rules)}
  const enter = hookPaths(parts)
  const {outbound, outboundBound} = departures(parts, enter)

  // Rules that were not applied, or belong to the node, decide no packet of the pod.
  const undecided = rules.undecided === undefined ? undefined : leaf(dependsOn('all rules', UNREAD, rules.undecided))
  const remembered = new Map<string, Node>()
  const once = (name: string, make: () => Node): Node => {
    const known = undecided ?? remembered.get(name) ?? make()
    remembered.set(name, known)
    return known
  }

  return {
    space,
    context,
    chains,
    rules,
    outbound: () => once('out', outbound),
    outboundBound: () => once('bound', outboundBound),
    inbound: device =>
      once(`in ${device}`, () =>
        parts.continuation.settle(enter('prerouting', firstStage(TRUE, {inName: device, owned: false}))),
      ),
  }
}
