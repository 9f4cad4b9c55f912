import {isNoSecret, isSecretName, isSignature} from './names.js'
import {REDACTED} from './placeholder.js'

/** A part of a name that may make it a secret; the whole name decides. */
const HINT = /pass|pwd|secret|token|key|cred|auth|cookie|sig(?=[=n])/gi
const MAX_NAME = 100
/** Words a quoted value may have; longer is text. */
const MAX_VALUE = 64 * 1024

/** What a quote is: its backslashes and the character, as it stands in JSON in JSON. */
interface Quote {
  readonly slashes: number
  readonly mark: string
  readonly end: number
}

interface Edit {
  readonly from: number
  readonly to: number
}

function isNameChar(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 45 ||
    code === 46
  )
}

function isQuote(char: string | undefined): boolean {
  return char === '"' || char === "'" || char === '`'
}

/** The quote that begins at a place; undefined when there is none. */
function quoteAt(text: string, at: number): Quote | undefined {
  let slashes = 0
  while (text[at + slashes] === '\\' && slashes < MAX_NAME) slashes += 1
  const mark = text[at + slashes]
  return mark !== undefined && isQuote(mark) ? {slashes, mark, end: at + slashes + 1} : undefined
}

/** The quote that ends just before a place. */
function quoteBefore(text: string, at: number): Quote | undefined {
  const mark = text[at - 1]
  if (mark === undefined || !isQuote(mark)) return undefined
  let slashes = 0
  while (text[at - 2 - slashes] === '\\' && slashes < MAX_NAME) slashes += 1
  return {slashes, mark, end: at}
}

function isSame(a: Quote | undefined, b: Quote | undefined): boolean {
  return a !== undefined && b !== undefined && a.slashes === b.slashes && a.mark === b.mark
}

/** Where a quoted value ends, before its closing quote: the same mark behind as many backslashes; the end of its line without one. */
function endOfQuoted(text: string, {slashes, mark, end}: Quote): number {
  const limit = Math.min(text.length, end + MAX_VALUE)
  for (let at = end; at < limit; at++) {
    const char = text[at]
    if (char === '\n' && slashes === 0 && mark !== '`') return at
    if (char !== mark) continue
    let before = 0
    while (at - 1 - before >= end && text[at - 1 - before] === '\\') before += 1
    if (before <= slashes) return at - before
  }
  return limit
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (at - from < 16 && (text[at] === ' ' || text[at] === '\t')) at += 1
  return at
}

/** True when only indentation, dashes of a list, braces and quotes stand before the place on its line: a field, not prose. */
function startsLine(text: string, at: number): boolean {
  for (let back = at - 1; back >= 0 && at - back < MAX_NAME; back--) {
    const char = text[back] ?? ''
    if (char === '\n' || char === '{' || char === ',') return true
    if (char === 'n' && text[back - 1] === '\\') return true
    if (!' \t-"\'`\\>|+'.includes(char)) return false
  }
  return true
}

/** True for a word of prose: "failed to get token: connection refused" loses nothing. */
function isProse(name: string, value: string): boolean {
  if (/pass|pwd/i.test(name)) return /\s/.test(value)
  return value.length < 6 || /^[A-Za-z][a-z]*[.,;:]?(?:\s|$)/.test(value)
}

const TO_BLANK = /[^\s"'`\\&]*/y
const TO_LINE_END = /[^\r\n"'`\\]*/y
const TO_FLOW_END = /[^\r\n"'`\\,}]*/y

function run(pattern: RegExp, text: string, from: number): string {
  pattern.lastIndex = from
  return pattern.exec(text)?.[0] ?? ''
}

function trimmed(value: string): string {
  return /^(?:\$[({]|\{\{)/.test(value) ? value : value.replace(/[,;)}\]\s]{1,20}$/, '')
}

/** The unquoted value after `=`. */
function assigned(text: string, from: number, spaced: boolean): string {
  const value = run(TO_BLANK, text, from)
  // `token = get_token()` is code, `token=x(y)z` may be a secret.
  return spaced && /^[A-Za-z_][\w.:]*\((?:[^()]*\))?$/.test(value) ? '' : trimmed(value)
}

/** The unquoted value after a colon: of a field all of it, in prose the word that looks like a secret. */
function stated(text: string, from: number, name: string, nameFrom: number, quote: Quote | undefined): string {
  if (quote !== undefined || startsLine(text, nameFrom)) {
    const flow = text.slice(Math.max(0, nameFrom - 40), nameFrom).includes('{')
    const value = run(flow ? TO_FLOW_END : TO_LINE_END, text, from)
    if (/^[[{|>&*]/.test(value)) return ''
    return value.replace(/\s#.*$/, '').trimEnd()
  }
  if (/authorization|cookie/i.test(name)) return trimmed(run(TO_LINE_END, text, from))
  const value = trimmed(run(TO_BLANK, text, from))
  return isProse(name, run(TO_LINE_END, text, from).slice(0, value.length + 1)) ? '' : value
}

/** A value of JSON that is no text. */
const JSON_VALUE = /^(?:-?\d[\d.eE+-]*|true|false|null)\s*[,}\]]/
const HEADER_VALUE = /[ \t\r\n]{0,100},[ \t\r\n]{0,100}\\*["']?(?:raw_?)?[vV]alue\\*["']?[ \t]{0,8}:[ \t]{0,8}/y

/** The value that belongs to the name at a place; undefined when none follows or it is no secret. */
function secretAfter(text: string, from: number, to: number, name: string): Edit | undefined {
  const before = quoteBefore(text, from)
  const closing = before === undefined ? undefined : quoteAt(text, to)
  const quoted = isSame(before, closing)
  // Docker's `auth` is a field of JSON; elsewhere the word is prose.
  if (name === 'auth' && !quoted) return undefined
  let at = quoted ? (closing?.end ?? to) : to
  if (quoted) {
    HEADER_VALUE.lastIndex = at
    if (HEADER_VALUE.test(text)) return quotedEdit(text, HEADER_VALUE.lastIndex)
  }
  if (text[at] === ']') at += 1
  const mark = skipBlanks(text, at)
  const sign = text[mark]
  const value = skipBlanks(text, mark + 1)
  if (sign === ',') return quoted && before?.mark === "'" && text[value] === "'" ? quotedEdit(text, value) : undefined
  const isFlag = text[from] === '-' && mark > at
  if (sign !== '=' && sign !== ':') {
    if (!isFlag || sign === undefined || sign === '-') return undefined
    return quoteAt(text, mark) === undefined
      ? bare(text, mark, trimmed(run(TO_BLANK, text, mark)))
      : quotedEdit(text, mark)
  }
  if (text[mark + 1] === '=') return undefined
  if (quoteAt(text, value) !== undefined) return quotedEdit(text, value)
  if (sign === '=') return bare(text, value, assigned(text, value, mark > at))
  // A name right before `://` or `::` and a time are no fields.
  if (value === mark + 1 && !quoted && /[/:\d]/.test(text[value] ?? '')) return undefined
  if (quoted && JSON_VALUE.test(text.slice(value, value + 40))) return undefined
  return bare(text, value, stated(text, value, name, from, quoted ? undefined : before))
}

function quotedEdit(text: string, from: number): Edit | undefined {
  const quote = quoteAt(text, from)
  if (quote === undefined) return undefined
  const to = endOfQuoted(text, quote)
  return to > quote.end && !isNoSecret(text.slice(quote.end, to)) ? {from: quote.end, to} : undefined
}

function bare(text: string, from: number, value: string): Edit | undefined {
  return isNoSecret(value) || text.startsWith('[redacted', from) ? undefined : {from, to: from + value.length}
}

/**
 * The text without values that stand beside the name of a secret: `password=…`, `accessToken: …`, `--api-key …`, `'authorization', '…'`,
 * `\"db_password\": \"…\"` at any depth of quoting, header pairs. Each place is looked at a bounded number of times.
 */
export function withoutNamedValues(text: string): string {
  const parts: string[] = []
  let done = 0
  HINT.lastIndex = 0
  for (let hit = HINT.exec(text); hit !== null; hit = HINT.exec(text)) {
    let from = hit.index
    while (from > done && hit.index - from < MAX_NAME && isNameChar(text.charCodeAt(from - 1))) from -= 1
    let to = hit.index + hit[0].length
    while (to - hit.index < MAX_NAME && isNameChar(text.charCodeAt(to))) to += 1
    HINT.lastIndex = to
    const name = text.slice(from, to).replace(/^[-.]+/, '')
    const signed = isSignature(name) && (text[from - 1] === '?' || text[from - 1] === '&')
    if (!signed && !isSecretName(name)) continue
    const edit = secretAfter(text, from, to, name)
    if (edit === undefined) continue
    parts.push(text.slice(done, edit.from), REDACTED)
    done = edit.to
    HINT.lastIndex = Math.max(to, done)
  }
  return done === 0 ? text : parts.join('') + text.slice(done)
}
