import {definedFields} from '../../model/collections/defined-fields.js'
import {own} from '../../model/collections/own.js'
import {type Counters, HIDDEN_INTERFACES, type MatchCondition} from '../../model/kernel/ruleset.js'
import type {CleanLine} from './clean-lines.js'
import {listAction, readListTail} from './list-match.js'
import {
  addRule,
  type ChainDraft,
  chainOf,
  type RulesDraft,
  settleFamily,
  startTable,
  type TableDraft,
  warn,
} from './rules-draft.js'
import {inferTable, isElision, type SectionContext} from './section.js'
import {addressWord, isEverywhere, protocolName} from './values.js'

const CHAIN = /^Chain (\S+) \((?:policy (\S+)(?: (\d+[KMGT]?) packets, (\d+[KMGT]?) bytes)?|(\d+) references?|)\)/
const HEADER = /^(?:num\s+)?(?:pkts\s+bytes\s+)?target\s+prot\s+opt\s/
const SCALE: Readonly<Record<string, number>> = {K: 1e3, M: 1e6, G: 1e9, T: 1e12}

/** True for the line `iptables -L` prints before each chain. */
export function startsList(text: string): boolean {
  return text.startsWith('Chain ') && CHAIN.test(text)
}

function amount(word: string): number {
  const scale = own(SCALE, word.at(-1) ?? '')
  return scale === undefined ? Number(word) : Number(word.slice(0, -1)) * scale
}

function counters(packets: string, bytes: string): Counters {
  const rounded = /[KMGT]$/.test(packets + bytes) || /[KMGT]$/.test(packets)
  return {packets: amount(packets), bytes: amount(bytes), ...definedFields({rounded: rounded ? true : undefined})}
}

function openChain(table: TableDraft, found: RegExpExecArray): ChainDraft {
  const chain = chainOf(table, found[1] ?? '')
  if (found[2] === 'ACCEPT' || found[2] === 'DROP') chain.policy = found[2] === 'ACCEPT' ? 'accept' : 'drop'
  if (found[3] !== undefined && found[4] !== undefined) chain.counters = counters(found[3], found[4])
  if (found[5] !== undefined) chain.references = Number(found[5])
  return chain
}

/** Which columns the listing has: counters and interfaces with -v, numbers with --line-numbers. */
interface Columns {
  readonly numbered: boolean
  readonly verbose: boolean
}

/** The names every machine has in /etc/hosts and /etc/networks; other names stay unchanged. */
const NAMED: readonly (readonly [RegExp, string])[] = [
  [/^localhost(\.localdomain)?$/, '127.0.0.1'],
  [/^(localhost|loopback)\/8$/, '127.0.0.0/8'],
  [/^link-local\/16$/, '169.254.0.0/16'],
  [/^base-address\.mcast\.net\/4$/, '224.0.0.0/4'],
  [/^(ip6-)?loopback(?=\/|$)/, '127.0.0.0'],
  [/^link-local(?=\/|$)/, '169.254.0.0'],
  [/^default(?=\/|$)/, '0.0.0.0'],
]

function numeric(word: string, family: string): string {
  if (family === 'ip6' && /^(localhost|ip6-localhost|ip6-loopback)$/.test(word)) return '::1'
  const found = NAMED.find(([pattern]) => pattern.test(word))
  return found === undefined ? word : word.replace(found[0], found[1])
}

function hostCondition(field: 'source' | 'destination', word: string, family: string): MatchCondition | undefined {
  const negated = word.startsWith('!')
  const bare = negated ? word.slice(1) : word
  if (bare === 'anywhere') return undefined
  const address = addressWord(numeric(bare, family))
  if (address === undefined) return {field: 'opaque', negated: false, values: [`${field} ${word}`]}
  return isEverywhere(address) && !negated ? undefined : {field, negated, values: [address]}
}

function interfaceCondition(field: 'in-interface' | 'out-interface', word: string): MatchCondition | undefined {
  const negated = word.startsWith('!')
  const name = negated ? word.slice(1) : word
  return name === '*' || name === 'any' ? undefined : {field, negated, values: [name]}
}

function protocolCondition(word: string): MatchCondition | undefined {
  const negated = word.startsWith('!')
  const name = protocolName(negated ? word.slice(1) : word)
  return name === undefined ? undefined : {field: 'protocol', negated, values: [name]}
}

const PROTOCOL_WORD =
  /^!?(?:\d{1,3}|all|ip|tcp|udp|udplite|icmp|icmpv6|ipv6-icmp|sctp|dccp|esp|ah|gre|igmp|ipencap|ipv6|mobility-header|hopopt|mh)$/
const OPT_WORD = /^(?:--|-f|!f)$/

/** Cuts the leading columns off a row; the rest keeps its spacing because some matches print two spaces. */
function cutColumns(text: string, columns: Columns): {cells: string[]; tail: string} | undefined {
  const words = [...text.matchAll(/\S+/g)].slice(0, 12)
  let at = columns.numbered ? 1 : 0
  const cells: string[] = []
  const take = (): string => words[at++]?.[0] ?? ''
  cells.push(...(columns.verbose ? [take(), take()] : ['', '']))
  const targetless = PROTOCOL_WORD.test(words[at]?.[0] ?? '') && !PROTOCOL_WORD.test(words[at + 1]?.[0] ?? '')
  cells.push(targetless ? '' : take(), take())
  cells.push(OPT_WORD.test(words[at]?.[0] ?? '') ? take() : '--')
  cells.push(...(columns.verbose ? [take(), take()] : ['*', '*']))
  cells.push(take(), take())
  const last = words[at - 1]
  return last === undefined ? undefined : {cells, tail: text.slice((last.index ?? 0) + last[0].length)}
}

/** What a row says, and whether it has all its columns. */
function rowOf(text: string, columns: Columns, family: string, isChain: (name: string) => boolean) {
  const cut = cutColumns(text, columns)
  if (cut === undefined) return undefined
  const [
    packets = '',
    bytes = '',
    target = '',
    protocol = '',
    opt = '',
    inName = '*',
    outName = '*',
    source = '',
    destination = '',
  ] = cut.cells
  const {conditions, options, comment} = readListTail(cut.tail)
  const head = [
    hostCondition('source', source, family),
    hostCondition('destination', destination, family),
    interfaceCondition('in-interface', inName),
    interfaceCondition('out-interface', outName),
    protocolCondition(protocol),
    opt === '--' ? undefined : ({field: 'fragment', negated: opt.startsWith('!'), values: ['yes']} as const),
  ].filter(found => found !== undefined)
  const go = /\[goto\]/.test(cut.tail)
  return {
    whole: destination !== '',
    meaning: {
      conditions: [...head, ...conditions],
      actions: target === '' ? [] : [listAction(target, options, go, isChain)],
      ...definedFields({counters: /^\d+[KMGT]?$/.test(packets) ? counters(packets, bytes) : undefined}),
      comment,
    },
  }
}

/** A row of the listing by how it begins: counters in front, or the options behind the protocol. */
function isRow(text: string, {numbered, verbose}: Columns): boolean {
  const words = text.split(/\s+/, 5).slice(numbered ? 1 : 0)
  if (verbose) return words.length > 2 && words.slice(0, 2).every(word => /^\d+[KMGT]?$/.test(word))
  return words.slice(1, 3).some(word => OPT_WORD.test(word))
}

/** How many parts of a row are not understood; a missing column counts more than all of them. */
function unread(text: string, columns: Columns, family: string): number {
  const row = rowOf(text, columns, family, () => false)
  if (row?.whole !== true) return Number.POSITIVE_INFINITY
  return row.meaning.conditions.filter(({field}) => field === 'opaque').length
}

/**
 * A row that a terminal broke in two, as one: with or without a space between, whichever leaves less that is not understood. Undefined when the
 * second line does not complete the first.
 */
function continued(first: string, second: string, columns: Columns, family: string): string | undefined {
  if (!isRow(first, columns) || first.length + second.length > MOST_ROW) return undefined
  const [less, more] = [`${first}${second}`, `${first} ${second}`]
  const [glued, spaced] = [less, more].map(text => unread(text, columns, family)) as [number, number]
  const best = Math.min(glued, spaced)
  if (best === Number.POSITIVE_INFINITY || best > unread(first, columns, family)) return undefined
  return glued < spaced ? less : more
}

/** No row is longer. */
const MOST_ROW = 2_000

/** Which columns a header announces. */
function columnsOf(header: string): Columns {
  return {numbered: header.startsWith('num'), verbose: /\bpkts\b/.test(header)}
}

/** The lines of a listing, with rows that were broken in two put together, and the names of its chains. */
function endOfList(lines: readonly CleanLine[], at: number, family: string) {
  const names = new Set<string>()
  const list: CleanLine[] = []
  let columns: Columns = {numbered: false, verbose: false}
  let end = at
  for (; end < lines.length; end++) {
    const line = lines[end]
    const text = line?.text ?? ''
    const found = text.startsWith('Chain ') ? CHAIN.exec(text) : null
    if (line === undefined || line.command === true || (found !== null && names.has(found[1] ?? ''))) break
    if (found !== null) names.add(found[1] ?? '')
    else if (HEADER.test(text)) columns = columnsOf(text)
    else if (text !== '' && !isElision(text) && !isRow(text, columns)) {
      const last = list.at(-1)
      const whole = last === undefined ? undefined : continued(last.text, text, columns, family)
      if (last !== undefined && whole !== undefined) {
        list[list.length - 1] = {...last, text: whole}
        continue
      }
      if (!looksLikeRow(text)) break
    }
    list.push(line)
  }
  return {end, names, list}
}

function looksLikeRow(text: string): boolean {
  const words = text.split(/\s+/, 6)
  return words.length >= 4 && words.some(word => PROTOCOL_WORD.test(word))
}

/**
 * Reads one table as `iptables -L` prints it, with or without -v, -n, -x and --line-numbers. Columns are split on white space because long
 * target names push them aside (iptables(8), facts of versions 1.4 to 1.8.10). What this form loses is listed in the ruleset's `losses`.
 */
export function readList(lines: readonly CleanLine[], at: number, context: SectionContext, draft: RulesDraft): number {
  const {family, backend, tool} = context
  const {end, names, list} = endOfList(lines, at, family ?? 'ip')
  const v6 = lines
    .slice(at, end)
    .some(line => /(?:^|\s)!?(?:::\/0|[0-9a-f]*::[0-9a-f:]*)(?:\/\d+)?(?:\s|$)/i.test(line.text))
  const asked = lines.slice(Math.max(0, at - 2), at)
  const logged = asked.some(line => line.command === true && /\bip6?tables\b.* -\w*L/.test(line.text))
  const identity = {
    family: family ?? (v6 ? 'ip6' : 'ip'),
    backend: backend ?? 'unknown',
    form: 'list',
    tool,
    ...definedFields({logged: logged || undefined}),
  } as const
  const table = startTable(draft, identity, context.table ?? inferTable([...names]))
  table.losses.add(
    'whether a rule jumps (-j) or goes (-g) is shown only for goto, and options without a printed form are missing',
  )
  let chain: ChainDraft | undefined
  let columns: Columns = {numbered: false, verbose: false}
  for (const line of list) {
    const found = line.text.startsWith('Chain ') ? CHAIN.exec(line.text) : null
    if (found !== null) chain = openChain(table, found)
    else if (HEADER.test(line.text)) columns = columnsOf(line.text)
    else if (chain === undefined || line.text === '') continue
    else if (isElision(line.text)) chain.complete = false
    else {
      const row = rowOf(line.text, columns, table.family, name => names.has(name))
      if (row !== undefined) addRule(chain, row.meaning, line.text, line.number)
      if (row?.whole !== true) warn(draft, line.number, `row is cut off: ${line.text.slice(0, 200)}`)
    }
    if (HEADER.test(line.text) && !columns.verbose) table.losses.add(HIDDEN_INTERFACES)
  }
  if (family === undefined) settleFamily(table)
  return Math.max(end, at + 1)
}
