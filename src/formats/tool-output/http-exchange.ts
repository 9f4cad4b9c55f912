import {definedFields} from '../../model/collections/defined-fields.js'
import type {HttpExchange} from '../../model/evidence/tool-output.js'

const STATUS = /^(?:< |\s*wget: server returned error: |\s*)HTTP\/[\d.]+ (\d{3})\b/
const CURL_ERROR = /^(?:.*\s)?curl: \((\d{1,3})\) (.*)$/
/** What wget of GNU and of BusyBox write when they fail, by the exit code that curl has for the same. */
const WGET_ERRORS: readonly (readonly [code: number, words: RegExp])[] = [
  [6, /^(?:.*\s)?wget: ((?:bad address|unable to resolve host address) .*)$/],
  [7, /^(?:.*\s)?wget: (can't connect to remote host.*Connection refused.*)$/],
  [28, /^(?:.*\s)?wget: ((?:download timed out|can't connect to remote host.*timed out).*)$/],
  [52, /^(?:.*\s)?wget: (error getting response.*)$/],
]
const CONNECTED = /^\* +Connected to (\S+) \(([0-9a-fA-F.:]+)\) port (\d+)/
const TRYING = /^\* +Trying \[?([0-9a-fA-F.:]+?)\]?(?::(\d+))?\.{3}\s*$/
const FAILED = /^\* +connect to (\S+) port (\d+)/
const REQUEST = /^> ?[A-Z]{3,10} (\S+) HTTP\//
const HEADER = /^(?:< | {2})?([\w-]{1,80}): ?(.*)$/
/** A command behind a prompt that runs curl or wget. */
const COMMAND = /(?:^|\s)(?:\$|#|%) .*\b(?:curl|wget) /
/** Words of Envoy and of applications that stand where a body is. */
const NO_BODY = /^(?:[*<>{}]|\}|curl: |\s*$|```|command terminated)/

/** Longer lines are read up to here. */
const LONGEST_LINE = 4000

function lines(text: string): readonly string[] {
  return text.split(/\r\n|\n|\r/).map(line => line.slice(0, LONGEST_LINE))
}

/** The headers behind a status line, and the first line of the body. */
function answerAt(all: readonly string[], at: number): Pick<HttpExchange, 'headers' | 'body'> {
  const headers: [string, string][] = []
  const verbose = all[at]?.startsWith('< ') === true
  let next = at + 1
  for (; next < all.length; next++) {
    const line = all[next] ?? ''
    if (verbose && /^[*{}>]/.test(line)) continue
    const header = HEADER.exec(line)
    if (header === null || (verbose && !line.startsWith('<'))) break
    headers.push([(header[1] ?? '').toLowerCase(), (header[2] ?? '').trim()])
  }
  const body = all.slice(next, next + 6).find(line => !NO_BODY.test(line) && !/^<\s*$/.test(line))
  return {headers: Object.fromEntries(headers), ...definedFields({body: body?.trim().slice(0, 500)})}
}

/** The last failure of wget in a text. */
function wgetError(all: readonly string[]): {readonly code: number; readonly message: string} | undefined {
  const found = all.flatMap(line =>
    WGET_ERRORS.flatMap(([code, words]) => {
      const said = words.exec(line)?.[1]
      return said === undefined ? [] : [{code, message: said}]
    }),
  )
  return found.at(-1)
}

/** True for what curl or wget print of a request: its status, an error, or the connection. */
export function isHttpExchange(text: string): boolean {
  const all = lines(text)
  return (
    all.some(line => STATUS.test(line) || CURL_ERROR.test(line) || CONNECTED.test(line) || TRYING.test(line)) ||
    wgetError(all) !== undefined
  )
}

/** True for a command that sends a request, without anything that shows what came of it but its output. */
export function isBareRequest(text: string): boolean {
  return lines(text).some(line => COMMAND.test(line))
}

function last<T>(values: readonly T[]): T | undefined {
  return values.at(-1)
}

/** The last request in a text of curl (-v, -i, -I) or wget, with what came of it; undefined for other texts. */
export function parseHttpExchange(text: string): HttpExchange | undefined {
  const bare = isBareRequest(text)
  if (!bare && !isHttpExchange(text)) return undefined
  const all = lines(text)
  const matches = (pattern: RegExp) => all.flatMap(line => pattern.exec(line) ?? [])
  const found = (pattern: RegExp) => last(all.map(line => pattern.exec(line)).filter(match => match !== null))
  const at = all.findLastIndex(line => STATUS.test(line))
  const answer = at < 0 ? {headers: {}} : answerAt(all, at)
  const connected = found(CONNECTED)
  const tried = found(FAILED) ?? found(TRYING)
  const error = found(CURL_ERROR)
  const wget = error === null || error === undefined ? wgetError(all) : undefined
  const exit = matches(/command terminated with exit code (\d+)/)[1]
  const address = connected?.[2] ?? tried?.[1]
  const host = found(/^> ?[Hh]ost: ?(\S+)/)?.[1]
  return {
    ...answer,
    ...definedFields({
      host,
      peer: connected === undefined ? address : `${connected[1]} (${connected[2]})`,
      peerAddress: address,
      peerPort: Number(connected?.[3] ?? tried?.[2]) || undefined,
      path: found(REQUEST)?.[1],
      status: at < 0 ? undefined : Number(STATUS.exec(all[at] ?? '')?.[1]),
      client: wget === undefined ? undefined : ('wget' as const),
      curlError: wget?.code ?? (Number(error?.[1] ?? (bare ? exit : undefined)) || undefined),
      message: error?.[2] ?? wget?.message,
    }),
  }
}
