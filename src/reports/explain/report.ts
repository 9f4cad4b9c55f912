import {BUILT_IN} from '../../model/evidence/provenance.js'
import {UserError} from '../../model/evidence/user-error.js'
import {humanCount} from '../../model/text/human-count.js'
import {nearestNames} from '../../model/text/nearest.js'
import type {Report} from '../report.js'
import {type ExplainedLine, type ExplainedText, explainLines} from './lines.js'
import {hasPlaceholder} from './named-pods.js'
import {isInvalidPort, knownNames, type RuleList, type Topic, topicOf} from './topic.js'

export interface ExplainReport extends Report {
  readonly word: string
  /** One per term; empty for a text of log lines. */
  readonly topics: readonly Topic[]
  readonly lines: readonly ExplainedLine[]
  /** Unknown words, each with the most similar known names. */
  readonly unknown: readonly {readonly word: string; readonly nearest: readonly string[]}[]
}

/** Words of one name at most, such as `x509: certificate signed by unknown authority`. */
const LONGEST_NAME = 7
/** A text of more words is prose or a log, of which only known words are explained. */
const MAX_WORDS = 40

interface Found {
  readonly topics: readonly Topic[]
  readonly unknown: readonly string[]
}

/** The longest names first: `native sidecar` before `sidecar`; each word is used once. */
function topicsIn(rules: RuleList, words: readonly string[]): Found {
  const topics: Topic[] = []
  const unknown: string[] = []
  for (let start = 0; start < words.length; ) {
    let taken = 0
    for (let length = Math.min(LONGEST_NAME, words.length - start); length > 0 && taken === 0; length--) {
      const topic = topicOf(rules, words.slice(start, start + length).join(' '))
      if (topic === undefined) continue
      if (!topics.some(({word}) => word.toLowerCase() === topic.word.toLowerCase())) topics.push(topic)
      taken = length
    }
    if (taken === 0) unknown.push(words[start] ?? '')
    start += Math.max(1, taken)
  }
  return {topics, unknown}
}

function noLogLine(): UserError {
  return new UserError('no line of this text is recognised', {
    hint: 'explain reads log lines: access logs, istio-proxy, istiod, istio-cni, ztunnel, events.',
    next: 'meshctl read FILE   # what a file is, and which command reads it',
  })
}

/** Lines of unknown messages shown when nothing else is. */
const MAX_UNKNOWN = 10

function missedLines({unknown, other}: ExplainedText): readonly string[] {
  const numbers = [...unknown.map(({line}) => line), ...other].sort((a, b) => a - b)
  if (numbers.length === 0) return []
  const more = numbers.length > 5 ? ', ...' : ''
  return [`not recognised: ${humanCount(numbers.length, 'line', 'lines')} (${numbers.slice(0, 5).join(', ')}${more})`]
}

/** Lines that are cut, and a last line that may be: a logger ends each line with a line feed. */
function cutLines({explained, cut}: ExplainedText, mayBeCut: boolean): readonly string[] {
  const last = mayBeCut && explained.length > 0
  const more = cut.length > 5 ? ', ...' : ''
  return [
    ...(cut.length === 0
      ? []
      : [
          `cut: ${humanCount(cut.length, 'line', 'lines')} (${cut.slice(0, 5).join(', ')}${more}) end before the last fields of their format; the missing fields are unknown, and another cause may hold`,
        ]),
    ...(last
      ? ['the text does not end with a line feed: its last line may be cut, and lines may be missing after it']
      : []),
  ]
}

/** Says once what the words in capitals in commands are. */
function placeholders({explained}: ExplainedText): readonly string[] {
  return explained.some(({next}) => hasPlaceholder(next))
    ? ['in these commands POD, NAMESPACE and other words in capitals are placeholders for your own names']
    : []
}

function isProse(words: readonly string[]): boolean {
  return words.length > 4
}

/** The words of the parts of a text; a list such as `MCT1001,MCT1002` is taken apart unless it is a name as it stands. */
function wordsIn(rules: RuleList, parts: readonly string[]): readonly string[] {
  return parts.flatMap(word =>
    topicOf(rules, word) === undefined ? word.split(',').filter(part => part !== '') : [word],
  )
}

/** More words of the text are names than not: it is a list of names, not a sentence. */
function isList(words: readonly string[], unknown: readonly string[]): boolean {
  return unknown.length * 2 < words.length
}

function notKnown(rules: RuleList, text: string): UserError {
  const near = nearestNames(text, knownNames(rules))
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text
  return new UserError(`unknown term ${JSON.stringify(shown)}`, {
    hint:
      near.length > 0
        ? `Did you mean ${near.join(', ')}?`
        : 'Known: rule codes and names (MCT1001, IST0144), ports, HTTP codes, response flags (UF) and details, TLS errors, clusters, chains, mesh terms; or whole log lines.',
    next:
      near[0] === undefined
        ? 'meshctl explain   # what can be explained'
        : `meshctl explain ${JSON.stringify(near[0])}`,
  })
}

/** The meaning of terms or log lines; a text without any known term is an error that names similar ones. */
export function explainReport(
  rules: RuleList,
  given: string,
  mayBeCut = given.includes('\n') && !given.endsWith('\n'),
): ExplainReport {
  const text = given.trim()
  const base = {origin: {kind: 'memory', label: 'meshctl'} as const, provenance: BUILT_IN, gaps: [], word: text}
  const several = text.includes('\n')
  const whole = several || /\[IST\d{4}\]/.test(text) ? undefined : topicOf(rules, text)
  if (whole !== undefined) return {...base, notes: [], topics: [whole], lines: [], unknown: []}
  if (isInvalidPort(text)) throw new UserError(`${text} is not a port`, {hint: 'Ports go from 1 to 65535.'})
  const log = explainLines(text)
  const parts = text.split(/\s+/)
  const all = wordsIn(rules, parts.slice(0, MAX_WORDS))
  const words = all.slice(0, MAX_WORDS)
  if (log.explained.length > 0 && (several || isProse(words) || words.every(word => word.includes('='))))
    return {
      ...base,
      notes: [...missedLines(log), ...cutLines(log, mayBeCut), ...placeholders(log)],
      topics: [],
      lines: log.explained,
      unknown: [],
    }
  if (log.unknown.length > 0) {
    const lines = log.unknown.slice(0, MAX_UNKNOWN)
    return {...base, notes: missedLines({...log, unknown: []}), topics: [], lines, unknown: []}
  }
  if (several) throw noLogLine()
  const {topics, unknown} = topicsIn(rules, words)
  if (topics.length === 0 && log.explained.length === 0) throw notKnown(rules, text)
  const names = isProse(words) && !isList(words, unknown) ? [] : unknown
  const left = all.length - words.length + Math.max(0, parts.length - MAX_WORDS)
  const notes = left === 0 ? [] : [`not explained: ${humanCount(left, 'word', 'words')} after the first ${MAX_WORDS}`]
  const missed = names.map(word => ({word, nearest: nearestNames(word, knownNames(rules))}))
  return {...base, notes, topics, lines: log.explained, unknown: missed}
}
