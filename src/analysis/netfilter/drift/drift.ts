import type {NetworkNamespace} from '../../../model/kernel/network-namespace.js'
import {ruleKey} from '../../../model/kernel/rule-key.js'
import {
  type Chain,
  hidesInterfaces,
  isUnderstood,
  type NetfilterTable,
  type Rule,
  type Ruleset,
} from '../../../model/kernel/ruleset.js'
import {chainOwner} from '../chain-owners.js'
import {canonicalTable, hasIstioRules, isAmbientRuleset} from '../istio-names.js'
import {alignItems, type Step} from './align.js'
import {consequences, inAmbientWords} from './consequences.js'
import {type Compared, type Comparison, comparison, type Change as PacketChange} from './effects.js'
import {policyEffects} from './policies.js'

export type DifferenceKind = 'missing' | 'extra' | 'changed' | 'moved' | 'foreign' | 'residue' | 'incomplete' | 'policy'

/** One difference between the rules a pod should have and those it has, with what follows for traffic. */
export interface RuleDifference {
  readonly kind: DifferenceKind
  readonly family: Ruleset['family']
  readonly place: string
  readonly expected: readonly Rule[]
  readonly actual: readonly Rule[]
  readonly consequences: readonly string[]
  /** Exactly the packets whose path it changes, where it was tried alone. */
  readonly changes: readonly PacketChange[]
  /** True when the path of some packet changes because of it. */
  readonly effective: boolean
  /** Why not all packets were compared, with the rules that were given up on. */
  readonly gaveUp?: string
}

interface ChainPair {
  readonly table: string
  readonly chain: string
  readonly expected: Chain | undefined
  readonly actual: Chain | undefined
}

function chainOf(ruleset: Ruleset | undefined, table: string, chain: string): Chain | undefined {
  return ruleset?.tables.find(each => each.name === table)?.chains.find(each => each.name === chain)
}

function pairs(expected: Ruleset, actual: Ruleset | undefined): readonly ChainPair[] {
  const seen = new Map<string, ChainPair>()
  for (const set of [expected, actual])
    for (const table of set?.tables ?? [])
      for (const chain of table.chains)
        seen.set(`${table.name} ${chain.name}`, {
          table: table.name,
          chain: chain.name,
          expected: chainOf(expected, table.name, chain.name),
          actual: chainOf(actual, table.name, chain.name),
        })
  return [...seen.values()]
}

interface Change {
  readonly kind: 'missing' | 'extra' | 'changed' | 'moved'
  readonly index: number
  readonly expected: readonly Rule[]
  readonly actual: readonly Rule[]
}

/** Runs of missing and extra rules become one change; a run of both is a changed rule, the same rules elsewhere in the chain a move. */
function changesOf(steps: readonly Step<Rule>[]): readonly Change[] {
  const changes: Change[] = []
  let run: {index: number; expected: Rule[]; actual: Rule[]} | undefined
  const close = () => {
    if (run === undefined) return
    const kind = run.expected.length === 0 ? 'extra' : run.actual.length === 0 ? 'missing' : 'changed'
    changes.push({kind, ...run})
    run = undefined
  }
  for (const step of steps) {
    if (step.kind === 'same') {
      close()
      continue
    }
    run ??= {index: step.index, expected: [], actual: []}
    if (step.kind === 'missing') run.expected.push(step.expected)
    else run.actual.push(step.actual)
  }
  close()
  return joinMoves(changes)
}

function keysOf(rules: readonly Rule[]): string {
  return rules.map(ruleKey).join('\n')
}

function joinMoves(changes: readonly Change[]): readonly Change[] {
  const result: Change[] = []
  const used = new Set<Change>()
  for (const change of changes) {
    if (used.has(change)) continue
    const twin =
      change.kind === 'missing' || change.kind === 'extra'
        ? changes.find(other => !used.has(other) && other !== change && isTwin(change, other))
        : undefined
    if (twin === undefined) {
      result.push(change)
      continue
    }
    used.add(twin)
    result.push({
      kind: 'moved',
      index: change.index,
      expected: [...change.expected, ...twin.expected],
      actual: [...change.actual, ...twin.actual],
    })
  }
  return result
}

function isTwin(change: Change, other: Change): boolean {
  if (change.kind === 'missing' && other.kind === 'extra') return keysOf(change.expected) === keysOf(other.actual)
  return change.kind === 'extra' && other.kind === 'missing' && keysOf(change.actual) === keysOf(other.expected)
}

/** The expected ruleset with one change applied: what the kernel would do if that were all that differed. */
function withChange(expected: Ruleset, actual: Ruleset, {table, chain}: ChainPair, change: Change): Ruleset {
  const base = chainOf(expected, table, chain) ?? {
    ...(chainOf(actual, table, chain) ?? {name: chain, complete: true}),
    rules: [],
  }
  const gone = new Set(change.expected)
  const kept = base.rules.filter(rule => !gone.has(rule))
  const before = base.rules.slice(0, change.index).filter(rule => !gone.has(rule)).length
  const rules = [...kept.slice(0, before), ...change.actual, ...kept.slice(before)]
  const changedChain: Chain = {...base, rules}
  const old: NetfilterTable = expected.tables.find(each => each.name === table) ?? {
    name: table,
    family: expected.family,
    chains: [],
  }
  const others = actual.tables.find(each => each.name === table)?.chains ?? []
  const helpers = others.filter(each => each.hook === undefined && !old.chains.some(known => known.name === each.name))
  const chains = [
    ...old.chains.filter(each => each.name !== chain),
    ...helpers.filter(each => each.name !== chain),
    changedChain,
  ]
  return {...expected, tables: [...expected.tables.filter(each => each.name !== table), {...old, chains}]}
}

const BESIDE_MESH: ReadonlySet<PacketChange['traffic']> = new Set([
  'inbound-other',
  'outbound-other',
  'loopback',
  'special',
])

/** True when it changes the path of packets the mesh is for: first packets of TCP connections and DNS, in, out and to the pod itself. */
export function touchesMesh({effective, changes, consequences: words}: RuleDifference): boolean {
  if (changes.length === 0) return effective && words.length > 0
  return changes.some(({traffic}) => !BESIDE_MESH.has(traffic))
}

/** More differences than this are not tried one by one: such rules are another set, not a tampered one. */
const MAX_TRIED = 60

const NOT_TRIED = 'not tested alone: there are too many differences'

/** What a difference does to packets, as far as they were compared: one of which nothing is known is not called a difference of any kind. */
function effectOf(
  kind: DifferenceKind,
  {changes, gaveUp}: Compared,
): Pick<RuleDifference, 'kind' | 'changes' | 'consequences' | 'effective' | 'gaveUp'> {
  if (gaveUp === undefined) return {kind, changes, consequences: consequences(changes), effective: changes.length > 0}
  if (changes.length === 0)
    return {
      kind: 'incomplete',
      changes,
      consequences: [`whether it changes where packets go was not determined: ${gaveUp}`],
      effective: false,
      gaveUp,
    }
  const also = `what else it changes was not determined: ${gaveUp}`
  return {kind, changes, consequences: [...consequences(changes), also], effective: true, gaveUp}
}

/** A difference of a whole family: rules of Istio in a second store, or text that cannot be compared. */
function incomparable(
  kind: 'incomplete' | 'residue',
  set: Ruleset,
  place: string,
  consequence: string,
): RuleDifference {
  return {
    kind,
    family: set.family,
    place,
    expected: [],
    actual: [],
    consequences: [consequence],
    changes: [],
    effective: false,
  }
}

function isForeign(pair: ChainPair, change: Change): boolean {
  if (change.expected.length > 0) return false
  if (chainOwner(pair.chain) !== undefined) return true
  return change.actual.every(rule =>
    rule.actions.some(
      action => (action.kind === 'jump' || action.kind === 'goto') && chainOwner(action.chain) !== undefined,
    ),
  )
}

function compareRuleset(
  expected: Ruleset,
  actual: Ruleset,
  compared: Comparison | undefined,
): readonly RuleDifference[] {
  const differences: RuleDifference[] = []
  for (const pair of pairs(expected, actual)) {
    const place = `${pair.table}/${pair.chain}`
    if (pair.actual?.complete === false) {
      differences.push(
        incomparable(
          'incomplete',
          actual,
          place,
          'rules of this chain were left out of the text, so it was not compared',
        ),
      )
      continue
    }
    if (
      pair.actual?.rules.some(rule => !isUnderstood(rule)) === true &&
      pair.expected !== undefined &&
      actual.losses.length > 0
    ) {
      differences.push(
        incomparable(
          'incomplete',
          actual,
          place,
          'this form of text hides parts of the rules: compare with the output of iptables-save',
        ),
      )
      continue
    }
    const steps = alignItems(pair.expected?.rules ?? [], pair.actual?.rules ?? [], ruleKey)
    for (const change of changesOf(steps)) {
      const found =
        compared !== undefined && differences.length < MAX_TRIED
          ? compared.changes([expected], [withChange(expected, actual, pair, change)])
          : undefined
      const kind = isForeign(pair, change) ? 'foreign' : change.kind
      differences.push({
        family: expected.family,
        place,
        expected: change.expected,
        actual: change.actual,
        ...(found === undefined
          ? {kind, consequences: [NOT_TRIED], changes: [], effective: true}
          : effectOf(kind, found)),
      })
    }
  }
  return differences
}

/** What decides when a packet enters a chain, and what happens at its end. */
function entryOf(chain: Chain | undefined): string {
  const {hook, kind, priority, policy = 'accept'} = chain ?? {}
  return [hook, kind, priority, policy].join(' ')
}

/** True when both have the same rules in chains entered at the same points: no packet can tell them apart. Chains without rules count where packets enter them. */
function isSame(expected: Ruleset, actual: Ruleset): boolean {
  return pairs(expected, actual).every(pair => {
    const [wanted, found] = [pair.expected, pair.actual]
    if (wanted?.complete === false || found?.complete === false) return false
    if (keysOf(wanted?.rules ?? []) !== keysOf(found?.rules ?? [])) return false
    return wanted !== undefined && found !== undefined
      ? entryOf(wanted) === entryOf(found)
      : (wanted ?? found)?.policy !== 'drop'
  })
}

function doesNothing({tables}: Ruleset): boolean {
  return tables.every(({chains}) =>
    chains.every(each => each.complete && each.rules.length === 0 && each.policy !== 'drop'),
  )
}

function emptyLike(expected: Ruleset): Ruleset {
  return {...expected, tables: [], form: 'save', losses: []}
}

/**
 * Compares the rules a pod should have with those it has, chain by chain, in order, after normalising spelling; each difference is tried
 * alone on all packets at once, so its consequence is exactly what changes for traffic, and a difference without one provably changes nothing.
 */
export function driftOf(
  expected: readonly Ruleset[],
  actual: readonly Ruleset[],
  machine: NetworkNamespace,
  bound?: number,
): readonly RuleDifference[] {
  const policies = policyEffects(actual, machine, bound).map(
    ({family, place, compared}): RuleDifference => ({
      family,
      place,
      expected: [],
      actual: [],
      ...effectOf('policy', compared),
      changes: [],
    }),
  )
  const all = [...compare(expected, actual, machine, bound), ...policies]
  if (!isAmbientRuleset(expected)) return all
  return all.map(each => ({...each, consequences: each.consequences.map(inAmbientWords)}))
}

/**
 * Whether the differences change anything when all are there: differences that only matter alone do not matter, and those that matter only
 * together are reported as one.
 */
function together(
  differences: readonly RuleDifference[],
  expected: Ruleset,
  actual: readonly Ruleset[],
  compared: Comparison,
): readonly RuleDifference[] {
  const comparable = differences.every(({kind}) => kind !== 'incomplete') && actual.every(set => !hidesInterfaces(set))
  if (!comparable) return differences
  const found = compared.changes([expected], actual)
  const {changes, gaveUp} = found
  if (changes.length === 0 && gaveUp === undefined)
    return differences.map(each => ({...each, consequences: [], changes: [], effective: false}))
  const blocked = actual.some(({tables}) => tables.some(({chains}) => chains.some(({policy}) => policy === 'drop')))
  if (differences.some(({effective, gaveUp: open}) => effective || open !== undefined)) return differences
  if (blocked && gaveUp === undefined) return differences
  const whole: RuleDifference = {
    family: expected.family,
    place: differences.length === 0 ? "tables other than Istio's" : 'all chains together',
    expected: [],
    actual: [],
    ...effectOf(differences.length === 0 ? 'foreign' : 'changed', found),
  }
  return [...differences, whole]
}

/** How many differences there are, without asking what they mean for traffic. */
export function countDifferences(expected: readonly Ruleset[], actual: readonly Ruleset[]): number {
  return compare(expected, actual, undefined).length
}

function compare(
  expected: readonly Ruleset[],
  actual: readonly Ruleset[],
  machine: NetworkNamespace | undefined,
  bound?: number,
): readonly RuleDifference[] {
  return expected.flatMap(wanted => {
    const same = actual.filter(
      set => set.family === wanted.family && (set.backend === 'native') === (wanted.backend === 'native'),
    )
    const main = same.find(hasIstioRules) ?? same[0] ?? emptyLike(wanted)
    const residue = actual
      .filter(set => set !== main && set.family === wanted.family && hasIstioRules(set))
      .map(set =>
        incomparable(
          'residue',
          set,
          set.tables.map(table => canonicalTable(table.name)).join(', '),
          `Istio's rules are also in the ${set.backend} rule store; both take effect`,
        ),
      )
    if (hidesInterfaces(main))
      return [
        incomparable(
          'incomplete',
          main,
          'all chains',
          'interfaces are not shown without -v: list with iptables -nvL or, better, iptables-save',
        ),
        ...residue,
      ]
    const partial = main.form === 'list' || main.form === 'list-rules'
    const comparable = partial
      ? {...wanted, tables: wanted.tables.filter(table => main.tables.some(each => each.name === table.name))}
      : wanted
    const beside = actual.filter(set => set !== main && (set.family === wanted.family || set.backend === 'native'))
    if (machine === undefined) return [...compareRuleset(comparable, main, undefined), ...residue]
    if (isSame(comparable, main) && beside.every(doesNothing)) return residue
    const compared = comparison([comparable, main, ...beside], machine, wanted.family, bound)
    const alone = compareRuleset(comparable, main, compared)
    return [...together(alone, comparable, [main, ...beside], compared), ...residue]
  })
}
