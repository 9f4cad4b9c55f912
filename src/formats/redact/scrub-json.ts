import {isGeneratedOrHex} from './generated.js'
import {
  isEnvironment,
  isHeaderField,
  isIdentifierName,
  isMeshSetting,
  isPasswordName,
  isPlainValue,
  isSecretName,
} from './names.js'
import type {Span} from './near.js'
import {isBytes, isSecretPlace, type Place, secretNameAt, withoutVariable} from './place.js'
import {bytesPlaceholder, type Redaction} from './placeholder.js'

/** What cleans the text of a string that may be a document itself. */
export type CleanInner = (text: string, redaction: Redaction, depth: number) => string

/** JSON in JSON in JSON is common (an annotation in a bootstrap); deeper nesting is not searched. */
const MAX_DEPTH = 6

interface Edit extends Span {
  readonly put: string
}

interface Frame {
  readonly list: boolean
  /** An object in a list. */
  readonly item: boolean
  /** The name under which this object or list stands. */
  readonly name: string
  /** The name of the field whose value comes next. */
  key: string
  /** In an object: a name is expected next, not a value. */
  naming: boolean
  /** The texts of `key`, `name` or `tag` and of `kind`; whether these make others secret shows at the end. */
  label: string
  kind: string
  /** Texts that are secret if the label is the name of one. */
  readonly values: Span[]
  /** In a list: its texts, as long as it holds nothing else and no more than two. */
  readonly pair: Span[]
  /** Texts below `data` and `stringData`: secret if the object is a Secret. */
  readonly data: Span[]
}

interface Scan {
  readonly text: string
  readonly depth: number
  readonly redaction: Redaction
  readonly clean: CleanInner
  readonly edits: Edit[]
  readonly frames: Frame[]
}

/** The place after the string that begins at `from`, past its closing quote; the end of the text when it is cut short. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0
    while (text.charCodeAt(at - 1 - slashes) === 92) slashes += 1
    if (slashes % 2 === 0) return at + 1
  }
  return text.length
}

function decoded(quoted: string): string | undefined {
  try {
    return JSON.parse(quoted) as string
  } catch {
    return undefined
  }
}

/** The text of a string as written in a document, its escapes resolved if it can be. */
function textAt(text: string, from: number, to: number): string {
  const quoted = text.slice(from, to)
  return quoted.includes('\\') ? (decoded(quoted) ?? quoted.slice(1, -1)) : quoted.slice(1, -1)
}

/** The fields above the one that comes next, as a path; asked only where something is hidden. */
function inField({frames, redaction}: Scan): Redaction {
  return frames.reduce((at, {key, list}) => (list || key === '' ? at : at.at(key)), redaction)
}

function placeOf(frame: Frame, above: Frame | undefined, top: Frame | undefined): Place {
  if (frame.list) return {key: frame.name, parent: above?.name ?? '', above: top?.name ?? '', label: '', item: true}
  return {key: frame.key, parent: frame.name, above: above?.name ?? '', label: '', item: frame.item}
}

/** True for the value of an environment variable as a list has them; its name may come later. */
function isListedVariable({key, parent, item}: Place): boolean {
  return item && key === 'value' && isEnvironment(parent)
}

/** Notes the edit a string needs: by the place it is in, or because it is a text of its own that holds secrets. */
function visitString(scan: Scan, span: Span, frame: Frame): void {
  const {text, frames, edits, depth} = scan
  const {from, to} = span
  if (to - from <= 2) return
  const place = placeOf(frame, frames.at(-2), frames.at(-3))
  const raw = text.slice(from + 1, to - 1)
  if (!isListedVariable(place) && isSecretPlace(place, raw)) {
    if (isPlainValue(raw)) return
    const at = inField(scan)
    const value = textAt(text, from, to)
    const put = isBytes(place.key)
      ? bytesPlaceholder(value, secretNameAt(place), at)
      : at.put(value, secretNameAt(place))
    edits.push({from, to, put: `"${put}"`})
    return
  }
  const variable = place.item && isEnvironment(place.key) ? textAt(text, from, to) : undefined
  const hidden = variable === undefined ? undefined : withoutVariable(variable, place, inField(scan))
  if (hidden !== undefined) {
    edits.push({from, to, put: JSON.stringify(hidden)})
    return
  }
  if (isHeaderField(place.key)) frame.values.push(span)
  if (/^(?:data|stringData)$/.test(frame.name)) frames.at(-2)?.data.push(span)
  if (depth >= MAX_DEPTH || !/[\\{%]/.test(raw)) return
  const inner = decoded(text.slice(from, to))
  if (inner === undefined) return
  const clean = scan.clean(inner, inField(scan), depth + 1)
  if (clean !== inner) edits.push({from, to, put: JSON.stringify(clean)})
}

function hide({text, redaction, edits}: Scan, spans: readonly Span[], what: string): void {
  for (const {from, to} of spans) {
    const value = textAt(text, from, to)
    if (value !== '' && !isPlainValue(value)) edits.push({from, to, put: `"${redaction.at(what).put(value, what)}"`})
  }
}

/**
 * Hides what an object holds when its name is that of a header with credentials or of an environment variable, or its kind is Secret. What an object
 * compares a header with may stand one level deeper, so its values are handed up.
 */
function close(scan: Scan): void {
  const frame = scan.frames.pop()
  const above = scan.frames.at(-1)
  if (frame === undefined) return
  if (frame.kind === 'Secret') hide(scan, frame.data, 'data')
  if (frame.list) hidePair(scan, frame, above?.list === true)
  if (frame.values.length === 0) return
  if (frame.list) {
    above?.values.push(...(isHeaderField(frame.name) ? frame.values : []))
    return
  }
  const variable = frame.item && isEnvironment(frame.name) && !isMeshSetting(frame.label)
  if (variable || isSecretName(frame.label)) hide(scan, frame.values, frame.label)
  else if (isSecretName(frame.name) && frame.label === '') hide(scan, frame.values, frame.name)
  else if (isHeaderField(frame.name) || isSecretName(frame.name)) above?.values.push(...frame.values)
  else if (frame.label !== '' && !isIdentifierName(frame.label))
    hide(scan, generatedOf(scan.text, frame.values), frame.label)
}

/** Hides the second text of a list of two whose first is the name of a secret: a header, a form field. A list of names is none. */
function hidePair(scan: Scan, {pair}: Frame, inList: boolean): void {
  const [first, second, third] = pair
  if (first === undefined || second === undefined || third !== undefined) return
  const [name, value] = [textAt(scan.text, first.from, first.to), textAt(scan.text, second.from, second.to)]
  if (!isSecretName(name) || isSecretName(value) || (!inList && /^[a-z][a-z0-9_.-]*$/.test(value))) return
  hide(scan, [second], name)
}

/** The values of a header or tag that a generator made, whatever its name. */
function generatedOf(text: string, values: readonly Span[]): readonly Span[] {
  return values.filter(({from, to}) => isGeneratedOrHex(textAt(text, from, to)))
}

/** A number that is a password. */
function visitNumber({text, edits, redaction}: Scan, frame: Frame, from: number): void {
  if (frame.list || !isPasswordName(frame.key) || !isSecretName(frame.key)) return
  const [whole = '', space = '', number] = /^(\s{0,8})(\d{4,30})(?=\s*[,}\]])/.exec(text.slice(from, from + 60)) ?? []
  if (number === undefined) return
  const at = from + space.length
  edits.push({from: at, to: from + whole.length, put: `"${redaction.put(number, frame.key)}"`})
}

function open(scan: Scan, list: boolean): void {
  const frame = scan.frames.at(-1)
  scan.frames.push({
    list,
    item: !list && frame?.list === true,
    name: frame === undefined ? '' : frame.list ? frame.name : frame.key,
    key: '',
    naming: true,
    label: '',
    kind: '',
    values: [],
    pair: [],
    data: [],
  })
}

function visitQuote(scan: Scan, from: number, to: number): void {
  const {text} = scan
  const frame = scan.frames.at(-1)
  if (frame === undefined) return
  if (!frame.list && frame.naming) {
    frame.key = textAt(text, from, to)
    return
  }
  if (!frame.list && (frame.key === 'name' || (/^(?:key|tag)$/.test(frame.key) && frame.label === '')))
    frame.label = textAt(text, from, to)
  if (frame.list && frame.pair.length < 3) frame.pair.push({from, to})
  if (!frame.list && frame.key === 'kind') frame.kind = text.slice(from + 1, to - 1)
  visitString(scan, {from, to}, frame)
}

/** The text with the secrets of its fields hidden, found in one walk; damaged documents are walked as far as their quotes go. */
export function withoutJsonSecrets(text: string, redaction: Redaction, depth: number, clean: CleanInner): string {
  const scan: Scan = {text, depth, redaction, clean, edits: [], frames: []}
  const mark = /["{}[\],:]/g
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    const at = found.index
    const frame = scan.frames.at(-1)
    switch (found[0]) {
      case '{':
      case '[':
        open(scan, found[0] === '[')
        break
      case '}':
      case ']':
        close(scan)
        break
      case ',':
        if (frame !== undefined) frame.naming = true
        break
      case ':':
        if (frame !== undefined) {
          frame.naming = false
          visitNumber(scan, frame, at + 1)
        }
        break
      default: {
        const to = endOfString(text, at)
        mark.lastIndex = to
        visitQuote(scan, at, to)
      }
    }
  }
  // A document that is cut short closes nothing.
  while (scan.frames.length > 0) close(scan)
  return applied(text, scan.edits)
}

function applied(text: string, edits: readonly Edit[]): string {
  const parts: string[] = []
  let at = 0
  for (const {from, to, put} of [...edits].sort((a, b) => a.from - b.from)) {
    if (from < at) continue
    parts.push(text.slice(at, from), put)
    at = to
  }
  return parts.join('') + text.slice(at)
}
