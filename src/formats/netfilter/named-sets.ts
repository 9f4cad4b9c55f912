import type {MatchCondition} from '../../model/kernel/ruleset.js'
import type {CleanLine} from './clean-lines.js'
import {addressWord} from './values.js'
import {splitWords} from './words.js'

/**
 * The elements of the named sets and maps of a table that are in the text, as nft or ipset write them: `22`, `10.0.0.1 . tcp . 80`, `80 : accept`
 * (sets and maps share their names, nft(8)); those without any are missing.
 */
export type NamedSets = ReadonlyMap<string, readonly string[]>

/** One element without its counter, timeout and comment, with its tuple and what a map has for it. */
function elementText(text: string): string | undefined {
  const words = splitWords(text)
  const [first = ''] = words
  if (first === '' || first === '.' || first === ':') return undefined
  let end = 1
  while (words[end] === '.') end += 2
  const key = words.slice(0, end).join(' ')
  const colon = words.indexOf(':', end)
  return colon < 0 ? key : `${key} : ${words.slice(colon + 1).join(' ')}`
}

/** Splits at commas outside quotes. */
function parts(text: string): readonly string[] {
  return text.match(/(?:[^,"]|"[^"]*")+/g) ?? []
}

/** The elements in `elements = { 22, 8080-8090 }` or `{ 22, 80 }`; undefined when there are none. */
export function setElements(text: string): readonly string[] | undefined {
  const [open, close] = [text.lastIndexOf('{'), text.indexOf('}', text.lastIndexOf('{'))]
  const whole = open >= 0 && close > open && /^[\s;}]*$/.test(text.slice(close + 1))
  const words = parts(whole ? text.slice(open + 1, close) : '').map(elementText)
  return words.length > 0 && words.every(word => word !== undefined) ? words : undefined
}

/** The elements of the block of a set or map of `nft list ruleset`, of which the lines are given. */
export function blockElements(lines: readonly CleanLine[]): readonly string[] | undefined {
  const text = lines.map(line => line.text).join(' ')
  const at = text.indexOf('elements')
  return at < 0 ? undefined : setElements(text.slice(at).replace(/\}\s*\}\s*$/, '}'))
}

const CREATE = /^create (\S+) (?:hash|bitmap|list):(\S+)/
const ADD = /^add (\S+) (\S+)/
/** Kinds of ipset whose elements are one value each. */
const SINGLE: ReadonlySet<string> = new Set(['ip', 'net', 'port'])

/**
 * The sets that `ipset save` (`create ...`, `add ...`) or `ipset list` (`Name:`, `Type:`, `Members:`) print beside the rules, whose elements are
 * one address, network or port each (ipset(8)).
 */
export function ipsetsIn(lines: readonly CleanLine[]): NamedSets {
  const sets = new Map<string, string[]>()
  const known = new Set<string>()
  let name = ''
  let members = false
  for (const {text} of lines) {
    const created = CREATE.exec(text)
    const added = ADD.exec(text)
    const listed = /^(Name|Type|Members):\s*(.*)$/.exec(text)
    if (created !== null) {
      if (SINGLE.has(created[2] ?? '')) known.add(created[1] ?? '')
    } else if (added !== null && known.has(added[1] ?? '')) {
      sets.set(added[1] ?? '', [...(sets.get(added[1] ?? '') ?? []), added[2] ?? ''])
    } else if (listed !== null) {
      members = listed[1] === 'Members' && known.has(name)
      if (listed[1] === 'Name') name = listed[2] ?? ''
      if (listed[1] === 'Type' && SINGLE.has((listed[2] ?? '').replace(/^\w+:/, ''))) known.add(name)
    } else if (members && /^[0-9a-fA-F.:/-]+(\s|$)/.test(text)) {
      sets.set(name, [...(sets.get(name) ?? []), text.split(/\s/, 1)[0] ?? ''])
    } else members = members && text === ''
  }
  return sets
}

const MATCH_SET = /(?:^|\s)(! )?(?:--)?match-set (\S+) (src|dst)$/

/** The condition that a match on a set with known addresses amounts to; the condition itself where its elements are not known. */
export function withElements(condition: MatchCondition, sets: NamedSets): MatchCondition {
  if (condition.field !== 'dynamic' || sets.size === 0) return condition
  const [, not, name = '', side] = MATCH_SET.exec(condition.values[0] ?? '') ?? []
  const values = (sets.get(name) ?? []).map(addressWord)
  if (values.length === 0 || !values.every(value => value !== undefined)) return condition
  const negated = (not !== undefined) !== condition.negated
  return {field: side === 'src' ? 'source' : 'destination', negated, values}
}
