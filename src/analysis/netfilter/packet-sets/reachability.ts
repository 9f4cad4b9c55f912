import type {Rule} from '../../../model/kernel/ruleset.js'
import type {CompiledChain} from '../packet-walk/compile.js'
import {ruleSet} from './condition-sets.js'
import {type Diagram, FALSE, LEAF_LEVEL, type Node, replaceOutcomes, TRUE, UNGROUPED, whereOutcome} from './diagram.js'
import {CHANGEABLE_LEVEL, equalTo, type PacketSpace, UNDECIDED_LEVEL} from './dimensions.js'
import type {PathFunctions} from './path-function.js'
import {targetsOf} from './rule-actions.js'
import {endsTable, keepsPacket, type MarkForm, type Transform, transformOf, UNCHANGED} from './transform.js'

/** A rule that no packet can match, and the earlier rules that match all its packets. */
export interface DeadRule {
  readonly chain: CompiledChain
  readonly rule: Rule
  /** Earlier rules of its chain; empty if its packets never reach the chain, or its conditions exclude each other. */
  readonly shadowedBy: readonly Rule[]
  readonly why: 'shadowed' | 'no-such-packet' | 'contradiction'
  /** It would match without the rules about a sender: Istio writes one rule for the uid and another for the gid. */
  readonly spare: boolean
}

function isAboutOwner({conditions}: Rule): boolean {
  return conditions.some(({field}) => field === 'uid' || field === 'gid')
}

/** Chains that no packet reaches, and rules in reachable chains that no packet can match. */
export interface Reachability {
  readonly chains: readonly CompiledChain[]
  readonly rules: readonly DeadRule[]
}

/** The condition that holds for some decision of the undecided rules. */
function whateverUndecided(diagram: Diagram, node: Node): Node {
  const done = new Map<Node, Node>()
  const visit = (each: Node): Node => {
    if ((diagram.tested(each) & UNGROUPED) === 0) return each
    const known = done.get(each)
    if (known !== undefined) return known
    const level = diagram.level(each)
    const [low, high] = [visit(diagram.low(each)), visit(diagram.high(each))]
    const open = level >= UNDECIDED_LEVEL && level < CHANGEABLE_LEVEL
    const result = open ? diagram.or(low, high) : diagram.branch(level, low, high)
    done.set(each, result)
    return result
  }
  return visit(node)
}

/** Bits that a form keeps, and those it sets; all others are unknown. */
function bitsOf(form: MarkForm, kept: 'mark' | 'connmark', bit: number): 'kept' | 0 | 1 | undefined {
  const at = (value: number) => ((value >>> bit) & 1) === 1
  const other = kept === 'mark' ? 'connmark' : 'mark'
  if (!at(form.mark) && !at(form.connmark)) return at(form.fixed) ? 1 : 0
  return at(form[kept]) && !at(form[other]) && !at(form.fixed) ? 'kept' : undefined
}

/** Packets after a transform; a mark computed from another mark may have any value. */
function imageOf(space: PacketSpace, packets: Node, transform: Transform): Node {
  if (keepsPacket(transform)) return packets
  const {diagram, dimensions} = space
  const gone = new Set<number>()
  let set = TRUE
  for (const name of ['mark', 'connmark'] as const) {
    const {start, bits} = dimensions[name]
    for (let bit = 0; bit < bits; bit++) {
      const level = start + bits - 1 - bit
      const found = bitsOf(transform[name], name, bit)
      if (found === 'kept') continue
      gone.add(level)
      if (found !== undefined)
        set = diagram.and(set, found === 1 ? diagram.make(level, FALSE, TRUE) : diagram.make(level, TRUE, FALSE))
    }
  }
  const state = dimensions['ct-state']
  if (transform.untracked) {
    for (let place = 0; place < state.bits; place++) gone.add(state.start + place)
    set = diagram.and(set, equalTo(diagram, state, 4))
  }
  const done = new Map<Node, Node>()
  const visit = (each: Node): Node => {
    const level = diagram.level(each)
    if (level === LEAF_LEVEL) return each
    const known = done.get(each)
    if (known !== undefined) return known
    const [low, high] = [visit(diagram.low(each)), visit(diagram.high(each))]
    const result = gone.has(level) ? diagram.or(low, high) : diagram.branch(level, low, high)
    done.set(each, result)
    return result
  }
  return diagram.and(visit(packets), set)
}

/** Packets as base chains see them: the interfaces and owners possible at a hook, and only new connections in table nat. */
function entering({space}: PathFunctions, base: CompiledChain): Node {
  const {diagram, dimensions} = space
  const {hook, kind} = base.chain
  const none = (name: 'in-interface' | 'out-interface' | 'owner') => equalTo(diagram, dimensions[name], 0)
  const parts = [
    ...(hook === 'output' ? [none('in-interface')] : []),
    ...(hook === 'prerouting' || hook === 'input' ? [none('out-interface'), none('owner')] : []),
    ...(kind === 'nat' ? [equalTo(diagram, dimensions['ct-state'], 0)] : []),
  ]
  return parts.reduce((all, each) => diagram.and(all, each), TRUE)
}

/** Chains in calling order; undefined when jumps form a loop. */
function callersFirst(all: readonly CompiledChain[]): readonly CompiledChain[] | undefined {
  const calls = new Map(
    all.map(chain => [chain, new Set(chain.rules.flatMap(({rule}) => targetsOf(chain, rule)))] as const),
  )
  const callers = new Map<CompiledChain, number>()
  for (const targets of calls.values())
    for (const target of targets) callers.set(target, (callers.get(target) ?? 0) + 1)
  const order = new Set(all.filter(chain => !callers.has(chain)))
  // A set continues with what is added while it is iterated.
  for (const chain of order)
    for (const target of calls.get(chain) ?? []) {
      const left = (callers.get(target) ?? 0) - 1
      callers.set(target, left)
      if (left === 0) order.add(target)
    }
  return order.size === all.length ? [...order] : undefined
}

/**
 * The rules of a table that can never match, proven for every packet possible at the hooks: what earlier rules match, where jumps lead
 * and what conditions exclude is followed exactly. An undecided rule may or may not match. Undefined when jumps form a
 * loop or the text is incomplete.
 */
export function reachabilityOf(
  paths: PathFunctions,
  table: ReadonlyMap<string, CompiledChain>,
): Reachability | undefined {
  const {space, context, chains: functions} = paths
  const {diagram} = space
  const all = [...table.values()]
  const order = callersFirst(all)
  if (order === undefined || all.some(({chain}) => !chain.complete)) return undefined
  const reach = new Map<CompiledChain, Node>()
  const arrive = (chain: CompiledChain, packets: Node) =>
    reach.set(chain, diagram.or(reach.get(chain) ?? FALSE, packets))
  for (const base of all) if (base.chain.hook !== undefined) arrive(base, entering(paths, base))
  const back = (target: CompiledChain, packets: Node): Node => {
    const node = functions.of(target)
    const transforms = new Map<number, Transform>()
    replaceOutcomes(diagram, node, value => {
      const end = functions.ending(value)
      if (end.kind === 'next') transforms.set(value, end.transform)
      // What is not known may return.
      if (end.kind === 'unknown') transforms.set(value, UNCHANGED)
      return TRUE
    })
    return [...transforms].reduce<Node>((sum, [value, transform]) => {
      const where = whateverUndecided(
        diagram,
        whereOutcome(diagram, node, each => each === value),
      )
      return diagram.or(sum, imageOf(space, diagram.and(packets, where), transform))
    }, FALSE)
  }
  /** The packets that match the rule and continue after it. */
  const behind = (chain: CompiledChain, rule: Rule, matched: Node): Node => {
    let left = matched
    for (const action of rule.actions) {
      if (left === FALSE) return FALSE
      const transform = transformOf(action, chain.at)
      if (transform !== undefined) {
        if (endsTable(action)) return FALSE
        left = imageOf(space, left, {...transform, ...(transform.rewrite === undefined ? {} : UNCHANGED)})
      } else if (action.kind === 'jump' || action.kind === 'goto') {
        const target = chain.table.get(action.chain)
        // A chain that is not in the text may return.
        if (target === undefined) continue
        arrive(target, left)
        left = action.kind === 'goto' ? FALSE : back(target, left)
      } else if (action.kind !== 'opaque') return FALSE
    }
    return left
  }
  const dead: DeadRule[] = []
  for (const chain of order) {
    const start = reach.get(chain) ?? FALSE
    if (start === FALSE) continue
    let left = start
    const takers: {rule: Rule; packets: Node}[] = []
    for (const {rule, hidden} of chain.rules) {
      const {packets, undecided} = ruleSet(context, rule)
      const matched = diagram.and(left, packets)
      if (matched === FALSE) {
        const meant = diagram.and(start, packets)
        const shadowedBy = takers.filter(taker => diagram.and(taker.packets, meant) !== FALSE).map(taker => taker.rule)
        const why = packets === FALSE ? 'contradiction' : shadowedBy.length > 0 ? 'shadowed' : 'no-such-packet'
        const others = takers
          .filter(taker => !isAboutOwner(taker.rule))
          .reduce((all, taker) => diagram.or(all, taker.packets), FALSE)
        const spare = isAboutOwner(rule) && diagram.and(meant, diagram.not(others)) !== FALSE
        dead.push({chain, rule, shadowedBy, why, spare})
        continue
      }
      const onward = behind(chain, rule, matched)
      const open = undecided || hidden !== undefined
      const taken = open ? FALSE : diagram.and(matched, diagram.not(onward))
      if (taken !== FALSE) takers.push({rule, packets: taken})
      left = open ? diagram.or(left, onward) : diagram.or(diagram.and(left, diagram.not(packets)), onward)
    }
  }
  const unreached = order.filter(chain => chain.chain.hook === undefined && (reach.get(chain) ?? FALSE) === FALSE)
  return {chains: unreached, rules: dead}
}
