import {formatIp} from '../../../model/ip-address.js'
import type {NetworkNamespace} from '../../../model/network-namespace.js'
import type {Hook, Rule, Ruleset} from '../../../model/ruleset.js'
import {basesAt, type CompiledChain, type CompiledRules, compileRules} from '../packet-walk/compile.js'
import type {RouteDecision} from '../packet-walk/routing.js'
import {rewrittenTo} from '../packet-walk/targets.js'
import {type ChainFunctions, chainFunctions, changedBy} from './chain-functions.js'
import {type ConditionContext, loopbackAddresses, ownAddresses} from './condition-sets.js'
import {FALSE, LEAF_LEVEL, type Node, nodeMemo, TRUE, whereOutcome} from './diagram.js'
import {CHANGEABLE_LEVEL, equalTo, type PacketSpace, UNDECIDED_LEVEL, withValues} from './dimensions.js'
import {dependsOn, NO_PACKET, type OutcomeTable, type PacketOutcome, type Written} from './outcomes.js'
import {chosenSources, routeFunction} from './routes.js'
import {knownValues, otherDevices, type Stage, stageKey} from './stage.js'
import {keepsMark, rewritesDestination, type Transform, then, UNCHANGED} from './transform.js'
import {basesUsing, mergerFor} from './undecided.js'

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

/** The number of the end that no packet of the question has. */
const IGNORED = -1

/** The name for rules that are missing from a text. */
const UNREAD: Rule = {position: 0, conditions: [], actions: [], text: 'rules that are not in the text', line: 0}

/** One bit for the dimension a level belongs to, found once for each level. */
function dimensionBits(dimensions: PacketSpace['dimensions']): (level: number) => number {
  const all = Object.values(dimensions)
  const bits = new Map<number, number>()
  return level => {
    const known = bits.get(level)
    if (known !== undefined) return known
    const place = all.findIndex(({start, bits: width}) => level >= start && level < start + width)
    const bit = place < 0 ? 0 : 1 << place
    bits.set(level, bit)
    return bit
  }
}

/** The path functions of rulesets in a network namespace where every port is open. */
export function pathFunctions(
  space: PacketSpace,
  table: OutcomeTable,
  rulesets: readonly Ruleset[],
  machine: NetworkNamespace,
): PathFunctions {
  const {diagram, family, dimensions} = space
  const own = machine.interfaces.flatMap(({addresses}) => addresses)
  const context: ConditionContext = {space, own}
  const rules = compileRules(rulesets)
  const chains = chainFunctions(context)
  const routes = routeFunction(context, machine)
  const leaf = (outcome: PacketOutcome): Node => diagram.leaf(table.number(outcome))
  const none = diagram.leaf(NO_PACKET)
  const loopbackSource = loopbackAddresses(space, 'source')
  const dimensionBit = dimensionBits(dimensions)
  const supports = new Map<Node, number>()
  const memo = new Map<string, Node>()
  const usedBy = basesUsing(rules)

  const devices = otherDevices(space, machine)

  /** Which of the properties a stage may know a function tests: one bit each. */
  const support = (node: Node): number => {
    const known = supports.get(node)
    if (known !== undefined) return known
    const seen = nodeMemo(diagram)
    let found = 0
    const visit = (each: Node): void => {
      if (seen.get(each) !== undefined) return
      seen.set(each, each)
      const level = diagram.level(each)
      if (level === LEAF_LEVEL) return
      found |= dimensionBit(level)
      visit(diagram.low(each))
      visit(diagram.high(each))
    }
    visit(node)
    supports.set(node, found)
    return found
  }

  /** The function for packets of a stage, in terms of their properties at the start. */
  const seenAt = (node: Node, stage: Stage): Node => {
    const {done} = stage
    const changed = done === UNCHANGED ? node : changedBy(diagram, node, done, context)
    const known = knownValues(space, stage)
    const mask = known.reduce((all, {dimension}) => all | dimensionBit(dimension.start), 0)
    if ((support(changed) & mask) === 0) return changed
    return withValues(diagram, changed, known)
  }

  const merge = mergerFor(space, table, chains)

  const isOpen = (level: number): boolean => level >= UNDECIDED_LEVEL && level < CHANGEABLE_LEVEL

  /** The function with each end replaced by its continuation. */
  const follow = (node: Node, after: (number: number) => Node): Node => {
    const results = nodeMemo(diagram)
    const visit = (each: Node): Node => {
      const known = results.get(each)
      if (known !== undefined) return known
      const value = diagram.outcome(each)
      let result: Node
      if (value !== undefined) result = after(value)
      else {
        const level = diagram.level(each)
        const low = visit(diagram.low(each))
        if (isOpen(level) && mayMerge(level)) {
          const end = diagram.outcome(low)
          const settled = end !== undefined && table.outcome(end).kind === 'insufficient'
          result = settled ? low : merge(level, low, visit(diagram.high(each)))
        } else result = diagram.branch(level, low, visit(diagram.high(each)))
      }
      results.set(each, result)
      return result
    }
    return visit(node)
  }

  /** A rule in a chain of one hook is evaluated once, so both branches can be compared at once. */
  const mayMerge = (level: number): boolean => {
    const open = chains.undecided(level)
    return open === undefined || (usedBy.get(open.at) ?? 0) <= 1
  }

  const outcomeOf = (stage: Stage, device: string | undefined): Node => {
    const {done, destination, port, turned} = stage
    const address: Written<string> =
      destination.changed && destination.value !== undefined ? formatIp(destination.value) : 'asked'
    if (device !== undefined) return leaf({kind: 'sent', device, address, port})
    const {tproxy} = done
    const how = tproxy === undefined ? turned : 'tproxy'
    return leaf({
      kind: 'delivered',
      address,
      port: tproxy === undefined ? port : Number(tproxy.port),
      transparent: tproxy !== undefined,
      ...(how === undefined ? {} : {turned: how}),
    })
  }

  const stageAfter = (stage: Stage, transform: Transform, hook: Hook): Stage => {
    const {rewrite, ...marks} = transform
    const done = then(stage.done, marks)
    const moved = stage.moved || !keepsMark(marks)
    const marked = {...stage, done, moved}
    if (rewrite === undefined) return marked
    const to = rewrittenTo(rewrite, {machine, family, hook, inName: stage.inName, outName: stage.outName})
    const turnedDone = rewritesDestination(hook) ? {destinationDone: true} : {sourceDone: true}
    const toDestination = rewrite.kind === 'redirect' || rewrite.kind === 'dnat'
    if (!toDestination)
      return {...marked, ...turnedDone, source: to.address ?? stage.source, sourcePort: to.port ?? stage.sourcePort}
    return {
      ...marked,
      ...turnedDone,
      moved: moved || to.address !== undefined,
      destination: to.address === undefined ? stage.destination : {value: to.address, changed: true},
      port: to.port ?? stage.port,
      turned: rewrite.turn,
    }
  }

  const isNew = equalTo(diagram, dimensions['ct-state'], 0)

  const atBase = (hook: Hook, bases: readonly CompiledChain[], index: number, stage: Stage): Node => {
    const base = bases[index]
    if (base === undefined) {
      const markDone = rewritesDestination(hook)
        ? {destinationDone: true}
        : hook === 'forward'
          ? {}
          : {sourceDone: true}
      return afterHook(hook, {...stage, ...markDone})
    }
    const nat = base.chain.kind === 'nat'
    const skipped =
      nat && (stage.done.untracked || (rewritesDestination(hook) ? stage.destinationDone : stage.sourceDone))
    if (skipped) return atBase(hook, bases, index + 1, stage)
    const key = `${hook} ${index} ${stageKey(stage)}`
    const known = memo.get(key)
    if (known !== undefined) return known
    const unread = leaf(dependsOn(base.at, UNREAD, `the text does not hold all rules of ${base.chain.name}`))
    const after = (number: number): Node => {
      const end = chains.ending(number)
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
          return atBase(hook, bases, index + 1, stageAfter(stage, end.transform, hook))
      }
    }
    let result: Node
    if (!base.chain.complete) result = unread
    else {
      const seen = diagram.choose(stage.care, seenAt(chains.of(base), stage), diagram.leaf(IGNORED))
      result = follow(seen, number => (number === IGNORED ? none : after(number)))
    }
    if (nat) result = diagram.choose(isNew, result, atBase(hook, bases, index + 1, stage))
    memo.set(key, result)
    return result
  }

  const start = (hook: Hook, stage: Stage): Node =>
    atBase(hook, basesAt(rules, hook, family), 0, {...stage, moved: false})

  const stopAtLoopback = (stage: Stage, reason: string, otherwise: () => Node): Node => {
    const dropped = leaf({kind: 'dropped', reason})
    const where = seenAt(loopbackSource, stage)
    return where === TRUE ? dropped : diagram.choose(where, dropped, otherwise())
  }

  const leave = (stage: Stage, number: number): Node => {
    const decision = routes.decisions[number]
    return start('postrouting', {...stage, decision: number, outName: decision?.device ?? ''})
  }

  const routed = (stage: Stage, take: (decision: RouteDecision, number: number) => Node): Node => {
    const seen = diagram.choose(stage.care, seenAt(routes.node, stage), diagram.leaf(IGNORED))
    return follow(seen, number => {
      const decision = routes.decisions[number]
      return decision === undefined ? none : take(decision, number)
    })
  }

  const noRoute = leaf({kind: 'dropped', reason: 'no route to its destination'})

  const afterHook = (hook: Hook, stage: Stage): Node => {
    switch (hook) {
      case 'output':
        if (!stage.moved) return start('postrouting', stage)
        return routed(stage, (decision, number) => (decision.kind === 'none' ? noRoute : leave(stage, number)))
      case 'postrouting':
        if (stage.outName !== 'lo')
          return stopAtLoopback(stage, 'its loopback source may not appear outside the pod', () =>
            outcomeOf(stage, stage.outName),
          )
        if (stage.laps >= 3) return leaf({kind: 'dropped', reason: 'routing loop through lo'})
        return start('prerouting', {...stage, inName: 'lo', outName: '', owned: false, laps: stage.laps + 1})
      case 'prerouting':
        return routed(stage, (decision, number) => {
          if (decision.kind === 'local') return start('input', stage)
          if (decision.kind === 'none') return noRoute
          const stays = 'the address is not one of this pod, which does not forward'
          if (!machine.forwarding) return leaf({kind: 'dropped', reason: stays})
          return stopAtLoopback(stage, stays, () =>
            start('forward', {...stage, decision: number, outName: decision.device}),
          )
        })
      case 'forward':
        return leave(stage, stage.decision)
      case 'input':
        return outcomeOf(stage, undefined)
    }
  }

  /** Rules used by several hooks stay undecided until the end of the path. */
  const settle = (node: Node): Node => follow(node, number => diagram.leaf(number))
  const settleAll = (node: Node): Node => {
    if (!chains.hasUndecided()) return node
    const results = nodeMemo(diagram)
    const visit = (each: Node): Node => {
      const known = results.get(each)
      if (known !== undefined) return known
      const level = diagram.level(each)
      let result = each
      if (level !== LEAF_LEVEL) {
        const [low, high] = [visit(diagram.low(each)), visit(diagram.high(each))]
        result = isOpen(level) ? merge(level, low, high) : diagram.branch(level, low, high)
      }
      results.set(each, result)
      return result
    }
    return visit(settle(node))
  }

  const first = (care: Node, more: Partial<Stage>): Stage => ({
    care,
    destination: {changed: false},
    port: 'asked',
    source: undefined,
    sourcePort: undefined,
    inName: '',
    outName: '',
    owned: true,
    done: UNCHANGED,
    turned: undefined,
    destinationDone: false,
    sourceDone: false,
    laps: 0,
    decision: -1,
    moved: false,
    ...more,
  })

  /** Sends through the interface of the route; if routes are assumed, also through any that rules name. */
  const depart = (stage: Stage, number: number, decision: RouteDecision): Node => {
    const usual = start('output', {...stage, decision: number, outName: decision.device})
    if (!machine.assumed || decision.kind !== 'out') return usual
    return devices.reduce((rest, {packets, name}) => {
      const through = start('output', {...stage, decision: number, outName: name})
      return diagram.choose(packets, through, rest)
    }, usual)
  }

  const outbound = (): Node => {
    const unreachable = leaf({kind: 'error', reason: 'no route'})
    const ownSet = ownAddresses(context, 'destination')
    const node = follow(routes.node, number => {
      const decision = routes.decisions[number]
      if (decision === undefined || decision.kind === 'none') return unreachable
      const parts = chosenSources(context, machine, decision)
      const here = whereOutcome(diagram, routes.node, each => each === number)
      const whole = parts.reduceRight<Node>((rest, {destinations, destination, source}) => {
        if (decision.kind === 'out' && destinations !== TRUE) return rest
        if (source === undefined) return diagram.choose(destinations, unreachable, rest)
        const others = parts.reduce(
          (all, part) => (part.destinations === TRUE ? all : diagram.or(all, part.destinations)),
          FALSE,
        )
        const care = destinations === TRUE ? diagram.and(here, diagram.not(others)) : destinations
        if (care === FALSE || (destinations === TRUE && decision.kind === 'local' && decision.byMark)) return rest
        const value = destination === undefined ? {} : {value: destination}
        const stage = first(decision.kind === 'out' ? TRUE : care, {source, destination: {...value, changed: false}})
        return diagram.choose(destinations, depart(stage, number, decision), rest)
      }, unreachable)
      // A mark that selects a table without a route fails before any rule is evaluated.
      return decision.byMark && decision.kind === 'local' ? diagram.choose(ownSet, whole, unreachable) : whole
    })
    return settleAll(node)
  }

  const outboundBound = (): Node => {
    const unreachable = leaf({kind: 'error', reason: 'no route'})
    const node = follow(routes.node, number => {
      const decision = routes.decisions[number]
      return decision === undefined || decision.kind === 'none'
        ? unreachable
        : depart(first(TRUE, {}), number, decision)
    })
    return settleAll(node)
  }

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
      once(`in ${device}`, () => settleAll(start('prerouting', first(TRUE, {inName: device, owned: false})))),
  }
}
