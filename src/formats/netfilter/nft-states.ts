import type {MatchCondition} from '../../model/kernel/ruleset.js'
import {accept, type Cursor, next, peek} from './nft-cursor.js'
import {nftConditions} from './nft-terms.js'

/** States joined by commas, `|` or spaces, in parentheses or braces or not. */
function takeStates(cursor: Cursor): readonly string[] {
  const words = [next(cursor)]
  const opened = /^[({]/.test(words[0] ?? '')
  const closed = () => /[)}]$/.test(words.at(-1) ?? '')
  while (cursor.at < cursor.words.length && (opened ? !closed() : peek(cursor) === '|' || words.at(-1) === '|'))
    words.push(next(cursor))
  return words.flatMap(word => word.split(/[|,(){}]/)).filter(word => word !== '')
}

type Key = 'ct state' | 'ct status'

function states(key: Key, values: readonly string[], negated: boolean): readonly MatchCondition[] | undefined {
  return values.length === 0 ? undefined : nftConditions({key, negated, values})
}

/** A packet has one state, so a masked comparison with one state asks for that state alone; of a status it may have several bits. */
function masked(
  key: Key,
  value: readonly string[],
  mask: readonly string[],
  negated: boolean,
): readonly MatchCondition[] | undefined {
  const [only, ...more] = value
  const exact = key === 'ct state' && only !== undefined && more.length === 0 && mask.includes(only)
  return exact ? states(key, [only], negated) : undefined
}

/**
 * The conditions of what follows `ct state` or `ct status`: `new`, `established,related`, `{ established, related }`, `!= new`, and the masked forms
 * `established / established,related`, `& (established | related) == established` and `& (...) != 0` (nft(8), CONNTRACK EXPRESSIONS). Undefined for a comparison that no condition stands for.
 */
export function readStates(cursor: Cursor, key: Key): readonly MatchCondition[] | undefined {
  if (accept(cursor, '&') || accept(cursor, 'and')) {
    const mask = takeStates(cursor)
    const negated = accept(cursor, '!=')
    if (!negated && !accept(cursor, '==')) return undefined
    if (accept(cursor, '0') || accept(cursor, '0x0')) return states(key, mask, !negated)
    return masked(key, takeStates(cursor), mask, negated)
  }
  const negated = accept(cursor, '!=')
  if (!negated) accept(cursor, '==')
  const value = takeStates(cursor)
  return accept(cursor, '/') ? masked(key, value, takeStates(cursor), negated) : states(key, value, negated)
}
