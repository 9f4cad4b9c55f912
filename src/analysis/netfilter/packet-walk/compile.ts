import {once} from '../../../model/collections/once.js'
import {
  type Action,
  type Backend,
  type Chain,
  type Hook,
  hidesInterfaces,
  type IpFamily,
  type NetfilterTable,
  type Rule,
  type Ruleset,
} from '../../../model/kernel/ruleset.js'
import {type ChainIndex, indexChain} from './chain-index.js'
import {compileCondition, type Test} from './compile-condition.js'

/** A rule ready to be tried; its tests are made when the first packet meets it, which most rules of a long list never do. */
export interface CompiledRule {
  readonly rule: Rule
  readonly tests: () => readonly Test[]
  readonly actions: readonly Action[]
  /** Why the rule may match less than its tests say: a part of it that this form of text does not show. */
  readonly hidden?: string
}

/** A chain ready to be walked, with the chains of its table for jumps. */
export interface CompiledChain {
  readonly at: string
  readonly backend: Backend
  readonly chain: Chain
  readonly rules: readonly CompiledRule[]
  /** Made when the first packet walks the chain. */
  readonly index: () => ChainIndex | undefined
  readonly table: ReadonlyMap<string, CompiledChain>
}

/** Every base chain of every back end and family, in the order the kernel calls them. */
export interface CompiledRules {
  readonly bases: readonly {
    readonly hook: Hook
    readonly family: IpFamily
    readonly priority: number
    readonly base: CompiledChain
  }[]
  /** Why these rules decide about no packet at all. */
  readonly undecided?: string
}

const HIDDEN = {hidden: 'interfaces are not shown without -v'} as const

function onceMeeting(rule: Rule): () => readonly Test[] {
  let made: readonly Test[] | undefined
  return () => {
    made ??= rule.conditions.map(compileCondition)
    return made
  }
}

function compileTable(table: NetfilterTable, set: Ruleset): ReadonlyMap<string, CompiledChain> {
  const {backend} = set
  const hidden = hidesInterfaces(set) ? HIDDEN : {}
  const chains = new Map<string, CompiledChain>()
  for (const chain of table.chains) {
    const rules = chain.rules.map(rule => ({
      rule,
      actions: rule.actions,
      tests: onceMeeting(rule),
      ...hidden,
    }))
    chains.set(chain.name, {
      at: `${table.family}/${table.name}/${chain.name}`,
      backend,
      chain,
      rules,
      index: once(() => indexChain(chain.rules)),
      table: chains,
    })
  }
  return chains
}

/** Prepares rulesets for walking; priorities as in the kernel, the order given decides between equal ones (the older registration runs first). */
export function compileRules(rulesets: readonly Ruleset[]): CompiledRules {
  const bases: CompiledRules['bases'][number][] = []
  for (const ruleset of rulesets) {
    for (const table of ruleset.tables) {
      for (const base of compileTable(table, ruleset).values()) {
        const {hook, priority = 0} = base.chain
        if (hook === undefined) continue
        const families: readonly IpFamily[] = table.family === 'inet' ? ['ip', 'ip6'] : [table.family]
        for (const family of families) bases.push({hook, family, priority, base})
      }
    }
  }
  const undecided = rulesets.map(set => set.undecided).find(why => why !== undefined)
  return {bases: bases.sort((a, b) => a.priority - b.priority), undecided}
}

/** The base chains a packet meets at a hook. */
export function basesAt(rules: CompiledRules, hook: Hook, family: IpFamily): readonly CompiledChain[] {
  return rules.bases.filter(each => each.hook === hook && each.family === family).map(each => each.base)
}
