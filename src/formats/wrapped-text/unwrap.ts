import {definedFields} from '../../model/collections/defined-fields.js'
import {isQuotedMail, isSternNotice, nameReader} from './common-prefix.js'
import {withoutLineNumbers} from './line-numbers.js'
import {type Unprefixed, withoutPrefixes} from './line-prefixes.js'
import {readDockerRecord, readLogRecord} from './log-record.js'
import {plainPunctuation, withoutColours} from './punctuation.js'

/** A line as the program printed it, without the decoration of terminals, loggers, collectors, documents and chats. */
export interface UnwrappedLine {
  /** The line of the input, from 1. */
  readonly number: number
  /** With the indentation behind the prefixes; without white space at the end. */
  readonly text: string
  /** True after a shell prompt or `set -x` mark: the text is a command, not its output. */
  readonly command?: true
  /** The container, pod or unit in the prefix, such as `web-0/istio-init`. */
  readonly origin?: string
  /** The level the logger gave it, in lower case. */
  readonly level?: string
}

/** Shell prompts, marks of `set -x` (`+ `) and of command loggers (`> `, `:; `), with the commands that may follow them. */
const PROMPT =
  /^(?:(?:PS )?[\w.*~@:/\\-]{0,200}[$#%>]\s+|\[[\w.@ ~/-]{1,100}\][$#] |\+{1,3} |:; )(?=(?:sudo\s+(?:-\S+\s+)*)?(?:\S*\/)?(?:ip6?tables|nft|kubectl|istioctl|docker|crictl|nsenter|ip|ss|netstat|cat|curl|oc)\b)/
const FENCE = /^(?:```|~~~|\{code(?::[^}]*)?\}|\{noformat\}|<\/?(?:pre|code)>$)/

function* raw(text: string): Generator<{number: number; line: string}> {
  const lines = text.split(/\r\n|\n|\r/).map(line => plainPunctuation(withoutColours(line)))
  const mail = isQuotedMail(lines)
  const quoted = mail ? lines.map(line => line.replace(/^(?:> ?)+(?! ?[\w/]*(?:ip6?tables|nft) )/, '')) : lines
  for (const [index, line] of withoutLineNumbers(quoted).entries()) yield {number: index + 1, line}
}

/** Marks that loggers of commands put before what a command printed (`< `), and chats before what is quoted (`> `). */
const QUOTED = /^[<>] (?=[-*:+#]|Chain |table |ip6?tables|nft)/

const OUTPUT = /^\S+ v\d|^\S+: /

/** A line without its prompt. */
function asCommand(text: string): {text: string; command?: true} {
  const bare = text.trimStart()
  const prompted = bare.replace(PROMPT, '')
  // `# iptables v1.8.7: ...` is what a program said, quoted as a comment.
  if (prompted !== bare && OUTPUT.test(prompted)) return {text: prompted.trimEnd()}
  if (prompted !== bare) return {text: prompted.trimEnd(), command: true}
  return {text: (QUOTED.test(bare) ? bare.slice(2) : text).trimEnd()}
}

/** A line without the decoration of the log collector; `partial` when the next line of the same origin continues it. */
function withoutCollector(line: string): Unprefixed {
  const {rest, ...about} = withoutPrefixes(line)
  const docker = readDockerRecord(rest)
  if (docker === undefined) return {rest, ...about}
  return {rest: docker.text, ...about, ...definedFields({partial: docker.partial ? true : undefined})}
}

/** Rules, chains and tables start so, and no prefix does. */
const BARE = /^[-*:]/

/** One line without prefixes, and with the message of a record written out. */
/** What a program said in a line, with its level and its place where the line tells them. */
interface Message {
  readonly text: string
  readonly level?: string | undefined
  readonly origin?: string | undefined
}

/** True for a line that nothing is wrapped around. */
function isBare(line: string): boolean {
  return BARE.test(line) && !line.includes('\\n') && !line.includes('\n')
}

function* messages(line: string): Generator<Message> {
  if (isBare(line)) {
    yield {text: line}
    return
  }
  const {rest, level, origin} = withoutPrefixes(line)
  const record = readLogRecord(rest)
  if (record === undefined) yield {text: rest, level, origin}
  else
    for (const each of record.lines) {
      const inner = withoutPrefixes(each)
      yield {text: inner.rest, level: inner.level ?? record.level ?? level, origin}
    }
}

/** The last text and its lines, cached: several parsers read the same text in turn. */
const last: {text?: string; lines?: readonly UnwrappedLine[]} = {}

/**
 * Takes a paste or a log apart into the lines a program printed: without colours, typographic quotes and dashes, markdown fences, prompts, line
 * numbers, the prefixes of stern, `kubectl logs --prefix --timestamps`, Docker, the CRI and journald, the heads of klog and zap, and with the
 * messages of JSON and logfmt records and blocks with escaped line breaks written out. Never fails; time and memory are linear in the text.
 */
export function unwrapLines(text: string): readonly UnwrappedLine[] {
  if (text.trim() === '') return []
  if (last.lines !== undefined && last.text === text) return last.lines
  const lines = linesOf(text)
  last.text = text
  last.lines = lines
  return lines
}

function linesOf(text: string): readonly UnwrappedLine[] {
  const inputs = [...raw(text)]
  const names = nameReader(inputs.map(({line}) => line))
  const lines: UnwrappedLine[] = []
  const open = new Map<string, string>()
  const add = (number: number, line: string, from: string | undefined, head?: string) => {
    const parts: readonly Message[] = isBare(line)
      ? [{text: line}]
      : line.split('\n').flatMap(each => [...messages(each)])
    for (const {text: said, level = head, origin = from} of parts) {
      if (FENCE.test(said.trimStart())) continue
      lines.push({
        number,
        ...asCommand(said),
        origin,
        level,
      })
    }
  }
  for (const {number, line} of inputs) {
    // A text may be millions of them.
    if (open.size === 0 && line.trim() === '') {
      lines.push({number, text: ''})
      continue
    }
    if (isSternNotice(line)) continue
    const common = names(line)
    const body = common === undefined ? line : line.slice(common.prefix.length)
    const outer: Unprefixed = BARE.test(body) ? {rest: body} : withoutCollector(body)
    const origin = outer.origin ?? common?.origin
    const before = open.get(origin ?? '') ?? ''
    open.delete(origin ?? '')
    if (outer.partial === true) open.set(origin ?? '', before + outer.rest)
    else add(number, before + outer.rest, origin, outer.level)
  }
  for (const [origin, rest] of open) add(inputs.length, rest, origin === '' ? undefined : origin)
  return lines
}
