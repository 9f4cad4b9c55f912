import type {Action, Condition, Counters} from '../../model/ruleset.js'
import type {RuleMeaning} from './iptables-rule.js'
import {type MarkExpression, nftConditions, nftMarkSet, withoutRepeats} from './nft-terms.js'
import {markPair} from './values.js'

const COMPARISON = new Set(['==', '!=', '<', '>', '<=', '>='])
const META_ALONE = new Set(['iifname', 'oifname', 'iif', 'oif', 'skuid', 'skgid', 'mark'])
const HEADERS = new Set(['ip', 'ip6', 'tcp', 'udp', 'udplite', 'sctp', 'dccp', 'th', 'icmp', 'icmpv6', 'meta', 'ct'])

interface Draft {
  readonly conditions: Condition[]
  readonly actions: Action[]
  counters: Counters | undefined
  comment: string | undefined
}

/** A place in the words of a rule. */
class Cursor {
  at = 0
  constructor(readonly words: readonly string[]) {}

  peek(ahead = 0): string {
    return this.words[this.at + ahead] ?? ''
  }

  next(): string {
    return this.words[this.at++] ?? ''
  }

  accept(word: string): boolean {
    if (this.peek() !== word) return false
    this.at++
    return true
  }

  since(start: number): string {
    return this.words.slice(start, this.at).join(' ')
  }
}

/** The right side of a comparison: one word, a range, a comma list, or a set in braces; undefined for a named set. */
function readValues(cursor: Cursor): readonly string[] | undefined {
  if (!cursor.accept('{')) {
    const word = cursor.next()
    return word.startsWith('@') ? undefined : word.split(',').filter(part => part !== '')
  }
  const values: string[] = []
  while (cursor.at < cursor.words.length && !cursor.accept('}')) {
    const word = cursor.next().replace(/,$/, '')
    if (word !== '') values.push(word)
  }
  return values
}

function readKey(cursor: Cursor): string | undefined {
  const word = cursor.peek()
  if (META_ALONE.has(word)) return `meta ${cursor.next()}`
  if (word === 'fib') {
    cursor.next()
    const what = cursor.next()
    return `fib ${what} ${cursor.next()}`
  }
  return HEADERS.has(word) ? `${cursor.next()} ${cursor.next()}` : undefined
}

function readMask(cursor: Cursor): string | undefined {
  return cursor.accept('&') || cursor.accept('and') ? cursor.next() : undefined
}

/** `ct mark & 0xfffff111 | 0x111`, `mark and 0xff xor 0x1`, `0x539`: how the new mark comes from the old. */
function readMarkExpression(cursor: Cursor): MarkExpression | undefined {
  const parenthesised = (word: string) => word.replace(/[()]/g, '')
  const first = parenthesised(cursor.next())
  let from: MarkExpression['from']
  let xor = 0
  if (first === 'mark') from = 'mark'
  else if (first === 'meta' || first === 'ct') {
    from = first === 'meta' ? 'mark' : 'connmark'
    if (parenthesised(cursor.next()) !== 'mark') return undefined
  } else {
    const value = markPair(first)
    if (value === undefined) return undefined
    xor = value.value
  }
  let keep = 0xffff_ffff
  let or = 0
  while (/^(&|\||\^|and|or|xor)$/.test(cursor.peek())) {
    const operator = cursor.next()
    const value = markPair(parenthesised(cursor.next()))?.value
    if (value === undefined) return undefined
    if (operator === '&' || operator === 'and') keep &= value
    else if (operator === '|' || operator === 'or') or |= value
    else xor ^= value
  }
  return {from, keep, or, xor}
}

/** `meta mark set ...`, `ct mark set ...`, `ct zone set N`. */
function readSet(cursor: Cursor, key: string): Action | undefined {
  if (key === 'meta nftrace') return {kind: 'log', text: `nftrace ${cursor.next()}`}
  if (key === 'ct zone') {
    const zone = cursor.next()
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
  if (cursor.accept('set')) {
    const action = readSet(cursor, key)
    draft.actions.push(action ?? {kind: 'opaque', text: rest(cursor, start)})
    return true
  }
  const mask = readMask(cursor)
  const operator = COMPARISON.has(cursor.peek()) ? cursor.next() : '=='
  const values = readValues(cursor)
  const simple = operator === '==' || operator === '!='
  const negated = operator === '!='
  const found =
    values === undefined || !simple
      ? undefined
      : nftConditions({key, negated, values, ...(mask === undefined ? {} : {mask})})
  const field = values === undefined ? 'dynamic' : 'opaque'
  draft.conditions.push(...(found ?? [{field, negated: false, values: [cursor.since(start)]} as const]))
  return true
}

/** Everything to the end of the rule, for statements that are not understood. */
function rest(cursor: Cursor, start: number): string {
  cursor.at = cursor.words.length
  return cursor.since(start)
}

const FIXED: Readonly<Record<string, Action>> = {
  accept: {kind: 'accept'},
  drop: {kind: 'drop'},
  return: {kind: 'return'},
  notrack: {kind: 'notrack'},
}

/** `redirect to :15001`, `dnat ip to 10.0.0.1:80`, `tproxy ip to :15006`: the destination words behind `to`. */
function readDestination(cursor: Cursor): string | undefined {
  if (cursor.peek() === 'ip' || cursor.peek() === 'ip6') cursor.next()
  if (!cursor.accept('to')) return undefined
  return cursor.next()
}

function takeFlags(cursor: Cursor): void {
  while (/^(random|fully-random|persistent),?$/.test(cursor.peek())) cursor.next()
}

function readVerdict(cursor: Cursor): Action | undefined {
  const word = cursor.peek()
  if (Object.hasOwn(FIXED, word)) {
    cursor.next()
    return FIXED[word]
  }
  const start = cursor.at
  switch (word) {
    case 'jump':
    case 'goto':
      cursor.next()
      return {kind: word, chain: cursor.next()}
    case 'queue':
      rest(cursor, start)
      return {kind: 'queue'}
    case 'log':
      return {kind: 'log', text: rest(cursor, start)}
    case 'reject': {
      const text = rest(cursor, start).slice('reject'.length).trim()
      return {
        kind: 'reject',
        ...(text === '' ? {} : {reply: text.includes('tcp reset') ? 'tcp-reset' : text.replace(/^with /, '')}),
      }
    }
    case 'redirect':
    case 'masquerade': {
      cursor.next()
      const to = readDestination(cursor)
      takeFlags(cursor)
      return to === undefined ? {kind: word} : {kind: word, ports: to.replace(/^:/, '')}
    }
    case 'dnat':
    case 'snat': {
      cursor.next()
      const to = readDestination(cursor)
      takeFlags(cursor)
      return to === undefined ? {kind: 'opaque', text: rest(cursor, start)} : {kind: word, to}
    }
    case 'tproxy': {
      cursor.next()
      const found = /^(.*?):(\d+)$/.exec(readDestination(cursor) ?? '')
      const address = (found?.[1] ?? '').replace(/[[\]]/g, '')
      if (found === null) return {kind: 'opaque', text: rest(cursor, start)}
      return {kind: 'tproxy', port: found[2] ?? '', ...(address === '' ? {} : {address})}
    }
    default:
      return undefined
  }
}

function readCounter(cursor: Cursor, draft: Draft): void {
  cursor.next()
  if (cursor.peek() !== 'packets' || cursor.peek(2) !== 'bytes') return
  draft.counters = {packets: Number(cursor.peek(1)), bytes: Number(cursor.peek(3))}
  cursor.at += 4
}

/** `xt match "owner"` and `xt target "CT"`: iptables extensions nft cannot print; their arguments are not in the text. */
function readXt(cursor: Cursor, draft: Draft): void {
  const start = cursor.at
  cursor.next()
  const target = cursor.next() === 'target'
  cursor.next()
  const text = cursor.since(start)
  if (target) draft.actions.push({kind: 'opaque', text})
  else draft.conditions.push({field: 'opaque', negated: false, values: [text]})
}

function readWord(cursor: Cursor, draft: Draft): void {
  const word = cursor.peek()
  if (word === 'counter') readCounter(cursor, draft)
  else if (word === 'comment') {
    cursor.next()
    draft.comment = cursor.next()
  } else if (word === 'xt') readXt(cursor, draft)
  else if (word === 'limit' || word === 'quota' || word === 'numgen') {
    const start = cursor.at
    while (
      cursor.at < cursor.words.length &&
      !/^(counter|accept|drop|return|jump|goto|reject|log|redirect)$/.test(cursor.peek())
    )
      cursor.next()
    draft.conditions.push({field: 'dynamic', negated: false, values: [cursor.since(start)]})
  } else {
    const verdict = readVerdict(cursor)
    if (verdict !== undefined) draft.actions.push(verdict)
    else if (!readMatch(cursor, draft))
      draft.conditions.push({field: 'opaque', negated: false, values: [cursor.next()]})
  }
}

function finish(draft: Draft): RuleMeaning {
  const {actions, counters, comment} = draft
  const conditions = withoutRepeats(draft.conditions)
  return {
    conditions,
    actions,
    ...(counters === undefined ? {} : {counters}),
    ...(comment === undefined ? {} : {comment}),
  }
}

/** Reads the words of one nft rule (nft(8), STATEMENTS); what is not understood is kept in opaque conditions and actions. Never fails. */
export function readNftRule(words: readonly string[]): RuleMeaning {
  const cursor = new Cursor(words)
  const draft: Draft = {conditions: [], actions: [], counters: undefined, comment: undefined}
  while (cursor.at < words.length) readWord(cursor, draft)
  return finish(draft)
}
