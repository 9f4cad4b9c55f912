import type {IpFamily} from '../../../model/kernel/ruleset.js'
import type {ExpectedSettings, VirtualRange} from './facts.js'

type ListName = {
  [K in keyof ExpectedSettings]: ExpectedSettings[K] extends readonly (string | VirtualRange)[] ? K : never
}[keyof ExpectedSettings]

/** When a row counts: releases (minor versions, both ends included), family, and a question about the settings. */
export interface When {
  readonly since?: number
  readonly until?: number
  readonly family?: IpFamily
  readonly if?: (facts: ExpectedSettings) => boolean
  /** Repeats the row, or the rows of a block, for each entry of a list; `{x}` is the entry. */
  readonly each?: ListName
}

/** One rule of the table in the model's notation, or a block of rows repeated together. */
export interface RuleRow extends When {
  readonly id: string
  readonly rule?: string
  readonly rows?: readonly RuleRow[]
}

export interface ChainRows {
  readonly table: string
  readonly chain: string
  readonly rows: readonly RuleRow[]
}

/** A row that is one rule. */
export function rule(id: string, text: string, when: When = {}): RuleRow {
  return {id, rule: text, ...when}
}

/** Rows that are repeated together. */
export function block(id: string, rows: readonly RuleRow[], when: When = {}): RuleRow {
  return {id, rows, ...when}
}

/** The rows of one chain, in order. */
export function chain(place: string, ...rows: readonly RuleRow[]): ChainRows {
  const [table = '', name = ''] = place.split('/')
  return {table, chain: name, rows}
}

/** A finished expected rule: its id and its text in the model's notation. */
export interface ExpectedRule {
  readonly id: string
  readonly key: string
}

/** A chain as it should be: rules with the id of the row they come from. */
export interface ExpectedChain {
  readonly table: string
  readonly chain: string
  readonly rules: readonly ExpectedRule[]
}

function counts(row: RuleRow, facts: ExpectedSettings): boolean {
  const {since = 0, until = 999, family} = row
  if (facts.minor < since || facts.minor > until || (family !== undefined && family !== facts.family)) return false
  return row.if === undefined || row.if(facts)
}

function fill(text: string, facts: ExpectedSettings, entry: string | VirtualRange | undefined): string {
  return text
    .replace(/\{(\w+)\}/g, (_, name: string) => {
      if (name === 'x') return typeof entry === 'string' ? entry : ''
      if (name === 'if' || name === 'range')
        return typeof entry === 'object' ? (name === 'if' ? entry.name : entry.range) : ''
      const value = name in facts ? facts[name as keyof ExpectedSettings] : ''
      return typeof value === 'string' ? value : ''
    })
    .replace(/ {2,}/g, ' ')
    .trim()
}

/** The rules a row stands for under the facts. */
export function expandRow(
  row: RuleRow,
  facts: ExpectedSettings,
  outer?: string | VirtualRange,
): readonly ExpectedRule[] {
  if (!counts(row, facts)) return []
  const entries: readonly (string | VirtualRange | undefined)[] = row.each === undefined ? [outer] : facts[row.each]
  return entries.flatMap(entry => {
    const own = row.rule === undefined ? [] : [{id: row.id, key: fill(row.rule, facts, entry)}]
    return [...own, ...(row.rows ?? []).flatMap(inner => expandRow(inner, facts, entry))]
  })
}

function sameList(row: RuleRow, v4: ExpectedSettings, v6: ExpectedSettings): boolean {
  return row.each === undefined || JSON.stringify(v4[row.each]) === JSON.stringify(v6[row.each])
}

/**
 * The rules a row stands for in a table of both families (nftables `inet`): a rule of one spelling appears once, of two spellings IPv4 first;
 * a list that depends on the family stands as a whole, IPv4 first.
 */
export function expandRowBoth(
  row: RuleRow,
  v4: ExpectedSettings,
  v6: ExpectedSettings,
  outer?: string | VirtualRange,
): readonly ExpectedRule[] {
  if (!counts(row, v4)) return expandRow(row, v6, outer)
  if (!counts(row, v6)) return expandRow(row, v4, outer)
  if (!sameList(row, v4, v6)) return [...expandRow(row, v4, outer), ...expandRow(row, v6, outer)]
  const entries: readonly (string | VirtualRange | undefined)[] = row.each === undefined ? [outer] : v4[row.each]
  return entries.flatMap(entry => {
    const keys = row.rule === undefined ? [] : [fill(row.rule, v4, entry), fill(row.rule, v6, entry)]
    const own = [...new Set(keys)].map(key => ({id: row.id, key}))
    return [...own, ...(row.rows ?? []).flatMap(inner => expandRowBoth(inner, v4, v6, entry))]
  })
}
