import {definedFields} from '../../model/collections/defined-fields.js'
import type {Action, MatchCondition, TableFamily} from '../../model/kernel/ruleset.js'
import type {RuleMeaning} from './iptables-rule.js'
import type {NamedSets} from './named-sets.js'
import {elementWords, entry, record, statementWords, text} from './nft-json-words.js'
import {type Branch, combined} from './nft-map.js'
import {readNftRules} from './nft-rule.js'
import {addNftRule, makeBase, nftPriority, startNftTable} from './nft-section.js'
import {type MarkExpression, type NftMatch, nftConditions, nftMarkSet, withoutRepeats} from './nft-terms.js'
import {chainOf, type RulesDraft, type TableDraft, warn} from './rules-draft.js'

type Json = Readonly<Record<string, unknown>>

function keyOf(value: unknown): string | undefined {
  const [kind, body] = entry(value)
  const {key, protocol, field, result, flags} = record(body)
  if (kind === 'meta' || kind === 'ct') return `${kind} ${text(key)}`
  if (kind === 'payload') return `${text(protocol)} ${text(field)}`
  if (kind === 'fib') return `fib ${Array.isArray(flags) ? text(flags[0]) : text(flags)} ${text(result)}`
  return undefined
}

/** One value: a word, a prefix, a range; undefined for anything richer. */
function valueWord(value: unknown): string | undefined {
  if (typeof value === 'string') return value.startsWith('@') ? undefined : value
  if (typeof value === 'number') return String(value)
  const [kind, body] = entry(value)
  if (kind === 'prefix') return `${text(record(body).addr)}/${text(record(body).len)}`
  if (kind === 'range' && Array.isArray(body)) return `${text(body[0])}-${text(body[1])}`
  return undefined
}

function valueWords(value: unknown, sets: NamedSets): readonly string[] | undefined {
  if (typeof value === 'string' && value.startsWith('@')) return sets.get(value.slice(1))
  const set = record(value).set
  const many = Array.isArray(value) ? value : Array.isArray(set) ? set : [value]
  const words = many.map(valueWord)
  return words.every(word => word !== undefined) ? words : undefined
}

function readMatch(body: Json, sets: NamedSets): readonly MatchCondition[] | undefined {
  const [kind, operands] = entry(body.left)
  const masked = kind === '&' && Array.isArray(operands)
  const key = keyOf(masked ? operands[0] : body.left)
  const mask = masked ? text(operands[1]) : undefined
  const values = valueWords(body.right, sets)
  const known = body.op === '==' || body.op === '!=' || body.op === 'in'
  const match: NftMatch | undefined =
    key === undefined || values === undefined || !known ? undefined : {key, negated: body.op === '!=', values, mask}
  return match === undefined ? undefined : nftConditions(match)
}

/** `{"|": [{"&": [{"ct": {"key": "mark"}}, 4294963473]}, 273]}`: the new mark as an expression of the old one. */
function markExpression(value: unknown, depth = 0): MarkExpression | undefined {
  if (typeof value === 'number') return {from: undefined, keep: 0, or: 0, xor: value}
  const key = keyOf(value)
  if (key === 'meta mark' || key === 'ct mark')
    return {from: key === 'ct mark' ? 'connmark' : 'mark', keep: 0xffff_ffff, or: 0, xor: 0}
  const [operator, operands] = entry(value)
  if (!Array.isArray(operands) || typeof operands[1] !== 'number') return undefined
  const inner = depth > 8 ? undefined : markExpression(operands[0], depth + 1)
  if (inner === undefined) return undefined
  if (operator === '&') return {...inner, keep: inner.keep & operands[1]}
  if (operator === '|') return {...inner, or: inner.or | operands[1]}
  return operator === '^' ? {...inner, xor: inner.xor ^ operands[1]} : undefined
}

function readMangle(body: Json): Action | undefined {
  const key = keyOf(body.key)
  if (key === 'ct zone' && typeof body.value === 'number') return {kind: 'ct-zone', zone: String(body.value)}
  if (key === 'meta nftrace') return {kind: 'log', text: 'nftrace'}
  const expression = markExpression(body.value)
  if (expression === undefined || (key !== 'meta mark' && key !== 'ct mark')) return undefined
  return nftMarkSet(key === 'meta mark' ? 'mark' : 'connmark', expression)
}

function readNat(kind: 'dnat' | 'snat', body: Json): Action | undefined {
  const address = valueWord(body.addr) ?? ''
  const port = valueWord(body.port)
  if (address === '' && port === undefined) return undefined
  return {kind, to: port === undefined ? address : `${address.includes(':') ? `[${address}]` : address}:${port}`}
}

function readTproxy(body: Json): Action | undefined {
  const port = valueWord(body.port)
  const address = valueWord(body.addr)
  return port === undefined ? undefined : {kind: 'tproxy', port, address}
}

function withPorts(kind: 'redirect' | 'masquerade', body: Json): Action | undefined {
  if (body.port === undefined) return {kind}
  const ports = valueWord(body.port)
  return ports === undefined ? undefined : {kind, ports}
}

function readAction(kind: string, body: Json, value: unknown): Action | undefined {
  switch (kind) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'notrack':
      return {kind}
    case 'jump':
    case 'goto':
      return {kind, chain: text(body.target)}
    case 'redirect':
    case 'masquerade':
      return withPorts(kind, body)
    case 'dnat':
    case 'snat':
      return readNat(kind, body)
    case 'tproxy':
      return readTproxy(body)
    case 'mangle':
      return readMangle(body)
    case 'reject':
      return {
        kind: 'reject',
        ...(body.type === 'tcp reset' ? {reply: 'tcp-reset'} : text(body.expr) === '' ? {} : {reply: text(body.expr)}),
      }
    case 'queue':
      return {kind: 'queue'}
    case 'log':
      return {kind: 'log', text: JSON.stringify(value ?? {})}
    default:
      return undefined
  }
}

function readXt(body: Json): {condition?: MatchCondition; action?: Action} {
  const words = `xt ${text(body.type)} ${text(body.name)}`
  return body.type === 'target'
    ? {action: {kind: 'opaque', text: words}}
    : {condition: {field: 'opaque', negated: false, values: [words]}}
}

/** A statement that its text says more shortly: tuples, maps, masks and flags; what is not understood of it is kept. */
function readAsText(item: unknown, kind: string, sets: NamedSets): readonly Branch[] {
  const words = statementWords(item)
  if (words !== undefined) return readNftRules(words, sets)
  const unread = JSON.stringify(item) ?? ''
  return kind === 'match'
    ? [{conditions: [{field: 'opaque', negated: false, values: [unread]}], actions: []}]
    : [{conditions: [], actions: [{kind: 'opaque', text: unread}]}]
}

function readExpressions(items: readonly unknown[], sets: NamedSets): readonly RuleMeaning[] {
  const branches: (readonly Branch[])[] = []
  const conditions: MatchCondition[] = []
  const actions: Action[] = []
  let counters: RuleMeaning['counters']
  for (const item of items) {
    const [kind, value] = entry(item)
    const body = record(value)
    if (kind === 'match') {
      const found = readMatch(body, sets)
      if (found === undefined) branches.push(readAsText(item, kind, sets))
      else conditions.push(...found)
    } else if (kind === 'counter') counters = {packets: Number(body.packets) || 0, bytes: Number(body.bytes) || 0}
    else if (kind === 'limit' || kind === 'quota')
      conditions.push({field: 'dynamic', negated: false, values: [JSON.stringify(item)]})
    else if (kind === 'xt') {
      const found = readXt(body)
      if (found.condition !== undefined) conditions.push(found.condition)
      if (found.action !== undefined) actions.push(found.action)
    } else {
      const action = readAction(kind, body, value)
      if (action === undefined) branches.push(readAsText(item, kind, sets))
      else actions.push(action)
    }
  }
  return combined({conditions, actions}, branches).map((each, index) => ({
    conditions: withoutRepeats(each.conditions),
    actions: each.actions,
    counters,
    ...definedFields({branch: index > 0 ? true : undefined}),
  }))
}

/** The elements of a named set or map; undefined when there are none, or one that is not known. */
function elementsOf(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined
  const words = value.map(each => elementWords(each))
  return words.every(word => word !== undefined) ? words : undefined
}

function tableFamily(value: unknown): TableFamily | undefined {
  return value === 'ip' || value === 'ip6' || value === 'inet' ? value : undefined
}

/** True for a text that may be the JSON of nft, whole or cut off. */
export function looksLikeNftJson(input: string): boolean {
  const start = input.trimStart().slice(0, 400)
  return start.startsWith('{') && /"nftables"\s*:/.test(start)
}

const NOUNS: ReadonlySet<string> = new Set(['table', 'chain', 'rule', 'set', 'map'])

/** Reads `nft -j list ruleset` (libnftables-json(5)); rules are in their chains in order. `xt` items say only that something is missing. */
export function readNftJson(document: unknown, line: number, draft: RulesDraft): void {
  const items = record(document).nftables
  if (!Array.isArray(items)) {
    warn(draft, line, 'the JSON has no list named nftables')
    return
  }
  const tables = new Map<string, TableDraft>()
  for (const item of items) {
    const [noun, value] = entry(item)
    const body = record(value)
    const family = tableFamily(body.family)
    if (family === undefined || !NOUNS.has(noun)) continue
    const tableName = text(noun === 'table' ? body.name : body.table)
    const key = `${family} ${tableName}`
    const table = tables.get(key) ?? startNftTable(draft, 'nft-json', family, tableName)
    tables.set(key, table)
    if (noun === 'set' || noun === 'map') {
      const elements = elementsOf(body.elem)
      if (elements !== undefined) table.sets.set(text(body.name), elements)
    } else if (noun === 'chain') {
      const chain = chainOf(table, text(body.name))
      if (body.hook !== undefined)
        makeBase(chain, text(body.type), text(body.hook), nftPriority([text(body.prio)]), text(body.policy))
    } else if (noun === 'rule') {
      const comment = text(body.comment)
      const chain = chainOf(table, text(body.chain))
      const verbatim = JSON.stringify(body.expr ?? [])
      for (const meaning of readExpressions(Array.isArray(body.expr) ? body.expr : [], table.sets))
        addNftRule(table, chain, comment === '' ? meaning : {...meaning, comment}, verbatim, line)
    }
  }
}
