import type {Action, MatchCondition} from '../../model/kernel/ruleset.js'
import type {RuleMeaning} from './iptables-rule.js'
import {type Cursor, inBraces, rest} from './nft-cursor.js'
import {nftConditions} from './nft-terms.js'

/** A map of verdicts in a rule: for each of its elements what it asks and what it does; the words alone where they are not understood. */
export type VerdictMap =
  | {
      readonly elements: readonly {
        readonly conditions: readonly MatchCondition[]
        readonly actions: readonly Action[]
      }[]
    }
  | {readonly unread: string}

function verdictOf(text: string): readonly Action[] | undefined {
  const [word = '', chain = '', ...more] = text.split(' ')
  if (more.length > 0) return undefined
  if ((word === 'jump' || word === 'goto') && chain !== '') return [{kind: word, chain}]
  if (chain !== '') return undefined
  if (word === 'continue') return []
  return word === 'accept' || word === 'drop' || word === 'return' || word === 'queue' ? [{kind: word}] : undefined
}

function elementOf(text: string, key: string) {
  const [left = '', right = '', ...more] = text.split(' : ')
  const [value = '', second] = left.trim().split(/\s+/)
  const actions = verdictOf(right.trim())
  if (actions === undefined || more.length > 0 || second === '.') return undefined
  if (value === '*') return {conditions: [], actions}
  const conditions = nftConditions({key, negated: false, values: [value]})
  return conditions === undefined ? undefined : {conditions, actions}
}

/** What a verdict's chain may change: a packet that returns from it could meet another element. */
const CHANGES = /^(?:meta|ct) mark$/

/** Reads the map behind `KEY vmap` (nft(8), VERDICT MAP STATEMENT); the rule's words begin at `start`. */
export function readVerdictMap(cursor: Cursor, key: string, start: number): VerdictMap {
  const parts = inBraces(cursor)
    .join(' ')
    .split(/,(?:\s|$)/)
    .filter(part => part.trim() !== '')
  const elements = parts.map(part => elementOf(part, key))
  if (elements.length > 0 && elements.every(each => each !== undefined) && !CHANGES.test(key))
    // What no other element takes comes last.
    return {
      elements: elements.toSorted((a, b) => Number(a.conditions.length === 0) - Number(b.conditions.length === 0)),
    }
  return {unread: rest(cursor, start)}
}

/** The rule as one for each element of its map of verdicts; as it is without a map. */
export function byVerdict(rule: RuleMeaning, map: VerdictMap | undefined): readonly RuleMeaning[] {
  if (map === undefined) return [rule]
  if ('unread' in map) {
    const {unread} = map
    return [
      {
        ...rule,
        conditions: [...rule.conditions, {field: 'dynamic', negated: false, values: [unread]}],
        actions: [...rule.actions, {kind: 'opaque', text: unread}],
      },
    ]
  }
  return map.elements.map(({conditions, actions}) => ({
    ...rule,
    conditions: [...rule.conditions, ...conditions],
    actions: [...rule.actions, ...actions],
  }))
}
