import type {CleanLine} from './clean-lines.js'
import {note, type RulesDraft, startTable, type TableDraft} from './rules-draft.js'
import {applyCommand} from './save-section.js'
import type {SectionContext} from './section.js'
import {splitWords} from './words.js'

const BLOCK = /^(?:Istio )?(?:iptables |nftables )?(?:environment|variables|config):$/i
const PARAMETER = /^([A-Z][A-Z0-9_]*)=(.*)$/
const RUN = /^(?:Running command(?: \([^)]*\))?: )?(?:sudo )?(?:\S*\/)?(ip6?tables)(-nft|-legacy)?(?: -w(?: \d+)?)?\s/

/** True for the headings under which istio-init prints its environment and its effective parameters, all releases. */
export function startsParameters(text: string): boolean {
  return text.endsWith(':') && BLOCK.test(text)
}

/** Reads a block of `KEY=value` lines up to the first empty line behind it; later blocks (the effective values) win. */
export function readParameters(
  lines: readonly CleanLine[],
  at: number,
  _context: SectionContext,
  draft: RulesDraft,
): number {
  let next = at + 1
  for (; next < lines.length; next++) {
    const text = lines[next]?.text ?? ''
    const found = PARAMETER.exec(text)
    if (found !== null) draft.parameters.set(found[1] ?? '', found[2] ?? '')
    else if (!/^[-=]+$/.test(text)) break
  }
  return next
}

/** True for a command that shapes rules, as `set -x` of istio-init up to 1.4 and debug logs print it: `iptables -t nat -A ...`. */
export function startsTrace(text: string): boolean {
  return RUN.test(text) && /\s-[ANIPFXD]\s/.test(text)
}

function tableOf(name: string, family: 'ip' | 'ip6', draft: RulesDraft): TableDraft {
  const known = draft.tables.find(table => table.form === 'trace' && table.name === name && table.family === family)
  return known ?? startTable(draft, {family, backend: 'unknown', form: 'trace'}, name)
}

/** True for a command that `set -x` shows twice: as a shell function is called by the name of the program, and as that runs the program itself. */
function isTracedAgain(text: string, {messages}: RulesDraft): boolean {
  if (!/^\/\S*\/ip6?tables\s/.test(text)) return false
  return messages.findLast(({command}) => command === true)?.text === text.replace(/^\/(?:[^/\s]+\/)*/, '')
}

/** Applies one `iptables` command line to the table it names (iptables(8); the table is filter without -t). */
export function readTraceCommand(
  lines: readonly CleanLine[],
  at: number,
  _context: SectionContext,
  draft: RulesDraft,
): number {
  const line = lines[at]
  if (line === undefined || isTracedAgain(line.text, draft)) return at + 1
  note(draft, line, true)
  const words = splitWords(line.text.replace(/\s\|\|\s.*$/, ''))
  const start = words.findIndex(word => /(?:^|\/)ip6?tables(?:-nft|-legacy)?$/.test(word))
  const family = words[start]?.includes('ip6tables') === true ? 'ip6' : 'ip'
  const tableAt = words.findIndex(word => word === '-t' || word === '--table')
  const name = tableAt < 0 ? 'filter' : (words[tableAt + 1] ?? 'filter')
  const command = words.findIndex((word, index) => index > start && /^-[ANIPFXD]$/.test(word))
  if (command >= 0) {
    const own = words
      .slice(command)
      .filter((_, index) => tableAt < command || (index + command !== tableAt && index + command !== tableAt + 1))
    applyCommand(tableOf(name, family, draft), own, {number: line.number, text: own.join(' ')})
  }
  return at + 1
}
