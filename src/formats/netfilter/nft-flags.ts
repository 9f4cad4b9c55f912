import type {MatchCondition} from '../../model/kernel/ruleset.js'
import {accept, type Cursor, inBraces, next, peek} from './nft-cursor.js'
import {nftConditions} from './nft-terms.js'

const FLAGS: ReadonlySet<string> = new Set(['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ecn', 'cwr'])
const ALL = 'FIN,SYN,RST,PSH,ACK,URG,ECN,CWR'

/** Flags joined by `|` or commas, in parentheses or not, as `FIN,SYN`; undefined for other words. */
function flagList(words: readonly string[]): string | undefined {
  const names = words.flatMap(word => word.split(/[|,()]/)).filter(name => name !== '')
  return names.length > 0 && names.every(name => FLAGS.has(name)) ? names.join(',').toUpperCase() : undefined
}

/** Takes flags joined by `|`: `(fin | syn)`, `fin|syn`, `fin,syn`. */
function takeFlags(cursor: Cursor): string | undefined {
  const words = [next(cursor)]
  while (peek(cursor) === '|' || words.at(-1) === '|') words.push(next(cursor))
  return flagList(words)
}

function conditions(values: readonly (string | undefined)[], negated: boolean): readonly MatchCondition[] | undefined {
  return values.every(value => value !== undefined) ? nftConditions({key: 'tcp flags', negated, values}) : undefined
}

/**
 * The conditions of what follows `tcp flags` in a rule, each value as `MASK SET`: `syn / fin,syn`, `& (fin | syn) == syn`, `== syn` (these alone), `syn`
 * (any of them), `! syn` (none of them), `{ syn, syn | ack }` (nft(8), TCP HEADER EXPRESSION, and its bitmask shorthand). Undefined for others.
 */
export function readFlags(cursor: Cursor): readonly MatchCondition[] | undefined {
  if (accept(cursor, '&') || accept(cursor, 'and')) {
    const mask = takeFlags(cursor)
    const negated = accept(cursor, '!=')
    if (!negated) accept(cursor, '==')
    const set = accept(cursor, '0') || accept(cursor, '0x0') ? 'NONE' : takeFlags(cursor)
    return conditions([mask === undefined || set === undefined ? undefined : `${mask} ${set}`], negated)
  }
  if (peek(cursor) === '{') {
    const each = inBraces(cursor).join(' ').split(',')
    const sets = each.map(words => flagList(words.trim().split(/\s+/)))
    return conditions(
      sets.map(set => (set === undefined ? undefined : `${ALL} ${set}`)),
      false,
    )
  }
  const none = accept(cursor, '!')
  const negated = accept(cursor, '!=')
  const exact = negated || accept(cursor, '==')
  const set = takeFlags(cursor)
  if (set === undefined) return undefined
  if (accept(cursor, '/')) {
    const mask = takeFlags(cursor)
    return conditions([mask === undefined ? undefined : `${mask} ${set}`], negated)
  }
  return exact ? conditions([`${ALL} ${set}`], negated) : conditions([`${set} NONE`], !none)
}
