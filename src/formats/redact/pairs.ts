import {isPasswordName, isPlainValue, isSecretName, isSignature, isWeakSecretName, looksRandom} from './names.js'
import {generatedNear, type Span} from './near.js'
import type {Redaction} from './placeholder.js'
import {endOfQuoted, isSame, type Quote, quoteAt, quoteBefore} from './quotes.js'

/** A part of a name that may make it a secret; the whole name decides. */
const HINT =
  /pass|pwd|pw(?=[ :="'\]])|secret|token|key|cred|auth|cookie|session|otp|oauth2-bearer|sid(?==)|sig(?=[=n])|honeycomb|slack-sig|hub-sig/gi
const MAX_NAME = 100
/** Of a here document. */
const MAX_LINES = 8192

interface Edit extends Span {
  /** True when the value stands without quotes where JSON needs them. */
  readonly quoted?: boolean
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

function skipBlanks(text: string, from: number): number {
  let at = from
  while (at - from < 16 && (text[at] === ' ' || text[at] === '\t')) at += 1
  return at
}

/** True when only indentation, dashes of a list, braces and quotes precede the place on its line: a field, not prose. */
function startsLine(text: string, at: number): boolean {
  for (let back = at - 1; back >= 0 && at - back < MAX_NAME; back--) {
    const char = text[back] ?? ''
    if (char === '\n' || char === '{' || char === ',') return true
    if (char === 'n' && text[back - 1] === '\\') return true
    if (!' \t-"\'`\\>|+'.includes(char)) return false
  }
  return true
}

/** The tag and anchor before a value of YAML. */
const PROPERTIES = /(?:(?:!\S{0,100}|&[\w-]{1,100})[ \t]{1,8}){0,2}/y
/** The header of a block scalar of YAML. */
const BLOCK = /[|>][-+0-9]{0,2}[ \t]{0,20}\r?\n/y
/** The lines of a block scalar, blank ones among them. */
const BLOCK_LINE = /(?:[ \t]{1,200}\S[^\n]{0,8000}|[ \t]{0,200}\r?)(?:\n|$)/y
/** A word up to the next parameter of a URL, form or connection string. */
const WORD = /(?:[^\s"'`\\&;,]|[&;,](?![\w.%-]{1,100}=)|\\(?![nrtu"'\\]))*/y
const TO_LINE_END = /[^\r\n"'`\\]*/y
const TO_FLOW_END = /[^\r\n"'`\\,}]*/y

function run(pattern: RegExp, text: string, from: number): string {
  pattern.lastIndex = from
  return pattern.exec(text)?.[0] ?? ''
}

function trimmed(value: string): string {
  return /^(?:\$[({]|\{\{)/.test(value) ? value : value.replace(/[,;)}\]\s]{1,20}$/, '')
}

/** True for a word of prose: "failed to get token: connection refused" loses nothing. */
function isProse(name: string, value: string, behind: string): boolean {
  const isWord = /^[A-Za-z][a-z]*[.,;:!]?$/.test(value)
  if (isPasswordName(name)) return isWord && /^\s+[a-z]+\b(?![=:])/i.test(behind)
  return value.length < 6 || isWord
}

/** The unquoted value after `=`. */
function assigned(text: string, from: number, spaced: boolean): string {
  const value = run(WORD, text, from)
  // `token = get_token()` is code, `token=x(y)z` may be a secret.
  return spaced && /^[A-Za-z_][\w.:]*\((?:[^()]*\))?$/.test(value) ? '' : trimmed(value)
}

/** The unquoted value after a colon: of a field all of it, in prose the word that looks like a secret. */
function stated(text: string, from: number, name: string, nameFrom: number, quote: Quote | undefined): string {
  if (quote !== undefined || startsLine(text, nameFrom)) {
    const flow = text.slice(Math.max(0, nameFrom - 40), nameFrom).includes('{')
    const value = run(flow ? TO_FLOW_END : TO_LINE_END, text, from)
    if (/^[[{|>*]/.test(value)) return ''
    // A struct as Go prints it has its fields in one line, without commas.
    const next = flow ? value.search(/ [A-Z]\w{0,60}:/) : -1
    return (next < 0 ? value : value.slice(0, next)).replace(/\s#.*$/, '').trimEnd()
  }
  if (/authorization|cookie/i.test(name)) return trimmed(run(TO_LINE_END, text, from))
  const value = trimmed(run(WORD, text, from))
  return isProse(name, value, text.slice(from + value.length, from + value.length + 40)) ? '' : value
}

/** A value of JSON that is not text. */
const JSON_VALUE = /^(?:-?\d[\d.eE+-]*|true|false|null)\s*[,}\]]/
const HEADER_VALUE = /[ \t\r\n,]{1,200}\\*["']?(?:raw_?)?[vV]alue\\*["']?[ \t]{0,8}:[ \t]{0,8}/y
/** A data source as protobuf prints it: `password { inline_string: "…" }`. */
const MESSAGE = /[ \t]{0,4}\{\s{0,20}(?:inline_?(?:string|bytes)|(?:string_)?value|text|string)[ \t]{0,4}:[ \t]{0,4}/y
const ELEMENT = /[^<>\n]{0,200}>/y
const ELEMENT_TEXT = /[^<>]{1,2000}/y
/** What joins a name and its value, besides blanks: of assignments, maps of Ruby and PHP, and logs. */
const SIGN = /[ \t]{0,16}(=>|->|:=|==|=|:)/y
/** What precedes the quotes of a text in Python (`b'…'`) and Rust (`Some("…")`). */
const WRAPPED = /(?:(?:Some|Ok|Secret|SecretString|String::from)\(|[bBrRuU]{1,2})(?=\\{0,8}["'])/y
/** What joins a name and its value in a sentence. */
const IN_PROSE = /[ \t]{1,4}(?:(?:is|was|set to|changed to|to|now)[ \t]{0,2}:?[ \t]{1,4})?/y

function isElement(text: string, from: number): boolean {
  return /<(?:[\w-]{1,40}:)?$/.test(text.slice(Math.max(0, from - 42), from))
}

/** The text of an XML element of this name. */
function elementText(text: string, to: number): Edit | undefined {
  const tag = run(ELEMENT, text, to)
  if (tag === '' || tag.endsWith('/>')) return undefined
  const value = run(ELEMENT_TEXT, text, to + tag.length)
  return value.trim() === '' ? undefined : bare(text, to + tag.length, value)
}

/** The value of a name in a sentence, if it looks like a secret. */
function proseValue(text: string, to: number, name: string): Edit | undefined {
  const gap = run(IN_PROSE, text, to)
  if (gap === '') return undefined
  const at = to + gap.length
  const quote = quoteAt(text, at)
  if (quote !== undefined) {
    const edit = quotedEdit(text, at)
    if (SETS_HEADER.test(text.slice(Math.max(0, to - name.length - 40), to - name.length))) return edit
    const value = edit === undefined ? '' : text.slice(edit.from, edit.to)
    const hides = looksRandom(value) || (isPasswordName(name) && /[\d\W_]/.test(value) && !/[\s,:{}]/.test(value))
    return hides || /^(?:basic|bearer|token) \S{6,}$/i.test(value) ? edit : undefined
  }
  const value = trimmed(run(WORD, text, at))
  if (SETS_HEADER.test(text.slice(Math.max(0, to - name.length - 40), to - name.length))) return bare(text, at, value)
  const isWord =
    isPasswordName(name) && value.length >= 6 && /\d/.test(value) && /[a-z]/i.test(value) && !/[-./:=]/.test(value)
  return isWord || (looksRandom(value) && !/[=:/]/.test(value)) ? bare(text, at, value) : undefined
}

/** A text between long marks: `[[…]]` of Lua, `\"\"\"…\"\"\"` of Python and TOML, the lines of a here document. */
function longText(text: string, from: number): Edit | undefined {
  const [opening, word] = /^<<[-~]?["']?(\w{1,40})["']?[ \t]*\r?\n/.exec(text.slice(from, from + 60)) ?? []
  if (opening !== undefined && word !== undefined) {
    const start = from + opening.length
    const length = text.slice(start, start + MAX_LINES).search(new RegExp(`^[ \\t]*${word}[ \\t]*\\r?$`, 'm'))
    const to = length < 1 ? start : start + length - 1
    return {from: start, to: isPlainValue(text.slice(start, to)) ? start : to}
  }
  for (const [open, close] of [
    ['[[', ']]'],
    ['"""', '"""'],
    ["'''", "'''"],
  ] as const) {
    if (!text.startsWith(open, from)) continue
    const end = text.indexOf(close, from + open.length)
    if (end > from) return {from: from + open.length, to: end}
  }
  return undefined
}

/** The lines of a block scalar of YAML, without the indentation before the first. */
function blockText(text: string, from: number): Edit | undefined {
  const header = run(BLOCK, text, from)
  if (header === '') return undefined
  const start = from + header.length
  const first = start + (/^[ \t]*/.exec(text.slice(start, start + 200))?.[0].length ?? 0)
  let to = start
  while (to - start < MAX_LINES) {
    const line = run(BLOCK_LINE, text, to)
    if (line === '') break
    to += line.length
  }
  const end = first + text.slice(first, to).trimEnd().length
  return first === start || end <= first ? undefined : {from: first, to: end}
}

/** The value that belongs to the name at a place; undefined when none follows or it is not a secret. */
function secretAfter(text: string, from: number, to: number, name: string): Edit | undefined {
  const before = quoteBefore(text, from)
  const closing = before === undefined ? undefined : quoteAt(text, to)
  const quoted = isSame(before, closing)
  // Docker's `auth` is a field of JSON; elsewhere the word is prose.
  if (name === 'auth' && !quoted) return undefined
  if (isElement(text, from)) return elementText(text, to)
  let at = quoted ? (closing?.end ?? to) : to
  if (quoted) {
    const pair = run(HEADER_VALUE, text, at)
    if (pair !== '') return quotedEdit(text, at + pair.length)
  } else {
    const message = run(MESSAGE, text, at)
    if (message !== '') return quotedEdit(text, at + message.length)
  }
  if (text[at] === ']') at += 1
  SIGN.lastIndex = at
  const sign = SIGN.exec(text)
  const mark = skipBlanks(text, at)
  if (sign === null) return withoutSign(text, from, at, {name, mark, quoted, before})
  if (sign[1] === '==') return undefined
  const end = at + sign[0].length
  const first = skipBlanks(text, end) + (sign[1] === ':' ? run(PROPERTIES, text, skipBlanks(text, end)).length : 0)
  const value = first + run(WRAPPED, text, first).length
  const long = sign[1] === ':' ? blockText(text, value) : longText(text, value)
  if (long !== undefined) return long
  if (quoteAt(text, value) !== undefined) return quotedEdit(text, value)
  if (/command$/i.test(name)) return bare(text, value, run(TO_LINE_END, text, value))
  if (sign[1] !== ':') return bare(text, value, assigned(text, value, value > end))
  // A name right before `://` or `::` and a time are not fields.
  if (value === end && !quoted && /^(?:[/:]|\d{1,5}(?:[:.]\d+)*(?![\w]))/.test(text.slice(value, value + 20)))
    return undefined
  if (quoted && JSON_VALUE.test(text.slice(value, value + 40))) return jsonNumber(text, value, name)
  return bare(text, value, stated(text, value, name, from, quoted ? undefined : before))
}

/** True inside the parentheses of a call, after another argument: `set("filter", "auth_token", …)`. */
function isArgument(text: string, from: number): boolean {
  return /\([^()[\]{}\n;]{1,100},[ \t]{0,4}\\*["'`]$/.test(text.slice(Math.max(0, from - 120), from))
}

/** Directives of web servers that set a header: its name and value follow, without a sign between them. */
const SETS_HEADER =
  /(?:set_header|add_header|set-header|add-header|set_headers|requestheader[ \t]{1,4}(?:set|add))[ \t]{1,8}$/i

interface Named {
  readonly name: string
  readonly mark: number
  readonly quoted: boolean
  readonly before: Quote | undefined
}

/** The value after blanks or a comma: of a flag, a pair of quoted texts, or in a sentence. */
function withoutSign(text: string, from: number, at: number, {name, mark, quoted, before}: Named): Edit | undefined {
  const next = text[mark]
  if (next === ',') {
    const value = skipBlanks(text, mark + 1)
    const opener = before === undefined ? '' : (text[from - before.slashes - 2] ?? '')
    const isPair = quoted && (opener === '(' || isArgument(text, from) || (before?.mark === "'" && text[value] === "'"))
    return isPair ? quotedEdit(text, value) : undefined
  }
  if (text[from] === '-' && mark > at && next !== undefined && next !== '-') {
    if (text.startsWith('<<<', mark)) return hereString(text, skipBlanks(text, mark + 3))
    if (quoteAt(text, mark) !== undefined) return quotedEdit(text, mark)
    const value = trimmed(run(WORD, text, mark))
    // The text of a help page is in a column of its own.
    return mark > at + 1 && /^[A-Za-z][a-z]*$/.test(value) ? undefined : bare(text, mark, value)
  }
  return quoted ? undefined : proseValue(text, at, name)
}

/** The text behind `<<<`, which a shell gives to the command as its input. */
function hereString(text: string, from: number): Edit | undefined {
  return quoteAt(text, from) === undefined ? bare(text, from, run(WORD, text, from)) : quotedEdit(text, from)
}

/** A number that is a password. */
function jsonNumber(text: string, from: number, name: string): Edit | undefined {
  const number = /^\d{4,}/.exec(text.slice(from, from + 40))?.[0]
  return number !== undefined && isPasswordName(name) ? {from, to: from + number.length, quoted: true} : undefined
}

function quotedEdit(text: string, from: number): Edit | undefined {
  const quote = quoteAt(text, from)
  if (quote === undefined) return undefined
  const to = endOfQuoted(text, quote)
  return to > quote.end && !isPlainValue(text.slice(quote.end, to)) ? {from: quote.end, to} : undefined
}

function bare(text: string, from: number, value: string): Edit | undefined {
  return isPlainValue(value) || text.startsWith('[redacted', from) ? undefined : {from, to: from + value.length}
}

/**
 * The text without values next to the name of a secret: `password=…`, `accessToken: …`, `--api-key …`, `'authorization', '…'`,
 * `\"db_password\": \"…\"` at any depth of quoting, header pairs, XML, messages of protobuf, "the password is …". Each place is looked at a bounded
 * number of times.
 */
export function withoutNamedValues(text: string, redaction: Redaction): string {
  const found: (Edit & {readonly name: string})[] = []
  /** All before it has been looked at. */
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
    // The type of a resource (`type.googleapis.com/istio.security.Authorization`) names no field.
    const strong = signed || (isSecretName(name) && !text.endsWith('type.googleapis.com/', from))
    if (!strong && !isWeakSecretName(name)) continue
    const beside = secretAfter(text, from, to, name)
    const isSecret =
      beside !== undefined && beside.to > beside.from && (strong || looksRandom(text.slice(beside.from, beside.to)))
    if (isSecret) found.push({...beside, name})
    // Names between this one and a generated text near it may have values of their own.
    const past = isSecret ? beside.to : done
    found.push(...generatedNear(text, {from, to}, past).map(each => ({...each, name})))
    done = Math.max(past, done)
    HINT.lastIndex = Math.max(to, done)
  }
  return found.length === 0 ? text : withoutSpans(text, found, redaction)
}

/** The text with each of the parts hidden; of two that overlap, all of the first and nothing of the second but what is behind it. */
function withoutSpans(text: string, spans: readonly (Edit & {readonly name: string})[], redaction: Redaction): string {
  const parts: string[] = []
  let done = 0
  for (const {from, to, quoted, name} of [...spans].sort((a, b) => a.from - b.from || b.to - a.to)) {
    if (to <= done) continue
    const put = redaction.put(text.slice(Math.max(from, done), to), name)
    if (from < done) parts.push(put)
    else parts.push(text.slice(done, from), quoted === true ? `"${put}"` : put)
    done = to
  }
  return parts.join('') + text.slice(done)
}
