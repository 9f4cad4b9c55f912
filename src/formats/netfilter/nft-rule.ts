import {definedFields} from '../../model/collections/defined-fields.js'
import {own} from '../../model/collections/own.js'
import type {Action, Counters, MatchCondition} from '../../model/kernel/ruleset.js'
import type {RuleMeaning} from './iptables-rule.js'
import type {NamedSets} from './named-sets.js'
import {type MarkExpression, nftConditions, nftMarkSet, withoutRepeats} from './nft-terms.js'
import {markPair} from './values.js'

const COMPARISON = new Set(['==', '!=', '<', '>', '<=', '>='])
const META_ALONE = new Set(['iifname', 'oifname', 'iif', 'oif', 'skuid', 'skgid', 'mark'])
const HEADERS = new Set(['ip', 'ip6', 'tcp', 'udp', 'udplite', 'sctp', 'dccp', 'th', 'icmp', 'icmpv6', 'meta', 'ct'])

interface Draft {
  readonly conditions: MatchCondition[]
  readonly actions: Action[]
  counters: Counters | undefined
  comment: string | undefined
}

/** A place in the words of a rule. */
interface Cursor {
  readonly words: readonly string[]
  readonly sets: NamedSets
  at: number
}

function peek(cursor: Cursor, ahead = 0): string {
  return cursor.words[cursor.at + ahead] ?? ''
}

function next(cursor: Cursor): string {
  return cursor.words[cursor.at++] ?? ''
}

function accept(cursor: Cursor, word: string): boolean {
  if (peek(cursor) !== word) return false
  cursor.at++
  return true
}

function since(cursor: Cursor, start: number): string {
  return cursor.words.slice(start, cursor.at).join(' ')
}

/** The right side of a comparison: one word, a range, a comma list, or a set in braces or by name; undefined for a named set whose elements are not in the text. */
function readValues(cursor: Cursor): readonly string[] | undefined {
  if (!accept(cursor, '{')) {
    const word = next(cursor)
    return word.startsWith('@') ? cursor.sets.get(word.slice(1)) : word.split(',').filter(part => part !== '')
  }
  const values: string[] = []
  while (cursor.at < cursor.words.length && !accept(cursor, '}')) {
    const word = next(cursor).replace(/,$/, '')
    if (word !== '') values.push(word)
  }
  return values
}

function readKey(cursor: Cursor): string | undefined {
  const word = peek(cursor)
  if (META_ALONE.has(word)) return `meta ${next(cursor)}`
  if (word === 'fib') {
    next(cursor)
    const what = next(cursor)
    return `fib ${what} ${next(cursor)}`
  }
  return HEADERS.has(word) ? `${next(cursor)} ${next(cursor)}` : undefined
}

function readMask(cursor: Cursor): string | undefined {
  return accept(cursor, '&') || accept(cursor, 'and') ? next(cursor) : undefined
}

/** `ct mark & 0xfffff111 | 0x111`, `mark and 0xff xor 0x1`, `0x539`: how the new mark comes from the old. */
function readMarkExpression(cursor: Cursor): MarkExpression | undefined {
  const parenthesised = (word: string) => word.replace(/[()]/g, '')
  const first = parenthesised(next(cursor))
  let from: MarkExpression['from']
  let xor = 0
  if (first === 'mark') from = 'mark'
  else if (first === 'meta' || first === 'ct') {
    from = first === 'meta' ? 'mark' : 'connmark'
    if (parenthesised(next(cursor)) !== 'mark') return undefined
  } else {
    const value = markPair(first)
    if (value === undefined) return undefined
    xor = value.value
  }
  let keep = 0xffff_ffff
  let or = 0
  while (/^(&|\||\^|and|or|xor)$/.test(peek(cursor))) {
    const operator = next(cursor)
    const value = markPair(parenthesised(next(cursor)))?.value
    if (value === undefined) return undefined
    if (operator === '&' || operator === 'and') keep &= value
    else if (operator === '|' || operator === 'or') or |= value
    else xor ^= value
  }
  return {from, keep, or, xor}
}

/** `meta mark set ...`, `ct mark set ...`, `ct zone set N`. */
function readSet(cursor: Cursor, key: string): Action | undefined {
  if (key === 'meta nftrace') return {kind: 'log', text: `nftrace ${next(cursor)}`}
  if (key === 'ct zone') {
    const zone = next(cursor)
    return /^\d+$/.test(zone) ? {kind: 'ct-zone', zone} : undefined
  }
  if (key !== 'meta mark' && key !== 'ct mark') return undefined
  const expression = readMarkExpression(cursor)
  return expression === undefined ? undefined : nftMarkSet(key === 'meta mark' ? 'mark' : 'connmark', expression)
}

function readMatch(cursor: Cursor, draft: Draft): boolean {
  const start = cursor.at
  const key = readKey(cursor)
  if (key === undefined) return false
  if (accept(cursor, 'set')) {
    const action = readSet(cursor, key)
    draft.actions.push(action ?? {kind: 'opaque', text: rest(cursor, start)})
    return true
  }
  const mask = readMask(cursor)
  const operator = COMPARISON.has(peek(cursor)) ? next(cursor) : '=='
  const values = readValues(cursor)
  const simple = operator === '==' || operator === '!='
  const negated = operator === '!='
  const found = values === undefined || !simple ? undefined : nftConditions({key, negated, values, mask})
  const field = values === undefined ? 'dynamic' : 'opaque'
  draft.conditions.push(...(found ?? [{field, negated: false, values: [since(cursor, start)]} as const]))
  return true
}

/** Everything to the end of the rule, for statements that are not understood. */
function rest(cursor: Cursor, start: number): string {
  cursor.at = cursor.words.length
  return since(cursor, start)
}

const FIXED: Readonly<Record<string, Action>> = {
  accept: {kind: 'accept'},
  drop: {kind: 'drop'},
  return: {kind: 'return'},
  notrack: {kind: 'notrack'},
}

/** `redirect to :15001`, `dnat ip to 10.0.0.1:80`, `tproxy ip to :15006`: the destination words behind `to`. */
function readDestination(cursor: Cursor): string | undefined {
  if (peek(cursor) === 'ip' || peek(cursor) === 'ip6') next(cursor)
  if (!accept(cursor, 'to')) return undefined
  return next(cursor)
}

function takeFlags(cursor: Cursor): void {
  while (/^(random|fully-random|persistent),?$/.test(peek(cursor))) next(cursor)
}

function readVerdict(cursor: Cursor): Action | undefined {
  const word = peek(cursor)
  if (Object.hasOwn(FIXED, word)) {
    next(cursor)
    return own(FIXED, word)
  }
  const start = cursor.at
  switch (word) {
    case 'jump':
    case 'goto':
      next(cursor)
      return {kind: word, chain: next(cursor)}
    case 'queue':
      rest(cursor, start)
      return {kind: 'queue'}
    case 'log':
      return {kind: 'log', text: rest(cursor, start)}
    case 'reject': {
      const text = rest(cursor, start).slice('reject'.length).trim()
      return {
        kind: 'reject',
        ...definedFields({
          reply: text === '' ? undefined : text.includes('tcp reset') ? 'tcp-reset' : text.replace(/^with /, ''),
        }),
      }
    }
    case 'redirect':
    case 'masquerade': {
      next(cursor)
      const to = readDestination(cursor)
      takeFlags(cursor)
      return to === undefined ? {kind: word} : {kind: word, ports: to.replace(/^:/, '')}
    }
    case 'dnat':
    case 'snat': {
      next(cursor)
      const to = readDestination(cursor)
      takeFlags(cursor)
      return to === undefined ? {kind: 'opaque', text: rest(cursor, start)} : {kind: word, to}
    }
    case 'tproxy': {
      next(cursor)
      const found = /^(.*?):(\d+)$/.exec(readDestination(cursor) ?? '')
      const address = (found?.[1] ?? '').replace(/[[\]]/g, '')
      if (found === null) return {kind: 'opaque', text: rest(cursor, start)}
      return {kind: 'tproxy', port: found[2] ?? '', ...definedFields({address: address === '' ? undefined : address})}
    }
    default:
      return undefined
  }
}

function readCounter(cursor: Cursor, draft: Draft): void {
  next(cursor)
  if (peek(cursor) !== 'packets' || peek(cursor, 2) !== 'bytes') return
  draft.counters = {packets: Number(peek(cursor, 1)), bytes: Number(peek(cursor, 3))}
  cursor.at += 4
}

/** `xt match "owner"` and `xt target "CT"`: iptables extensions nft cannot print; their arguments are not in the text. */
function readXt(cursor: Cursor, draft: Draft): void {
  const start = cursor.at
  next(cursor)
  const target = next(cursor) === 'target'
  next(cursor)
  const text = since(cursor, start)
  if (target) draft.actions.push({kind: 'opaque', text})
  else draft.conditions.push({field: 'opaque', negated: false, values: [text]})
}

function readWord(cursor: Cursor, draft: Draft): void {
  const word = peek(cursor)
  if (word === 'counter') readCounter(cursor, draft)
  else if (word === 'comment') {
    next(cursor)
    draft.comment = next(cursor)
  } else if (word === 'xt') readXt(cursor, draft)
  else if (word === 'limit' || word === 'quota' || word === 'numgen') {
    const start = cursor.at
    while (
      cursor.at < cursor.words.length &&
      !/^(counter|accept|drop|return|jump|goto|reject|log|redirect)$/.test(peek(cursor))
    )
      next(cursor)
    draft.conditions.push({field: 'dynamic', negated: false, values: [since(cursor, start)]})
  } else {
    const verdict = readVerdict(cursor)
    if (verdict !== undefined) draft.actions.push(verdict)
    else if (!readMatch(cursor, draft)) draft.conditions.push({field: 'opaque', negated: false, values: [next(cursor)]})
  }
}

function finish(draft: Draft): RuleMeaning {
  const {actions, counters, comment} = draft
  const conditions = withoutRepeats(draft.conditions)
  return {
    conditions,
    actions,
    counters,
    comment,
  }
}

/**
 * Reads the words of one nft rule (nft(8), STATEMENTS) of a table with those named sets; what is not understood is kept in opaque conditions
 * and actions. Never fails.
 */
export function readNftRule(words: readonly string[], sets: NamedSets = new Map()): RuleMeaning {
  const cursor: Cursor = {words, sets, at: 0}
  const draft: Draft = {conditions: [], actions: [], counters: undefined, comment: undefined}
  while (cursor.at < words.length) readWord(cursor, draft)
  return finish(draft)
}
