import {type Chain, everyRule, type Rule, type Ruleset} from '../../model/kernel/ruleset.js'
import {ruleWords} from './rule-words/words.js'

/** A rule whose counters moved between two reads: how many packets and bytes more, and in all. */
export interface MovedRule {
  readonly at: string
  readonly rule: number
  readonly packets: number
  readonly bytes: number
  readonly total: number
  readonly words: string
  readonly text: string
}

interface Counted {
  readonly at: string
  readonly table: string
  readonly chain: Chain
  readonly rule: Rule
}

/** The rules by place and text, so that one that was replaced is not compared with its successor. */
export function rulesByPlace(rulesets: readonly Ruleset[]): ReadonlyMap<string, Counted> {
  return new Map(
    everyRule(rulesets).map(({ruleset, table, chain, rule}) => {
      const at = `${table.family}/${table.name}/${chain.name}`
      const text = rule.text.replace(/(?<!\s)\s*counter packets \d+ bytes \d+/, '')
      return [`${ruleset.backend} ${at} ${rule.position} ${text}`, {at, table: table.name, chain, rule}]
    }),
  )
}

/** The rules whose counters are higher in the second read, in the order of the tables. */
export function movedRules(before: readonly Ruleset[], after: readonly Ruleset[]): readonly MovedRule[] {
  const first = rulesByPlace(before)
  return [...rulesByPlace(after)].flatMap(([key, {at, table, chain, rule}]) => {
    const old = first.get(key)?.rule.counters
    const {counters} = rule
    if (old === undefined || counters === undefined || counters.packets <= old.packets) return []
    const words = ruleWords(table, chain, rule)
    return [
      {
        at,
        rule: rule.position,
        packets: counters.packets - old.packets,
        bytes: counters.bytes - old.bytes,
        total: counters.packets,
        words: words.purpose?.sentence ?? words.reading,
        text: rule.text.replace(/^-A \S+ /, ''),
      },
    ]
  })
}
