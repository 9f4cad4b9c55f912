import {isUtf8} from 'node:buffer'
import {type Answer, answered, missing} from '../model/answer.js'

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').slice(0, 120)
}

/** True when the parser stumbled over the end of the text rather than over something in it. */
function endsEarly(text: string, message: string): boolean {
  if (/Unexpected end|Unterminated/.test(message)) return true
  const position = /at position (\d+)/.exec(message)?.[1]
  return position !== undefined && Number(position) >= text.trimEnd().length
}

/** What bytes are that no tool of ours prints: `wanted` names what they are not. Undefined for other text. */
export function strangeBytes(bytes: Uint8Array, wanted: string): string | undefined {
  if (bytes.length === 0) return 'it is empty (0 bytes)'
  if (bytes.includes(0)) return `it is binary data, not ${wanted}`
  if (!isUtf8(bytes)) return 'it is not valid UTF-8 text'
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 4096)).toString('utf8')
  if (/^[\ufeff\s]*</.test(text))
    return `it is an HTML or XML page, not ${wanted} (often an error page of a proxy in between)`
  return undefined
}

/** Which lines to remove when text of a few lines stands before whole JSON; undefined when it does not. */
function linesBeforeJson(text: string): string | undefined {
  const lines = text.slice(0, 4096).split('\n')
  const first = lines.findIndex(line => /^\s*[{[]/.test(line))
  if (first <= 0) return undefined
  const offset = lines.slice(0, first).join('\n').length + 1
  try {
    JSON.parse(text.slice(offset))
  } catch {
    return undefined
  }
  const which = first === 1 ? 'line 1' : `lines 1 to ${first}`
  return `text stands before the JSON: remove ${which}, ${JSON.stringify(firstLine(text))}`
}

function damage(text: string, error: Error): string {
  const start = text.trimStart()
  if (endsEarly(text, error.message))
    return `it is cut short: the JSON ends in the middle after ${text.length} characters`
  const before = linesBeforeJson(start)
  if (before !== undefined) return before
  if (!/^[{["\d-]|^(true|false|null)/.test(start)) return `it is text, not JSON: ${JSON.stringify(firstLine(start))}`
  return `it is not JSON: ${error.message.replace(/\s+/g, ' ').slice(0, 200)}`
}

/** The JSON value in some bytes; anything else is a gap that says what the bytes are instead (empty, cut short, HTML, binary, bad UTF-8). */
export function parseJson(bytes: Uint8Array, what: string): Answer<unknown> {
  if (bytes.length === 0 || !isUtf8(bytes))
    return missing(what, 'unreadable', strangeBytes(bytes, 'JSON') ?? 'it is not valid UTF-8 text')
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
  try {
    return answered(JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text))
  } catch (error) {
    const detail = strangeBytes(bytes, 'JSON') ?? damage(text, error as Error)
    return missing(what, detail.startsWith('it is cut short') ? 'truncated' : 'unreadable', detail)
  }
}
