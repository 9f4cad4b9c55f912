import {isUtf8} from 'node:buffer'
import {type Answer, answered, missing} from '../model/evidence/answer.js'

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').slice(0, 120)
}

/** True if the parser failed at the end of the text (truncated input). */
function endsEarly(text: string, message: string): boolean {
  if (/Unexpected end|Unterminated/.test(message)) return true
  const position = /at position (\d+)/.exec(message)?.[1]
  return position !== undefined && Number(position) >= text.trimEnd().length
}

/** Describes bytes that are not text (empty, binary, HTML); `wanted` is the expected format. Undefined for other text. */
export function describeNonText(bytes: Uint8Array, wanted: string): string | undefined {
  if (bytes.length === 0) return 'it is empty (0 bytes)'
  if (bytes.includes(0)) return `it is binary data, not ${wanted}`
  if (!isUtf8(bytes)) return 'it is not valid UTF-8 text'
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 4096)).toString('utf8')
  if (/^[\ufeff\s]*</.test(text)) return `it is an HTML or XML page, not ${wanted} (often an error page of a proxy)`
  return undefined
}

/** True for text that is one whole JSON document. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Which lines to remove when text of a few lines precedes whole JSON; undefined when it does not. */
function linesBeforeJson(text: string): string | undefined {
  const lines = text.slice(0, 4096).split('\n')
  const first = lines.findIndex(line => /^\s*[{[]/.test(line))
  if (first <= 0) return undefined
  const offset = lines.slice(0, first).join('\n').length + 1
  if (!isJson(text.slice(offset))) return undefined
  const which = first === 1 ? 'line 1' : `lines 1 to ${first}`
  return `there is text before the JSON: remove ${which}, ${JSON.stringify(firstLine(text))}`
}

function damage(text: string, error: Error): string {
  const start = text.trimStart()
  if (endsEarly(text, error.message)) return `it is truncated: the JSON ends after ${text.length} characters`
  const before = linesBeforeJson(start)
  if (before !== undefined) return before
  if (!/^[{["\d-]|^(true|false|null)/.test(start)) return `it is text, not JSON: ${JSON.stringify(firstLine(start))}`
  return `it is not JSON: ${error.message.replace(/\s+/g, ' ').slice(0, 200)}`
}

/** The JSON value in some bytes; anything else is a gap that says what the bytes are instead (empty, cut short, HTML, binary, bad UTF-8). */
export function parseJson(bytes: Uint8Array, what: string): Answer<unknown> {
  if (bytes.length === 0 || !isUtf8(bytes))
    return missing(what, 'unreadable', describeNonText(bytes, 'JSON') ?? 'it is not valid UTF-8 text')
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
  try {
    return answered(JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text))
  } catch (error) {
    const detail = describeNonText(bytes, 'JSON') ?? damage(text, error as Error)
    return missing(what, detail.startsWith('it is truncated') ? 'truncated' : 'unreadable', detail)
  }
}
