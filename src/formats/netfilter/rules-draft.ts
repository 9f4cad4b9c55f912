import {definedFields} from '../../model/collections/defined-fields.js'
import {groupedBy} from '../../model/collections/grouped-by.js'
import {
  type Backend,
  builtInChain,
  type Chain,
  type ChainKind,
  type ChainPolicy,
  type Counters,
  type Hook,
  type NetfilterTable,
  type Rule,
  type RuleForm,
  type Ruleset,
  type RulesMessage,
  type RulesReading,
  type RuleWarning,
  type TableFamily,
} from '../../model/kernel/ruleset.js'
import type {CleanLine} from './clean-lines.js'
import type {RuleMeaning} from './iptables-rule.js'
import {type NamedSets, withElements} from './named-sets.js'

/** A chain while it is read. */
export interface ChainDraft {
  readonly name: string
  hook?: Hook
  kind?: ChainKind
  priority?: number
  policy?: ChainPolicy
  references?: number
  counters?: Counters
  complete: boolean
  /** Rules put in front one after the other (`-I CHAIN`), last one first in the chain. */
  readonly front: Rule[]
  readonly rules: Rule[]
}

/** A table while it is read, with the identity of the ruleset it will belong to. */
export interface TableDraft {
  family: TableFamily
  readonly backend: Backend
  readonly form: RuleForm
  readonly tool?: string
  /** A log printed the table while it set up rules: what it asks for later is not in it. */
  readonly logged?: boolean
  readonly name: string
  readonly chains: Map<string, ChainDraft>
  readonly losses: Set<string>
  /** Chains that the text makes in this table (`-N`). */
  readonly made: Set<string>
  /** Elements of the named sets of the table, as far as they are in the text. */
  readonly sets: Map<string, readonly string[]>
}

/** Collects what the section readers find in one text. */
export interface RulesDraft {
  readonly tables: TableDraft[]
  readonly parameters: Map<string, string>
  readonly warnings: RuleWarning[]
  readonly messages: RulesMessage[]
}

/** An empty collection. */
export function newDraft(): RulesDraft {
  return {tables: [], parameters: new Map(), warnings: [], messages: []}
}

/** Starts a table of that identity and adds it to the draft. */
export function startTable(
  draft: RulesDraft,
  identity: {
    family: TableFamily
    backend: Backend
    form: RuleForm
    tool?: string | undefined
    logged?: boolean | undefined
  },
  name: string,
): TableDraft {
  const {family, backend, form, tool, logged} = identity
  const table: TableDraft = {
    family,
    backend,
    form,
    tool,
    ...definedFields({logged}),
    name,
    chains: new Map(),
    losses: new Set(),
    made: new Set(),
    sets: new Map(),
  }
  draft.tables.push(table)
  return table
}

/** The chain of that name, made when the table has none yet; built-in iptables chains get their hook and priority. */
export function chainOf(table: TableDraft, name: string): ChainDraft {
  const found = table.chains.get(name)
  if (found !== undefined) return found
  const chain: ChainDraft = {
    name,
    ...(table.family === 'inet' ? {} : builtInChain(table.name, name)),
    complete: true,
    front: [],
    rules: [],
  }
  table.chains.set(name, chain)
  return chain
}

function isIpv6(rule: Rule): boolean {
  return (
    rule.conditions.some(({field, values}) =>
      field === 'source' || field === 'destination'
        ? values.some(value => value.includes(':'))
        : field === 'protocol' && values.some(value => /^(ipv6-icmp|icmpv6|58)$/.test(value)),
    ) ||
    rule.actions.some(
      action =>
        (action.kind === 'reject' && action.reply?.startsWith('icmp6') === true) ||
        ((action.kind === 'dnat' || action.kind === 'snat') && /\[|:.*:/.test(action.to)),
    )
  )
}

/** An IPv6 address, protocol or reply in any of the rules makes tables of unnamed family IPv6 ones. */
export function settleFamily(...tables: readonly TableDraft[]): void {
  const six = tables.some(table => [...table.chains.values()].some(chain => rulesOf(chain).some(isIpv6)))
  if (six) for (const table of tables) table.family = 'ip6'
}

/** Appends a rule, or puts it at a position from 1 when one is given (`-I`). */
export function addRule(chain: ChainDraft, meaning: RuleMeaning, text: string, line: number, position?: number): void {
  const rule = {position: chain.rules.length + 1, ...meaning, text, line}
  const inFront = chain.front.length
  if (position === undefined) chain.rules.push(rule)
  else if (position <= 1) chain.front.push(rule)
  else if (position - 1 <= inFront) chain.front.splice(inFront - (position - 1), 0, rule)
  else chain.rules.splice(position - 1 - inFront, 0, rule)
}

/** Puts the elements of sets that are in the text in place of matches on their names. */
export function resolveSets(draft: RulesDraft, sets: NamedSets): void {
  if (sets.size === 0) return
  const resolve = (rule: Rule): Rule => ({...rule, conditions: rule.conditions.map(each => withElements(each, sets))})
  for (const {chains} of draft.tables)
    for (const {rules, front} of chains.values())
      for (const list of [rules, front]) list.splice(0, list.length, ...list.map(resolve))
}

/**
 * Notes that the text ends inside a table. Tools print a table chain by chain, so the chain whose rules came last may lack some, and so may
 * every one that has none.
 */
export function cutOff(draft: RulesDraft, table: TableDraft, line: number, message: string): void {
  const started = [...table.chains.values()].filter(chain => rulesOf(chain).length > 0)
  const place = (chain: ChainDraft) => rulesOf(chain).reduce((latest, rule) => Math.max(latest, rule.line), 0)
  const places = started.map(place)
  const last = started[places.lastIndexOf(places.reduce((latest, each) => Math.max(latest, each), 0))]
  for (const chain of table.chains.values()) if (chain === last || rulesOf(chain).length === 0) chain.complete = false
  if (draft.warnings.length < 200) draft.warnings.push({line, message, truncated: true})
}

/** The rules of a chain in order. */
function rulesOf(chain: ChainDraft): readonly Rule[] {
  return chain.front.length === 0 ? chain.rules : [...chain.front.toReversed(), ...chain.rules]
}

/** Notes something odd; only the first two hundred are kept. */
export function warn(draft: RulesDraft, line: number, message: string): void {
  if (draft.warnings.length < 200) draft.warnings.push({line, message})
}

const LONGEST = 500
const MOST_MESSAGES = 5000

/** Keeps a line that is not a rule: its first five hundred characters, and of all such lines the first five thousand. */
export function note(draft: RulesDraft, {number, text, level}: CleanLine, command: boolean): void {
  if (text === '' || draft.messages.length >= MOST_MESSAGES) return
  draft.messages.push({
    line: number,
    text: text.slice(0, LONGEST),
    ...definedFields({command: command || undefined}),
    level,
  })
}

function finishChain(draft: ChainDraft): Chain {
  const {front: _, ...chain} = draft
  let position = 0
  const rules = rulesOf(draft).map(rule => {
    if (rule.branch !== true || position === 0) position++
    return rule.position === position ? rule : {...rule, position}
  })
  return {...chain, rules}
}

function finishTable(table: TableDraft): NetfilterTable {
  return {name: table.name, family: table.family, chains: [...table.chains.values()].map(finishChain)}
}

const REQUESTED: ReadonlySet<RuleForm> = new Set<RuleForm>(['restore', 'trace', 'nft-script'])

/** True for an empty table that a log printed before the rules it asks for: the state before them. */
function isStateBefore(draft: RulesDraft, table: TableDraft): boolean {
  if (table.logged !== true || !isEmpty(table)) return false
  const later = draft.tables.slice(draft.tables.indexOf(table) + 1).filter(({family}) => family === table.family)
  return later.some(({form}) => REQUESTED.has(form)) && later.every(each => REQUESTED.has(each.form) || isEmpty(each))
}

function isEmpty(table: TableDraft): boolean {
  return [...table.chains.values()].every(chain => rulesOf(chain).length === 0)
}

/** The tables that describe the kernel: of two copies of a table the later one, and a loaded state rather than what was asked for. */
function chosenTables(draft: RulesDraft): readonly TableDraft[] {
  const tables = draft.tables.filter(table => !isStateBefore(draft, table))
  const loaded = new Set(tables.filter(t => !REQUESTED.has(t.form)).map(t => t.family))
  const latest = new Map<string, TableDraft>()
  for (const table of tables) {
    if (REQUESTED.has(table.form) && loaded.has(table.family)) continue
    const key = `${table.family} ${table.backend} ${table.name}`
    const before = latest.get(key)
    const again = before !== undefined && [...table.made].some(name => before.made.has(name))
    if (again) warn(draft, lineOf(table), SEVERAL_RUNS)
    if (before !== undefined && !again && before.form === table.form && REQUESTED.has(table.form))
      mergeInto(before, table)
    else latest.set(key, table)
  }
  return [...latest.values()]
}

/** What makes a chain twice is another run, of another pod or of a container that was started again. */
const SEVERAL_RUNS =
  'the text holds several runs that make the same chains (of several pods, or of one that ran again): the last one is shown'

function lineOf(table: TableDraft): number {
  return [...table.chains.values()].flatMap(rulesOf)[0]?.line ?? 0
}

/** istio-init feeds several restore inputs for one table without flushing between them: the later rules are added. */
function mergeInto(before: TableDraft, more: TableDraft): void {
  for (const chain of more.chains.values())
    for (const rule of rulesOf(chain)) chainOf(before, chain.name).rules.push(rule)
}

function grouped(all: readonly TableDraft[]): readonly Ruleset[] {
  const groups = groupedBy(all, ({backend, family}) => (backend === 'native' ? 'native' : `${family} ${backend}`))
  return [...groups.values()].flatMap(tables => {
    const first = tables[0]
    if (first === undefined) return []
    const {backend, form, tool} = first
    const family = tables.every(t => t.family === first.family) ? first.family : 'inet'
    const losses = [...new Set(tables.flatMap(t => [...t.losses]))]
    return [{family, backend, form, tool, tables: tables.map(finishTable), losses}]
  })
}

/** The finished reading: tables grouped into rulesets by family and back end in order of appearance. */
export function finishDraft(draft: RulesDraft): RulesReading {
  const chosen = chosenTables(draft)
  const asked = draft.tables.filter(table => REQUESTED.has(table.form) && !chosen.includes(table))
  return {
    rulesets: grouped(chosen),
    parameters: Object.fromEntries(draft.parameters),
    warnings: draft.warnings,
    messages: draft.messages,
    requested: grouped(asked),
  }
}
