import {definedFields} from '../../model/collections/defined-fields.js'
import {own} from '../../model/collections/own.js'
import type {Action, Counters, MatchCondition} from '../../model/kernel/ruleset.js'
import type {RuleMeaning} from './iptables-rule.js'
import type {NamedSets} from './named-sets.js'
import {accept, type Cursor, inBraces, next, peek, rest, since} from './nft-cursor.js'
import {readFlags} from './nft-flags.js'
import {type MapKey, moreKeys, readDrawn, readKey} from './nft-key.js'
import {type Branch, combined, readBranches, readNatMap, verdictActions} from './nft-map.js'
import {readStates} from './nft-states.js'
import {type MarkExpression, nftComparison, nftMarkSet, withoutRepeats} from './nft-terms.js'
import {markPair} from './values.js'

const COMPARISON = new Set(['==', '!=', '<', '>', '<=', '>='])
/** Statements, which end an expression that is not understood. */
const STATEMENT =
  /^(?:counter|accept|drop|return|jump|goto|continue|reject|log|redirect|masquerade|dnat|snat|tproxy|queue|notrack|comment|limit|quota)$/

interface Draft {
  readonly conditions: MatchCondition[]
  readonly actions: Action[]
  counters: Counters | undefined
  comment: string | undefined
  /** For each map and set of tuples, what its elements ask and do. */
  readonly branches: (readonly Branch[])[]
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

/** What may be set without a change of the way a packet goes. */
const LEAVES_PATH =
  /^(?:meta (?:nftrace|priority|secmark|pkttype)|ct (?:helper|timeout|event|label|secmark)|ip6? dscp|tcp option maxseg size)$/

/** `meta mark set ...`, `ct mark set ...`, `ct zone set N`. */
function readSet(cursor: Cursor, key: string): Action | undefined {
  if (LEAVES_PATH.test(key))
    return {kind: 'log', text: `${key} set ${accept(cursor, 'rt') ? `rt ${next(cursor)}` : next(cursor)}`}
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
  if (peek(cursor) === '.' || peek(cursor) === 'vmap') {
    readLookup(cursor, draft, {keys: [key, ...moreKeys(cursor)]}, start)
    return true
  }
  if (key === 'ct state' || key === 'ct status') {
    draft.conditions.push(...(readStates(cursor, key) ?? [undecided(cursor, start)]))
    return true
  }
  if (key === 'tcp flags') {
    draft.conditions.push(...(readFlags(cursor) ?? [opaque(cursor, start)]))
    return true
  }
  const mask = readMask(cursor)
  const operator = COMPARISON.has(peek(cursor)) ? next(cursor) : '=='
  const named = peek(cursor).startsWith('@')
  const values = readValues(cursor)
  const found = values === undefined ? undefined : nftComparison({key, operator, values, mask})
  const field = named ? 'dynamic' : 'opaque'
  draft.conditions.push(...(found ?? [{field, negated: false, values: [since(cursor, start)]} as const]))
  return true
}

/** Reads what is looked up by that key: a map of verdicts, or a set of tuples; what is not understood decides nothing. */
function readLookup(cursor: Cursor, draft: Draft, key: MapKey, start: number): void {
  const vmap = accept(cursor, 'vmap')
  accept(cursor, '==')
  const undecided = peek(cursor) === '!=' || (!vmap && key.drawn !== undefined)
  const found = undecided ? undefined : readBranches(cursor, key, vmap ? verdictActions : () => [])
  if (found !== undefined) draft.branches.push(found)
  else if (vmap) {
    const text = rest(cursor, start)
    draft.conditions.push({field: 'dynamic', negated: false, values: [text]})
    draft.actions.push({kind: 'opaque', text})
  } else takeUndecided(cursor, draft, start)
}

/** A comparison that is understood, but that no field of the model has. */
function undecided(cursor: Cursor, start: number): MatchCondition {
  return {field: 'dynamic', negated: false, values: [since(cursor, start)]}
}

function opaque(cursor: Cursor, start: number): MatchCondition {
  return {field: 'opaque', negated: false, values: [since(cursor, start)]}
}

/** An expression that the text does not decide, up to the next statement; with a map of verdicts it decides what happens too. */
function takeUndecided(cursor: Cursor, draft: Draft, start: number): void {
  while (cursor.at < cursor.words.length && !STATEMENT.test(peek(cursor))) {
    if (peek(cursor) === '{') inBraces(cursor)
    else if (accept(cursor, 'vmap')) {
      rest(cursor, start)
      draft.actions.push({kind: 'opaque', text: since(cursor, start)})
    } else next(cursor)
  }
  draft.conditions.push({field: 'dynamic', negated: false, values: [since(cursor, start)]})
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
  // A map says where to, by a property of the packet.
  return cursor.words.slice(cursor.at).some(word => word === 'map') ? undefined : next(cursor)
}

function takeFlags(cursor: Cursor): void {
  while (/^(random|fully-random|persistent),?$/.test(peek(cursor))) next(cursor)
}

/** `log prefix "x" level info flags tcp options group 2`: its options, whose values may be words of other statements. */
function takeLogOptions(cursor: Cursor): void {
  while (/^(?:prefix|level|group|snaplen|queue-threshold|flags)$/.test(peek(cursor))) {
    const flags = next(cursor) === 'flags'
    if (flags && /^(?:tcp|ip)$/.test(peek(cursor))) next(cursor)
    next(cursor)
  }
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
      next(cursor)
      takeLogOptions(cursor)
      return {kind: 'log', text: since(cursor, start)}
    case 'reject': {
      while (cursor.at < cursor.words.length && peek(cursor) !== 'comment') next(cursor)
      const text = since(cursor, start).slice('reject'.length).trim()
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
      const mapped = peek(cursor) === 'to' && cursor.words.includes('map')
      const to = readDestination(cursor)
      takeFlags(cursor)
      if (mapped) return {kind: 'opaque', text: rest(cursor, start)}
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
  if (accept(cursor, 'name')) next(cursor)
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
  const start = cursor.at
  if (word === 'counter') readCounter(cursor, draft)
  else if (word === 'comment') {
    next(cursor)
    draft.comment = next(cursor)
  } else if (word === 'xt') readXt(cursor, draft)
  else if (word === 'limit' || word === 'quota') {
    next(cursor)
    takeUndecided(cursor, draft, start)
  } else if (SIDE_EFFECT.test(word)) draft.actions.push({kind: 'log', text: takeSideEffect(cursor)})
  else if (word === 'continue') next(cursor)
  else {
    const drawn = readDrawn(cursor)
    const mapped = word === 'dnat' || word === 'snat' || word === 'redirect' ? readNatMap(cursor, word) : undefined
    if (drawn !== undefined) {
      readLookup(cursor, draft, drawn, start)
      return
    }
    if (mapped !== undefined) {
      draft.branches.push(mapped)
      takeFlags(cursor)
      return
    }
    const verdict = readVerdict(cursor)
    if (verdict !== undefined) draft.actions.push(verdict)
    else if (!readMatch(cursor, draft)) takeUnknown(cursor, draft)
  }
}

/** Statements that note something down, or copy the packet: `update @s { ip saddr }`, `set add ip saddr @s`, `flow add @ft`, `dup to 10.0.0.1`. */
const SIDE_EFFECT = /^(?:add|update|delete|set|flow|dup)$/

function takeSideEffect(cursor: Cursor): string {
  const start = cursor.at
  if (next(cursor) === 'dup') {
    next(cursor)
    next(cursor)
    if (accept(cursor, 'device')) next(cursor)
  } else {
    while (cursor.at < cursor.words.length && !next(cursor).startsWith('@'));
    inBraces(cursor)
  }
  return since(cursor, start)
}

function takeUnknown(cursor: Cursor, draft: Draft): void {
  const start = cursor.at
  const statement = /^(?:fwd|synproxy)$/.test(next(cursor))
  if (statement) draft.actions.push({kind: 'opaque', text: rest(cursor, start)})
  else takeUndecided(cursor, draft, start)
}

/**
 * Reads the words of one nft rule (nft(8), STATEMENTS) of a table with those named sets; what is not understood is kept in opaque conditions
 * and actions. A map of verdicts makes several rules, one for each of its elements. Never fails.
 */
export function readNftRules(words: readonly string[], sets: NamedSets = new Map()): readonly RuleMeaning[] {
  const cursor: Cursor = {words, sets, at: 0}
  const draft: Draft = {conditions: [], actions: [], counters: undefined, comment: undefined, branches: []}
  while (cursor.at < words.length) readWord(cursor, draft)
  const {counters, comment} = draft
  return combined(draft, draft.branches).map((each, index) => ({
    conditions: withoutRepeats(each.conditions),
    actions: each.actions,
    counters,
    comment,
    ...definedFields({branch: index > 0 ? true : undefined}),
  }))
}
