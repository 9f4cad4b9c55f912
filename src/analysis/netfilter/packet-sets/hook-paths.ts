import type {NetworkNamespace} from '../../../model/kernel/network-namespace.js'
import type {Hook, Rule} from '../../../model/kernel/ruleset.js'
import {basesAt, type CompiledChain, type CompiledRules} from '../packet-walk/compile.js'
import type {RouteDecision} from '../packet-walk/routing.js'
import type {ChainEnd} from './chain-ends.js'
import type {ChainFunctions} from './chain-functions.js'
import {loopbackAddresses} from './condition-sets.js'
import type {Continuation} from './continuation.js'
import {type Node, TRUE} from './diagram.js'
import {CHANGEABLE_LEVEL, equalTo} from './dimensions.js'
import {dependsOn, NO_PACKET, type OutcomeTable, type PacketOutcome} from './outcomes.js'
import type {RouteFunction} from './routes.js'
import {afterNat, outcomeOf, type Stage, stageAfter, stageKey} from './stage.js'
import {stageView} from './stage-view.js'
import {rewritesDestination, type Transform} from './transform.js'

/** The number of the end that no packet of the question has. */
const IGNORED = -1

/** At most so many times does a packet go through lo, as in the packet walk. */
const MOST_LAPS = 3

const NOT_LOCAL = 'the address is not one of this pod, which does not forward'

/** The name for rules that are missing from a text. */
export const UNREAD: Rule = {position: 0, conditions: [], actions: [], text: 'rules that are not in the text', line: 0}

/** What the path through the hooks is made of. */
export interface PathParts {
  readonly table: OutcomeTable
  readonly machine: NetworkNamespace
  readonly rules: CompiledRules
  readonly chains: ChainFunctions
  readonly routes: RouteFunction
  readonly continuation: Continuation
}

/** The outcome of the packets of a stage that enter a hook. */
export type HookPaths = (hook: Hook, stage: Stage) => Node

/** Follows the packets of a stage from a hook through all later ones to the end of their path. */
export function hookPaths(parts: PathParts): HookPaths {
  const {table, machine, rules, chains, routes, continuation} = parts
  const {space} = chains.context
  const {diagram, dimensions, family} = space
  const {follow, select} = continuation
  const leaf = (outcome: PacketOutcome): Node => diagram.leaf(table.number(outcome))
  const none = diagram.leaf(NO_PACKET)
  const noRoute = leaf({kind: 'dropped', reason: 'no route to its destination'})
  const loopbackSource = loopbackAddresses(space, 'source')
  const isNew = equalTo(diagram, dimensions['ct-state'], 0)
  const seenAt = stageView(chains)
  const memo = new Map<string, Node>()

  /** What follows the packets of the stage, by the number the function gives them. */
  const lead = (node: Node, stage: Stage, after: (number: number) => Node, through = follow): Node =>
    through(diagram.choose(stage.care, seenAt(node, stage), diagram.leaf(IGNORED)), number =>
      number === IGNORED ? none : after(number),
    )

  const enter = (hook: Hook, stage: Stage): Node =>
    atBase(hook, basesAt(rules, hook, family), 0, {...stage, moved: false})

  /** The outcome of packets that left a base chain; `next` is what follows if they continue. */
  const afterChain = (base: CompiledChain, end: ChainEnd, next: (transform: Transform) => Node): Node => {
    switch (end.kind) {
      case 'drop':
        return leaf({kind: 'dropped', reason: end.reason, at: end.at})
      case 'refuse':
        return leaf({kind: 'refused', reason: end.reason, at: end.at})
      case 'unknown':
        return leaf(dependsOn(base.at, end.rule ?? UNREAD, end.reason))
      default:
        if (end.kind !== 'accept' && base.chain.policy === 'drop')
          return leaf({kind: 'dropped', reason: 'the policy of the chain drops it', at: `${base.at} policy`})
        return next(end.transform)
    }
  }

  const atBase = (hook: Hook, bases: readonly CompiledChain[], index: number, stage: Stage): Node => {
    const base = bases[index]
    if (base === undefined) return afterHook(hook, afterNat(stage, hook))
    const nat = base.chain.kind === 'nat'
    const translated = rewritesDestination(hook) ? stage.destinationDone : stage.sourceDone
    if (nat && (stage.done.untracked || translated)) return atBase(hook, bases, index + 1, stage)
    const key = `${hook} ${index} ${stageKey(stage)}`
    const known = memo.get(key)
    if (known !== undefined) return known
    const inChain = (number: number): Node =>
      afterChain(base, chains.ending(number), transform =>
        atBase(hook, bases, index + 1, stageAfter(stage, transform, {machine, family, hook})),
      )
    const unread = (): Node =>
      leaf(dependsOn(base.at, UNREAD, `the text does not hold all rules of ${base.chain.name}`))
    let result: Node
    if (nat) {
      // Only the first packet of a connection enters a nat chain.
      const later = atBase(hook, bases, index + 1, stage)
      if (!base.chain.complete) result = diagram.choose(isNew, unread(), later)
      else if (diagram.level(later) < CHANGEABLE_LEVEL)
        result = diagram.choose(isNew, lead(chains.of(base), stage, inChain), later)
      else result = lead(chains.of(base), stage, number => diagram.choose(isNew, inChain(number), later))
    } else result = base.chain.complete ? lead(chains.of(base), stage, inChain) : unread()
    memo.set(key, result)
    return result
  }

  const stopAtLoopback = (stage: Stage, reason: string, otherwise: () => Node): Node => {
    const dropped = leaf({kind: 'dropped', reason})
    const where = seenAt(loopbackSource, stage)
    return where === TRUE ? dropped : diagram.choose(where, dropped, otherwise())
  }

  const leave = (stage: Stage, number: number): Node => {
    const decision = routes.decisions[number]
    return enter('postrouting', {...stage, decision: number, outName: decision?.device ?? ''})
  }

  const routed = (stage: Stage, take: (decision: RouteDecision, number: number) => Node): Node =>
    lead(
      routes.node,
      stage,
      number => {
        const decision = routes.decisions[number]
        return decision === undefined ? none : take(decision, number)
      },
      select,
    )

  const afterHook = (hook: Hook, stage: Stage): Node => {
    switch (hook) {
      case 'output':
        if (!stage.moved) return enter('postrouting', stage)
        return routed(stage, (decision, number) => (decision.kind === 'none' ? noRoute : leave(stage, number)))
      case 'postrouting':
        if (stage.outName !== 'lo')
          return stopAtLoopback(stage, 'its loopback source may not appear outside the pod', () =>
            leaf(outcomeOf(stage, stage.outName)),
          )
        if (stage.laps >= MOST_LAPS) return leaf({kind: 'dropped', reason: 'routing loop through lo'})
        return enter('prerouting', {...stage, inName: 'lo', outName: '', owned: false, laps: stage.laps + 1})
      case 'prerouting':
        return routed(stage, (decision, number) => {
          if (decision.kind === 'local') return enter('input', stage)
          if (decision.kind === 'none') return noRoute
          if (!machine.forwarding) return leaf({kind: 'dropped', reason: NOT_LOCAL})
          return stopAtLoopback(stage, NOT_LOCAL, () =>
            enter('forward', {...stage, decision: number, outName: decision.device}),
          )
        })
      case 'forward':
        return leave(stage, stage.decision)
      case 'input':
        return leaf(outcomeOf(stage, undefined))
    }
  }

  return enter
}
