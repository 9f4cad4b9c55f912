import {own} from '../../model/collections/own.js'
import {type ChainKind, type Hook, LISTING_CUT, type TableFamily} from '../../model/kernel/ruleset.js'
import type {CleanLine} from './clean-lines.js'
import type {RuleMeaning} from './iptables-rule.js'
import {blockElements, setElements} from './named-sets.js'
import {readNftRules} from './nft-rule.js'
import {addRule, type ChainDraft, chainOf, cutOff, type RulesDraft, startTable, type TableDraft} from './rules-draft.js'
import {isElision, type SectionContext} from './section.js'
import {splitWords} from './words.js'

const TABLE = /^table (?:(ip|ip6|inet) )?([\w.-]+) \{/
const OTHER_TABLE = /^table (arp|bridge|netdev) ([\w.-]+) \{/
const HANDLE = / ?# handle \d+$/
const HOOKS: readonly Hook[] = ['prerouting', 'input', 'forward', 'output', 'postrouting']
const PRIORITIES: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
}
const IPTABLES_NAMES: ReadonlySet<string> = new Set(['raw', 'mangle', 'nat', 'filter', 'security'])

/** True for the first line of a table in `nft list ruleset`. */
export function startsNftTable(text: string): boolean {
  return text.startsWith('table ') && (TABLE.test(text) || OTHER_TABLE.test(text))
}

/** True for a line of an nft script, such as istio-init prints since 1.27. */
export function startsNftScript(text: string): boolean {
  return /^(add|create|flush|insert|delete|destroy) (table|chain|rule|set|map|element) /.test(text)
}

/** True for the tables that iptables-nft keeps in nftables: the five names of iptables in family ip or ip6. */
function isIptablesTable(family: TableFamily, name: string): boolean {
  return family !== 'inet' && IPTABLES_NAMES.has(name)
}

/** A priority given by number, by name, or by name and offset (nft(8), CHAINS). */
export function nftPriority(words: readonly string[]): number | undefined {
  const text = words.join('')
  const found = /^([a-z]*)([+-]?\d+)?$/.exec(text)
  if (found === null || text === '') return undefined
  const base = found[1] === '' ? 0 : own(PRIORITIES, found[1] ?? '')
  return base === undefined ? undefined : base + Number(found[2] ?? 0)
}

/** Makes a chain a base chain: type, hook, priority and policy as nft names them. */
export function makeBase(
  chain: ChainDraft,
  type: string,
  hook: string,
  priority: number | undefined,
  policy: string | undefined,
): void {
  const known = HOOKS.find(name => name === hook)
  if (known === undefined) return
  const kind: ChainKind = type === 'nat' || type === 'route' ? type : 'filter'
  chain.hook = known
  chain.kind = kind
  if (priority !== undefined) chain.priority = priority
  chain.policy = policy === 'drop' ? 'drop' : 'accept'
}

/** Starts a table in the draft with the back end its name and family tell. */
export function startNftTable(
  draft: RulesDraft,
  form: 'nft-text' | 'nft-json' | 'nft-script',
  family: TableFamily,
  name: string,
): TableDraft {
  return startTable(draft, {family, backend: isIptablesTable(family, name) ? 'nft' : 'native', form}, name)
}

/**
 * Adds a rule as nft printed it. In a table that iptables-nft manages, a rule without an action lost it on the way
 * (`XT target REDIRECT not found` goes to stderr), so it gets an opaque one; every loss is noted in the table.
 */
export function addNftRule(
  table: TableDraft,
  chain: ChainDraft,
  meaning: RuleMeaning,
  text: string,
  line: number,
): void {
  const lost = table.backend === 'nft' && meaning.actions.length === 0
  const whole = lost ? {...meaning, actions: [{kind: 'opaque', text: 'target not shown by nft'} as const]} : meaning
  const hidden = [
    ...whole.conditions.map(c => (c.field === 'opaque' ? c.values[0] : undefined)),
    ...whole.actions.map(a => (a.kind === 'opaque' ? a.text : undefined)),
  ]
  if (table.backend === 'nft' && hidden.some(text => text !== undefined && /^(xt|target) /.test(text))) {
    table.losses.add('nft cannot show every part of rules that iptables made (xt items): read them with iptables-save')
  }
  addRule(chain, whole, text, line)
}

function readBase(chain: ChainDraft, text: string): boolean {
  const found = /^type (\w+) hook (\w+)(?: device \S+)? priority ([^;]+?) ?;(?: policy (\w+) ?;)?/.exec(text)
  if (found === null) return false
  makeBase(chain, found[1] ?? '', found[2] ?? '', nftPriority((found[3] ?? '').split(/\s+/)), found[4])
  return true
}

/** Index behind the brace that closes the block opened on the line at `at`. */
function skipBlock(lines: readonly CleanLine[], at: number): number {
  let depth = 0
  for (let next = at; next < lines.length; next++) {
    for (const letter of lines[next]?.text ?? '') {
      if (letter === '{') depth++
      else if (letter === '}') depth--
    }
    if (depth <= 0) return next + 1
  }
  return lines.length
}

function readChain(lines: readonly CleanLine[], at: number, table: TableDraft, name: string): number {
  const chain = chainOf(table, name)
  let next = at
  for (; next < lines.length; next++) {
    const line = lines[next]
    const text = line?.text.replace(HANDLE, '') ?? ''
    if (text === '}' || line?.command === true) return next + 1
    if (text === '' || text.startsWith('#') || text.startsWith('comment ')) continue
    if (isElision(text)) chain.complete = false
    else if (!readBase(chain, text))
      for (const meaning of readNftRules(splitWords(text.replace(/;$/, '')), table.sets))
        addNftRule(table, chain, meaning, text, line?.number ?? 0)
  }
  return next
}

/** Reads one table of `nft list ruleset`, with or without -a (nft(8)); rules that use maps, or sets whose elements are not shown, are marked dynamic. */
export function readNftTable(
  lines: readonly CleanLine[],
  at: number,
  _context: SectionContext,
  draft: RulesDraft,
): number {
  const first = lines[at]?.text ?? ''
  if (OTHER_TABLE.test(first)) return skipBlock(lines, at)
  const found = TABLE.exec(first)
  const family = found?.[1] === 'inet' || found?.[1] === 'ip6' ? found[1] : 'ip'
  const table = startNftTable(draft, 'nft-text', family, found?.[2] ?? '')
  let next = at + 1
  while (next < lines.length) {
    const line = lines[next]
    const text = line?.text.replace(HANDLE, '') ?? ''
    if (text === '}') return next + 1
    if (line?.command === true || startsNftTable(text)) break
    const chain = /^chain (\S+) \{$/.exec(text)
    const set = /^(?:set|map) (\S+) \{/.exec(text)
    if (chain !== null) next = readChain(lines, next + 1, table, chain[1] ?? '')
    else if (set !== null) {
      const end = skipBlock(lines, next)
      const elements = blockElements(lines.slice(next, end))
      if (elements !== undefined) table.sets.set(set[1] ?? '', elements)
      next = end
    } else if (/^(flowtable|counter|quota|ct \w+|limit|secmark|synproxy) .*\{/.test(text)) next = skipBlock(lines, next)
    else {
      if (isElision(text)) cutOff(draft, table, line?.number ?? 0, `parts of table ${table.name} were left out`)
      next++
    }
  }
  table.losses.add(LISTING_CUT)
  cutOff(draft, table, lines[next - 1]?.number ?? 0, `table ${table.name} is not closed: the text may be cut off`)
  return next
}

/** Reads consecutive commands of an nft script (`add table`, `add chain`, `add rule`, `insert rule`), as istio-init logs them since 1.27. */
export function readNftScript(
  lines: readonly CleanLine[],
  at: number,
  _context: SectionContext,
  draft: RulesDraft,
): number {
  const tables = new Map<string, TableDraft>()
  let next = at
  for (; next < lines.length; next++) {
    const line = lines[next]
    const last = [...tables.values()].at(-1)
    if (line !== undefined && last !== undefined && isElision(line.text)) {
      cutOff(draft, last, line.number, 'commands of the list were left out')
      continue
    }
    if (line === undefined || !startsNftScript(line.text)) break
    applyScriptLine(line, tables, draft)
  }
  const table = [...tables.values()].at(-1)
  if (table !== undefined && endsInScript(lines.slice(next), draft))
    cutOff(draft, table, lines[next - 1]?.number ?? 0, 'the text ends inside a list of nft commands: it may be cut off')
  return next
}

/** True when a text ends where a list of commands should go on: in a line without its end, or before what istio-init logs behind its list. */
function endsInScript(rest: readonly CleanLine[], draft: RulesDraft): boolean {
  // A text that ends with a line feed has one more line, an empty one; a log goes on behind the list, a script does not.
  return rest.length === 0 || (rest.length === 1 && draft.parameters.size > 0)
}

function applyScriptLine(line: CleanLine, tables: Map<string, TableDraft>, draft: RulesDraft): void {
  const [verb, noun, family, name, chainName, ...more] = splitWords(line.text)
  if (family !== 'ip' && family !== 'ip6' && family !== 'inet') return
  const key = `${family} ${name}`
  const table = tables.get(key) ?? startNftTable(draft, 'nft-script', family, name ?? '')
  tables.set(key, table)
  if (noun === 'table' && (verb === 'flush' || verb === 'delete')) table.chains.clear()
  const isSet = noun === 'set' || noun === 'map'
  if ((isSet || noun === 'element') && chainName !== undefined && verb !== 'delete' && verb !== 'flush') {
    const elements = isSet ? blockElements([line]) : setElements(more.join(' '))
    if (elements !== undefined) table.sets.set(chainName, [...(table.sets.get(chainName) ?? []), ...elements])
    return
  }
  if (isSet || noun === 'element') return
  if (chainName === undefined || verb === 'flush' || verb === 'delete') return
  const chain = chainOf(table, chainName)
  if (noun === 'chain') {
    readBase(chain, more.join(' ').replace(/^\{ ?/, ''))
    return
  }
  if (noun !== 'rule') return
  const [place, position] = more
  const words = place === 'index' || place === 'position' || place === 'handle' ? more.slice(2) : more
  const at = verb === 'insert' ? (place === 'index' ? Number(position) + 1 : 1) : undefined
  const meanings = readNftRules(words, table.sets)
  // Each is put before those that were put there.
  for (const meaning of at === undefined ? meanings : meanings.toReversed())
    addRule(chain, meaning, line.text, line.number, at)
}
