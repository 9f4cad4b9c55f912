import {definedFields} from '../../model/collections/defined-fields.js'
import {TABLE_ASSUMED} from '../../model/kernel/ruleset.js'
import {tablesOfList} from './bare-rules.js'
import type {CleanLine} from './clean-lines.js'
import {readRuleWords} from './iptables-rule.js'
import {
  addRule,
  chainOf,
  cutOff,
  type RulesDraft,
  settleFamily,
  startTable,
  type TableDraft,
  warn,
} from './rules-draft.js'
import {isElision, type SectionContext} from './section.js'
import {splitWords} from './words.js'

const TABLE = /^\*\s?([a-z][\w-]*)$/
const CHAIN = /^:(\S+)\s+(\S+)(?:\s+\[(\d+):(\d+)\])?$/
const COUNTED = /^\[(\d+):(\d+)\]\s+(?=-[AI] )/
const COMMAND = /^-(?:[AINPFXDZEC]|-append|-insert|-new-chain|-policy)\s/

/** True for `*nat` or `* nat`, the first line of a table in iptables-save text or restore input. */
export function startsSave(text: string): boolean {
  return TABLE.test(text)
}

/** True for `-P X ACCEPT`, `-N X` or `-A X ...` outside a table: what `iptables -S` prints. */
export function startsListRules(text: string): boolean {
  return /^-[PNAI]\s+\S/.test(text)
}

function applyRule(
  table: TableDraft,
  words: readonly string[],
  line: CleanLine,
  counted: RegExpExecArray | null,
): void {
  const chain = chainOf(table, words[1] ?? '')
  const numbered = words[0] === '-I' && /^\d{1,9}$/.test(words[2] ?? '')
  const meaning = readRuleWords(words.slice(numbered ? 3 : 2), name => table.chains.has(name))
  const counters = counted === null ? meaning.counters : {packets: Number(counted[1]), bytes: Number(counted[2])}
  const position = words[0] === '-I' ? (numbered ? Math.max(1, Number(words[2])) : 1) : undefined
  addRule(chain, {...meaning, ...definedFields({counters})}, line.text.replace(COUNTED, ''), line.number, position)
}

function applyPolicy(
  table: TableDraft,
  name: string,
  policy: string | undefined,
  packets?: string,
  bytes?: string,
): void {
  const chain = chainOf(table, name)
  if (policy === 'ACCEPT' || policy === 'DROP') chain.policy = policy === 'ACCEPT' ? 'accept' : 'drop'
  if (packets !== undefined && bytes !== undefined && chain.policy !== undefined) {
    chain.counters = {packets: Number(packets), bytes: Number(bytes)}
  }
}

/** Applies one `-X ...` command of iptables(8) to a table; answers false when the command is not one that shapes rules. */
export function applyCommand(
  table: TableDraft,
  words: readonly string[],
  line: CleanLine,
  counted: RegExpExecArray | null = null,
): boolean {
  const name = words[1]
  if (name === undefined) return words[0] === '-F' || words[0] === '-X' || words[0] === '-Z'
  switch (words[0]) {
    case '-A':
    case '-I':
      applyRule(table, words, line, counted)
      return true
    case '-N':
      chainOf(table, name)
      table.made.add(name)
      return true
    case '-P': {
      const counters = words[3] === '-c' ? words.slice(4, 6) : []
      applyPolicy(table, name, words[2], counters[0], counters[1])
      return true
    }
    case '-F': {
      const chain = chainOf(table, name)
      chain.rules.length = 0
      chain.front.length = 0
      return true
    }
    case '-X':
      table.chains.delete(name)
      return true
    case '-D': {
      const rules = table.chains.get(name)?.rules ?? []
      const gone = line.text.replace(/^-D/, '-A')
      const index = rules.findIndex(rule => rule.text === gone)
      if (index >= 0) rules.splice(index, 1)
      return true
    }
    default:
      return ['-Z', '-E', '-C'].includes(words[0] ?? '')
  }
}

function readLine(table: TableDraft, line: CleanLine, draft: RulesDraft): boolean {
  const {text} = line
  if (text === '' || text.startsWith('#')) return true
  const chain = CHAIN.exec(text)
  if (chain !== null) {
    applyPolicy(table, chain[1] ?? '', chain[2], chain[3], chain[4])
    return true
  }
  if (isElision(text)) {
    for (const known of table.chains.values()) known.complete = false
    return true
  }
  const counted = COUNTED.exec(text)
  const rule = counted === null ? text : text.slice(counted[0].length)
  if (!COMMAND.test(rule)) return false
  if (!applyCommand(table, splitWords(rule), line, counted))
    warn(draft, line.number, `not understood: ${text.slice(0, 200)}`)
  return true
}

/**
 * True when a log printed the table, or names the command before it: with a level, or as older programs do, which print the bare command that
 * they run.
 */
function isLogged(lines: readonly CleanLine[], at: number, {messages}: RulesDraft): boolean {
  const before = messages.at(-1)
  if (lines[at]?.level !== undefined) return true
  if (before?.level !== undefined && /ip6?tables\S*-save/.test(before.text)) return true
  let above = at - 1
  while (above >= 0 && /^(?:#|$)/.test(lines[above]?.text ?? '')) above -= 1
  const said = lines[above]
  return said !== undefined && said.command === undefined && /^(\S*\/)?ip6?tables\S*-save$/.test(said.text)
}

/**
 * Reads one table of iptables-save text or of the input of iptables-restore, up to COMMIT or the first line that cannot belong to it
 * (iptables-save(8); the restore input of istio-init declares chains with -N and has no header).
 */
export function readSaveTable(
  lines: readonly CleanLine[],
  at: number,
  context: SectionContext,
  draft: RulesDraft,
): number {
  const name = TABLE.exec(lines[at]?.text ?? '')?.[1] ?? 'filter'
  const restore = lines[at]?.text.startsWith('* ') === true
  const {family, backend, tool} = context
  const table = startTable(
    draft,
    {
      family: family ?? 'ip',
      backend: backend ?? 'unknown',
      form: restore ? 'restore' : 'save',
      tool,
      logged: isLogged(lines, at, draft) || undefined,
    },
    name,
  )
  let next = at + 1
  let committed = false
  let elided = false
  for (; next < lines.length; next++) {
    const line = lines[next]
    if (line === undefined || line.command === true || startsSave(line.text)) break
    if (line.text === 'COMMIT') {
      committed = true
      next++
      break
    }
    if (/^# (Generated|Completed)/.test(line.text)) break
    if (isElision(line.text)) elided = true
    if (!readLine(table, line, draft)) break
  }
  if (elided) for (const chain of table.chains.values()) chain.complete = false
  if (!committed)
    cutOff(
      draft,
      table,
      lines[Math.min(next, lines.length) - 1]?.number ?? 0,
      `table ${name} ends without COMMIT: the text may be cut off`,
    )
  if (family === undefined) settleFamily(table)
  return next
}

/**
 * Reads what `iptables [-t TABLE] -S` or `-vS` prints: one table, which the text does not name (iptables(8)). A second declaration of a built-in
 * chain starts the next table, so several listings may follow each other.
 */
export function readListRules(
  lines: readonly CleanLine[],
  at: number,
  context: SectionContext,
  draft: RulesDraft,
): number {
  const chains = new Set<string>()
  let end = at
  let elided = false
  for (; end < lines.length; end++) {
    const line = lines[end]
    if (line === undefined || line.command === true) break
    const [command, chain] = line.text.split(/\s+/, 2)
    if (line.text === '' || line.text.startsWith('#')) continue
    if (isElision(line.text)) {
      elided = true
      continue
    }
    if (!startsListRules(line.text)) break
    if (command === '-P' && chains.has(chain ?? '')) break
    if (chain !== undefined) chains.add(chain)
  }
  const own = lines.slice(at, end).filter(({text}) => startsListRules(text))
  const declared = own.some(({text}) => /^-[PN] /.test(text))
  const policies = own.some(({text}) => text.startsWith('-P '))
  const {tables, assumed} = tablesOfList(
    own.map(({text}) => text),
    [...chains],
    policies,
  )
  const {family, backend, tool} = context
  const identity = {family: family ?? 'ip', backend: backend ?? 'unknown', form: 'list-rules', tool} as const
  const started: TableDraft[] = []
  for (const name of new Set(context.table === undefined ? tables : [context.table])) {
    if (!declared && draft.tables.some(known => known.name === name && !started.includes(known))) {
      warn(draft, lines[at]?.number ?? 0, 'single rules quoted next to a whole table were left out')
      continue
    }
    const table = startTable(draft, identity, name)
    started.push(table)
    for (const [index, line] of own.entries())
      if (context.table !== undefined || tables[index] === name) readLine(table, line, draft)
    if (elided) for (const chain of table.chains.values()) chain.complete = false
    if (assumed && context.table === undefined) table.losses.add(TABLE_ASSUMED)
  }
  if (family === undefined) settleFamily(...started)
  return Math.max(end, at + 1)
}
