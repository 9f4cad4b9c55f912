import {own} from '../../model/collections/own.js'
/** What a line of a structured log says: its message and what came with it, cut at line breaks. */
export interface LogRecord {
  readonly lines: readonly string[]
  readonly level?: string
}

/** Where loggers and collectors keep the message: zap and logrus, journald, Google Cloud, Loki, OpenTelemetry. */
const MESSAGE = ['msg', 'message', 'MESSAGE', 'textPayload', 'line', 'body'] as const
/** What else a record of a log holds, and an object of Kubernetes with a message does not. */
const OF_A_LOG = ['level', 'severity', 'lvl', 'time', 'ts', 'timestamp', '@timestamp', '__REALTIME_TIMESTAMP'] as const
const BESIDE = ['error', 'err', 'stderr', 'stdout', 'output', 'stacktrace'] as const
const LEVEL = ['level', 'severity', 'lvl'] as const

function textAt(entry: object, keys: readonly string[]): string | undefined {
  const found = keys.map(key => (Object.hasOwn(entry, key) ? Reflect.get(entry, key) : undefined))
  const text = found.find(value => typeof value === 'string')
  return typeof text === 'string' ? text : undefined
}

function jsonObject(text: string): object | undefined {
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined
  try {
    const entry: unknown = JSON.parse(text)
    return entry !== null && typeof entry === 'object' && !Array.isArray(entry) ? entry : undefined
  } catch {
    return undefined
  }
}

function recordOf(message: string, level: string | undefined, beside: readonly string[]): LogRecord {
  const lines = [message.replace(/\n$/, ''), ...beside].flatMap(each => each.split(/\r?\n/))
  return {lines, level: level === undefined ? undefined : level.toLowerCase()}
}

function fromJson(text: string): LogRecord | undefined {
  const entry = jsonObject(text)
  if (entry === undefined) return undefined
  const message = textAt(entry, MESSAGE)
  if (message === undefined || !OF_A_LOG.some(key => Object.hasOwn(entry, key))) return undefined
  const beside = BESIDE.flatMap(key => textAt(entry, [key]) ?? [])
  return recordOf(message, textAt(entry, LEVEL), beside)
}

/** What Docker's json-file driver wrote: a piece of the output, whose line goes on in the next record when it has no line break at its end. */
export function readDockerRecord(line: string): {readonly text: string; readonly partial: boolean} | undefined {
  if (!line.startsWith('{"log":')) return undefined
  const entry = jsonObject(line.trim())
  const text = entry === undefined || !Object.hasOwn(entry, 'stream') ? undefined : textAt(entry, ['log'])
  return text === undefined ? undefined : {text: text.replace(/\r?\n$/, ''), partial: !text.endsWith('\n')}
}

const PAIR = /([A-Za-z_][\w.-]*)=(?:"((?:[^"\\]|\\.)*)"|(\S*))\s*/y

/** `time="..." level=info msg="..."`, as logrus and Go's log/slog print (https://brandur.org/logfmt). */
function fromLogfmt(text: string): LogRecord | undefined {
  const pairs = new Map<string, string>()
  PAIR.lastIndex = 0
  for (let at = 0; at < text.length; at = PAIR.lastIndex) {
    const found = PAIR.exec(text)
    if (found === null) return undefined
    pairs.set(found[1] ?? '', found[2] === undefined ? (found[3] ?? '') : withoutEscapes(found[2]))
  }
  const message = pairs.get('msg')
  if (message === undefined || !(pairs.has('level') || pairs.has('time'))) return undefined
  return recordOf(
    message,
    pairs.get('level'),
    BESIDE.flatMap(key => pairs.get(key) ?? []),
  )
}

const ESCAPES: Readonly<Record<string, string>> = {n: '\n', t: '\t', r: '\r'}

/** Resolves the backslashes of a quoted string: `\n`, `\t`, `\"`, `\\`. */
function withoutEscapes(text: string): string {
  return text.replace(/\\(.)/gs, (_, mark: string) => own(ESCAPES, mark) ?? mark)
}

const QUOTED_BREAKS = /"((?:[^"\\]|\\.)*)"/g

/**
 * Cuts a line in which line breaks were written as `\n`, as loggers do that quote their message. A quoted part with two breaks or more is taken
 * by itself; without quotes the whole line is. Undefined when the line holds fewer than two.
 */
function fromEscapes(text: string): LogRecord | undefined {
  if (text.indexOf('\\n') === text.lastIndexOf('\\n')) return undefined
  const parts: string[] = []
  let from = 0
  for (const found of text.matchAll(QUOTED_BREAKS)) {
    const body = found[1] ?? ''
    if (body.indexOf('\\n') === body.lastIndexOf('\\n')) continue
    parts.push(text.slice(from, found.index), withoutEscapes(body))
    from = found.index + found[0].length
  }
  const rest = text.slice(from)
  parts.push(from === 0 ? withoutEscapes(rest.replace(/^(['"])(.*)\1$/s, '$2')) : rest)
  return {lines: parts.flatMap(each => each.split(/\r?\n/)).filter(each => each.trim() !== '')}
}

/** Reads one line of a JSON log, of a logfmt log, or one with line breaks written as `\n`; undefined for anything else. Time is linear in the line. */
export function readLogRecord(line: string): LogRecord | undefined {
  const text = line.trim()
  const record = fromJson(text)
  if (record !== undefined) return record
  if (text.includes('msg=')) {
    const pairs = fromLogfmt(text)
    if (pairs !== undefined) return pairs
  }
  return text.includes('\\n') ? fromEscapes(text) : undefined
}
