import type {Chain, MatchCondition, Rule, Ruleset} from '../../src/model/kernel/ruleset.js'
import type {Random} from './seeded.js'

/** What was done to a ruleset, and the ruleset it became. */
export interface Mutation {
  readonly what: string
  readonly ruleset: Ruleset
}

function pick<T>(random: Random, list: readonly T[]): T | undefined {
  return list[random(list.length)]
}

const NARROWER: readonly MatchCondition[] = [
  {field: 'destination-port', negated: false, values: ['8000:9000']},
  {field: 'destination-port', negated: true, values: ['443']},
  {field: 'destination', negated: false, values: ['10.96.0.0/12']},
  {field: 'source', negated: false, values: ['10.0.0.0/8']},
  {field: 'uid', negated: false, values: ['1000:2000']},
  {field: 'protocol', negated: false, values: ['tcp']},
  {field: 'ct-state', negated: false, values: ['NEW']},
  {field: 'in-interface', negated: true, values: ['lo']},
]

function added(random: Random): Rule {
  const conditions = [pick(random, NARROWER), pick(random, NARROWER)].filter(each => each !== undefined)
  const fields = new Map(conditions.map(each => [each.field, each]))
  const kind = pick(random, ['return', 'accept', 'drop'] as const) ?? 'return'
  return {position: 0, conditions: [...fields.values()], actions: [{kind}], text: `added ${kind}`, line: 100_000}
}

function changedRules(random: Random, rules: readonly Rule[]): {what: string; rules: readonly Rule[]} {
  const at = random(rules.length)
  const rule = rules[at]
  const before = rules.slice(0, at)
  const after = rules.slice(at + 1)
  const kind = random(6)
  if (rule === undefined || kind === 0) return {what: 'added', rules: [...before, added(random), ...rules.slice(at)]}
  if (kind === 1) return {what: `removed ${rule.text}`, rules: [...before, ...after]}
  if (kind === 2) return {what: `moved ${rule.text} to the front`, rules: [rule, ...before, ...after]}
  if (kind === 3) return {what: `moved ${rule.text} to the end`, rules: [...before, ...after, rule]}
  if (kind === 4) {
    const narrower = pick(random, NARROWER)
    const conditions = narrower === undefined ? rule.conditions : [...rule.conditions, narrower]
    return {
      what: `narrowed ${rule.text}`,
      rules: [...before, {...rule, conditions, text: `${rule.text} narrowed`}, ...after],
    }
  }
  const dropped = random(Math.max(1, rule.conditions.length))
  const conditions = rule.conditions.filter((_, index) => index !== dropped)
  return {
    what: `widened ${rule.text}`,
    rules: [...before, {...rule, conditions, text: `${rule.text} widened`}, ...after],
  }
}

/** Changes one rule of one chain: added, removed, moved, narrowed or widened. */
export function mutated(random: Random, ruleset: Ruleset): Mutation {
  const places = ruleset.tables.flatMap((table, t) =>
    table.chains.flatMap((chain, c) => (chain.rules.length > 0 ? [{t, c, chain}] : [])),
  )
  const place = pick(random, places)
  if (place === undefined) return {what: 'nothing', ruleset}
  const {what, rules} = changedRules(random, place.chain.rules)
  const numbered = rules.map((rule, index) => ({...rule, position: index + 1}))
  const chain: Chain = {...place.chain, rules: numbered}
  const tables = ruleset.tables.map((table, t) =>
    t === place.t ? {...table, chains: table.chains.map((each, c) => (c === place.c ? chain : each))} : table,
  )
  return {what: `${place.chain.name}: ${what}`, ruleset: {...ruleset, tables}}
}
