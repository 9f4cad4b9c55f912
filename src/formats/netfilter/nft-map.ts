import type {Action, MatchCondition} from '../../model/kernel/ruleset.js'
import {accept, type Cursor, inBraces, next, peek} from './nft-cursor.js'
import {type MapKey, moreKeys, readDrawn, readKey} from './nft-key.js'
import {nftConditions} from './nft-terms.js'

/** One of the ways a rule with a map or a set of tuples goes on: what it asks and does beside the rest of the rule. */
export interface Branch {
  readonly conditions: readonly MatchCondition[]
  readonly actions: readonly Action[]
}

/** Maps and sets with more elements are left as they are: each element would become a rule. */
const MOST_ELEMENTS = 1000

/** What a chain that a map leads to may change: a packet that returns from it could meet another element. */
const CHANGES = /^(?:meta|ct) mark$/

/** The elements behind the key, `{ 80 : accept, 81 : drop }` or `@name`, as texts; undefined for a named one whose elements are not in the text. */
function elementsAt(cursor: Cursor): readonly string[] | undefined {
  if (peek(cursor) !== '{') return cursor.sets.get(next(cursor).slice(1))
  return inBraces(cursor)
    .join(' ')
    .split(/,(?:\s|$)/)
    .map(part => part.trim())
    .filter(part => part !== '')
}

/** What an element of that value asks of a packet; undefined where a word is not understood. */
function conditionsOf({keys, drawn}: MapKey, value: string): readonly MatchCondition[] | undefined {
  if (drawn !== undefined) return [{field: 'dynamic', negated: false, values: [`${drawn.text} is ${value}`]}]
  if (value === '*') return []
  const words = value.split(' . ')
  if (words.length !== keys.length) return undefined
  const found = keys.map((key, index) => nftConditions({key, negated: false, values: [words[index] ?? '']}))
  return found.every(each => each !== undefined) ? found.flat() : undefined
}

/** What no other element takes comes last: `*`, and the last number of those that can be drawn. */
function inOrder(branches: readonly Branch[], {drawn}: MapKey): readonly Branch[] {
  if (drawn !== undefined && branches.length === drawn.mod)
    return branches.map((each, index) => (index === drawn.mod - 1 ? {...each, conditions: []} : each))
  return branches.toSorted((a, b) => Number(a.conditions.length === 0) - Number(b.conditions.length === 0))
}

/**
 * Reads the map or set behind a key (nft(8), VERDICT MAP STATEMENT and MAPS): one branch for each element, with what `actionsOf` makes of the
 * part behind its colon. Undefined where an element is not understood, or is not in the text.
 */
export function readBranches(
  cursor: Cursor,
  key: MapKey,
  actionsOf: (data: string) => readonly Action[] | undefined,
): readonly Branch[] | undefined {
  const elements = elementsAt(cursor)
  if (elements === undefined || elements.length === 0 || elements.length > MOST_ELEMENTS) return undefined
  if (key.keys.some(each => CHANGES.test(each))) return undefined
  const branches = elements.map(element => {
    const [value = '', data = '', ...more] = element.split(' : ')
    const conditions = conditionsOf(key, value.trim())
    const actions = actionsOf(data.trim())
    return conditions === undefined || actions === undefined || more.length > 0 ? undefined : {conditions, actions}
  })
  return branches.every(each => each !== undefined) ? inOrder(branches, key) : undefined
}

/** The actions of a verdict behind the colon of an element (nft(8), VERDICT STATEMENTS). */
export function verdictActions(text: string): readonly Action[] | undefined {
  const [word = '', chain = '', ...more] = text.split(' ')
  if (more.length > 0) return undefined
  if ((word === 'jump' || word === 'goto') && chain !== '') return [{kind: word, chain}]
  if (chain !== '') return undefined
  if (word === 'continue') return []
  return word === 'accept' || word === 'drop' || word === 'return' || word === 'queue' ? [{kind: word}] : undefined
}

/** The address and port behind the colon of an element, `10.0.0.1 . 8080`, as DNAT writes them: `10.0.0.1:8080`. */
function natTarget(text: string): string | undefined {
  const [address = '', port, ...more] = text.split(' . ')
  if (more.length > 0 || !/^[0-9a-fA-F.:-]+$/.test(address)) return undefined
  if (port === undefined) return address
  if (!/^\d{1,5}$/.test(port)) return undefined
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** Reads `to KEY map { ... }` of dnat, snat and redirect, where that is what follows; undefined where no map does, or one that is not understood. */
export function readNatMap(cursor: Cursor, kind: 'dnat' | 'snat' | 'redirect'): readonly Branch[] | undefined {
  const at = cursor.words.indexOf('to', cursor.at)
  if (at < 0 || !cursor.words.includes('map', at)) return undefined
  // `to :tcp dport map` writes the colon of a port before the key.
  const words = cursor.words.map((word, index) => (index === at + 1 ? word.replace(/^:/, '') : word))
  const inner: Cursor = {words, sets: cursor.sets, at: at + 1}
  const drawn = readDrawn(inner)
  const first = drawn === undefined ? readKey(inner) : undefined
  const key = drawn ?? (first === undefined ? undefined : {keys: [first, ...moreKeys(inner)]})
  if (key === undefined || !accept(inner, 'map')) return undefined
  const branches = readBranches(inner, key, data => {
    if (kind === 'redirect') return /^\d{1,5}$/.test(data) ? [{kind, ports: data}] : undefined
    const to = natTarget(data)
    return to === undefined ? undefined : [{kind, to}]
  })
  if (branches !== undefined) cursor.at = inner.at
  return branches
}

/** Rules of one text: every combination of its branches (nft tries the elements of a map in no order, for no packet fits two of them). */
export function combined(rule: Branch, all: readonly (readonly Branch[])[]): readonly Branch[] {
  return all.reduce<readonly Branch[]>(
    (rules, branches) =>
      rules.flatMap(({conditions, actions}) =>
        branches.map(branch => ({
          conditions: [...conditions, ...branch.conditions],
          actions: [...actions, ...branch.actions],
        })),
      ),
    [rule],
  )
}
