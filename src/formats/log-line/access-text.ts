import {definedFields} from '../../model/collections/defined-fields.js'
import type {AccessLogEntry} from '../../model/envoy/log-line.js'
import {RESPONSE_FLAGS} from '../../model/envoy/response-flags.js'

interface Token {
  readonly text: string
  readonly quoted: boolean
}

const START = /\[(\d{4}-\d\d-\d\dT[\d:.]+Z?)\] "/
/** A status and flags that stand alone, as in a piece of a line. */
const FRAGMENT = /(?:^|[\s"])(0|[1-5]\d\d) (-|[A-Z]{2,5}(?:,[A-Z]{2,5})*)(?=\s|$)/g

/** Quoted strings, with escaped quotes inside, and words; quotes that are not closed end with the text. */
function tokens(text: string): readonly Token[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)(?:"|$)|\S+/g)].map(match => ({
    text: match[1] ?? match[0],
    quoted: match[1] !== undefined,
  }))
}

function given(text: string | undefined): string | undefined {
  return text === undefined || text === '' || text === '-' ? undefined : text
}

function isCount({text, quoted}: Token): boolean {
  return !quoted && /^\d+$/.test(text)
}

/**
 * The fields behind the response flags, in the order every release writes them: details and termination (since 1.8 and 1.9), one
 * or two quoted texts (Mixer's status until 1.7, the transport failure since 1.1), four numbers, five quoted texts, then the upstream
 * cluster, three addresses, SNI and route name (Istio meshconfig, EnvoyTextLogFormat of 1.0 to 1.31; Envoy's default ends sooner).
 */
function afterFlags(all: readonly Token[]): Partial<AccessLogEntry> {
  const numbers = all.findIndex(isCount)
  const before = all.slice(0, numbers < 0 ? all.length : numbers)
  const bare = before.filter(each => !each.quoted)
  const quoted = before.filter(each => each.quoted)
  if (numbers < 0)
    return {details: given(bare[0]?.text), termination: given(bare[1]?.text), failure: given(quoted.at(-1)?.text)}
  const rest = all.slice(numbers)
  const firstQuoted = rest.findIndex(each => each.quoted)
  const counts = firstQuoted < 0 ? rest.slice(0, 4) : rest.slice(0, firstQuoted)
  const behind = firstQuoted < 0 ? [] : rest.slice(firstQuoted)
  const strings = behind.filter(each => each.quoted).map(each => each.text)
  const words = behind.filter(each => !each.quoted).map(each => each.text)
  const duration = Number(counts[2]?.text)
  return {
    details: given(bare[0]?.text),
    termination: given(bare[1]?.text),
    failure: given(quoted.at(-1)?.text),
    ...definedFields({duration: Number.isFinite(duration) ? duration : undefined}),
    requestId: given(strings[2]),
    authority: given(strings[3]),
    upstreamHost: given(strings[4]),
    cluster: given(words[0]),
    localAddress: given(words[2]),
    remoteAddress: given(words[3]),
    sni: given(words[4]),
    route: given(words[5]),
  }
}

function flagsIn(text: string): readonly string[] | undefined {
  if (text === '-') return []
  const flags = text.split(',')
  return flags.every(flag => Object.hasOwn(RESPONSE_FLAGS, flag)) ? flags : undefined
}

function withoutAbsent(entry: AccessLogEntry): AccessLogEntry {
  return Object.fromEntries(
    Object.entries(entry).filter(([, value]) => value !== undefined),
  ) as unknown as AccessLogEntry
}

/** Details such as `upstream_reset_before_response_started{...` whose bracket is not closed. */
function isOpen(text: string): boolean {
  const last = (...marks: readonly string[]) => Math.max(...marks.map(mark => text.lastIndexOf(mark)))
  return last('{', '[') > last('}', ']')
}

/**
 * True when a line ends within its format. Behind the flags there are four numbers and five quoted texts (Envoy's default); Istio's formats, which
 * have more before the numbers, have five words behind them at least: cluster, three addresses, server name (Istio 1.1 to 1.31).
 */
function endsWithin(line: string, behindFlags: readonly Token[]): boolean {
  const quotes = line.replace(/\\./g, '').split('"').length - 1
  if (quotes % 2 === 1) return true
  const numbers = behindFlags.findIndex(isCount)
  if (numbers < 0) return true
  const own = behindFlags.slice(numbers)
  const texts = own.filter(each => each.quoted).length
  const words = own.slice(own.findLastIndex(each => each.quoted) + 1).length
  return texts < 5 || (numbers > 0 && words < 5)
}

const TCP_OF_1_0 =
  /\[(\d{4}-\d\d-\d\dT[\d:.]+Z?)\] (-|[A-Z]{2,5}(?:,[A-Z]{2,5})*) \d+ \d+ (\d+) "([^"]*)" (\S+)(?: (\S+) (\S+) (\S+))?/

/** A TCP connection as Istio 1.0 logs it (EnvoyTCPLogFormat): flags, three numbers, the upstream, its cluster and three addresses; no status. */
function tcpOfOldIstio(line: string): AccessLogEntry | undefined {
  const [, time = '', flags = '-', duration, upstream, cluster, , local, remote] = TCP_OF_1_0.exec(line) ?? []
  const known = flagsIn(flags)
  if (duration === undefined || known === undefined) return undefined
  return withoutAbsent({
    kind: 'access',
    form: 'text',
    time,
    tcp: true,
    flags: known,
    duration: Number(duration),
    ...definedFields({
      upstreamHost: given(upstream),
      cluster: given(cluster),
      localAddress: given(local),
      remoteAddress: given(remote),
      cut: remote === undefined ? (true as const) : undefined,
    }),
  })
}

/** Reads an access-log line of Envoy in Istio's text format (any release) or Envoy's default, whatever stands before it. */
export function parseAccessText(line: string): AccessLogEntry | undefined {
  const start = START.exec(line)
  if (start === null) return tcpOfOldIstio(line)
  const [request, code, flags, ...rest] = tokens(line.slice(start.index + start[0].length - 1))
  const known = flagsIn(flags?.text ?? '-')
  if (request === undefined || code === undefined || !/^\d{1,3}$/.test(code.text)) return undefined
  const tcp = /^- - -$|^-$/.test(request.text)
  return withoutAbsent({
    kind: 'access',
    form: 'text',
    time: start[1] ?? '',
    ...definedFields({request: tcp ? undefined : request.text}),
    tcp,
    code: code.text,
    flags: known ?? (flags?.text ?? '').split(','),
    ...afterFlags(rest),
    ...(endsWithin(line.slice(start.index), rest) ? {cut: true as const} : {}),
  })
}

/** Reads a piece of an access-log line: a status with response flags, and what follows them. */
export function parseAccessFragment(line: string): AccessLogEntry | undefined {
  for (const match of line.matchAll(FRAGMENT)) {
    const flags = flagsIn(match[2] ?? '')
    const rest = line.slice(match.index + match[0].length)
    if (flags === undefined || (flags.length === 0 && rest.trim() === '')) continue
    const request = /"([A-Z]+ \S+(?: HTTP\/[\d.]+)?)"/.exec(line.slice(0, match.index + 1))?.[1]
    const open = rest.split('"').length % 2 === 0 || isOpen(rest)
    return withoutAbsent({
      kind: 'access',
      form: 'fragment',
      ...(open ? {cut: true as const} : {}),
      tcp: match[1] === '0' && request === undefined,
      ...definedFields({request}),
      code: match[1] ?? '',
      flags,
      ...afterFlags(tokens(rest)),
    })
  }
  return undefined
}
