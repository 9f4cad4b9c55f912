import {isEnvironment, isHeaderField, isMeshSetting, isNoSecret, isSecretName, isSecretSource} from './names.js'
import {withoutNamedValues} from './pairs.js'
import {REDACTED, REDACTED_BASE64} from './placeholder.js'
import {scrubText} from './scrub.js'
import {withoutShapes} from './shapes.js'

/** What a field's name says of its text. */
type NameKind = 'secret' | 'string-source' | 'bytes-source' | 'label' | 'value' | 'plain'

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
/** JSON in JSON in JSON is common (an annotation in a bootstrap); deeper nesting is not searched. */
const MAX_DEPTH = 6

interface Frame {
  readonly list: boolean
  /** The name under which this object or list stands. */
  readonly name: string
  /** The name of the field whose value comes next. */
  key: string
  /** In an object: a name is expected next, not a value. */
  naming: boolean
  /** The text of `key` or `name`, and where the texts of `value` stand: whether they are secret shows at the end. */
  label: string
  readonly values: Span[]
}

interface Span {
  readonly from: number
  readonly to: number
}

interface Edit extends Span {
  readonly put: string
}

const kinds = new Map<string, NameKind>()

function kindOfName(name: string): NameKind {
  if (isSecretName(name) || name === LAST_APPLIED) return 'secret'
  if (/^inline_?string$/i.test(name)) return 'string-source'
  if (/^inline_?bytes$/i.test(name)) return 'bytes-source'
  if (name === 'key' || name === 'name') return 'label'
  return isHeaderField(name) ? 'value' : 'plain'
}

function nameKind(name: string): NameKind {
  const known = kinds.get(name)
  if (known !== undefined) return known
  const kind = kindOfName(name)
  if (kinds.size < 10_000) kinds.set(name, kind)
  return kind
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

/** True for text that is a JSON document by its first character. */
function isDocument(text: string): boolean {
  return /^\s*[{[]/.test(text)
}

/** True when the text under a field is a secret because of where it stands: in an environment, or as the key of an API credential. */
function isHiddenPlace(frame: Frame): boolean {
  if (frame.list) return false
  if (isEnvironment(frame.name)) return frame.name !== 'env' && !isMeshSetting(frame.key)
  return frame.key === 'key' && /^credentials?$/i.test(frame.name)
}

/** The edit a string needs: by the name it stands under, or because it is a text of its own that holds secrets. */
function editOf(text: string, span: Span, frame: Frame, above: Frame | undefined, depth: number): Edit | undefined {
  const {from, to} = span
  if (to - from <= 2) return undefined
  const quoted = text.slice(from, to)
  const kind = nameKind(frame.list ? frame.name : frame.key)
  const source = isSecretSource(frame.name) || (above !== undefined && isSecretSource(above.name))
  if (kind === 'secret' || (kind === 'string-source' && source) || isHiddenPlace(frame))
    return isNoSecret(quoted.slice(1, -1)) ? undefined : {from, to, put: `"${REDACTED}"`}
  if (kind === 'bytes-source' && source) return {from, to, put: `"${REDACTED_BASE64}"`}
  if (kind === 'value') frame.values.push(span)
  if (depth >= MAX_DEPTH || !quoted.includes('\\')) return undefined
  const inner = decoded(quoted)
  if (inner === undefined) return undefined
  const clean = isDocument(inner) ? scrubJson(inner, depth + 1) : scrubText(inner)
  return clean === inner ? undefined : {from, to, put: JSON.stringify(clean)}
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

/**
 * The edits an object of a name and a value needs when the name is that of a header with credentials, or of an environment variable. What an
 * object compares a header with may stand one level deeper, so its values are handed up.
 */
function pairEdits(frame: Frame | undefined, above: Frame | undefined): readonly Edit[] {
  if (frame === undefined || frame.values.length === 0) return []
  const variable = frame.name === 'env' && frame.label !== '' && !isMeshSetting(frame.label)
  if (!variable && !isSecretName(frame.label)) {
    if (isHeaderField(frame.name) || isSecretName(frame.name)) above?.values.push(...frame.values)
    if (!isSecretName(frame.name) || frame.label !== '') return []
  }
  return frame.values.map(span => ({...span, put: `"${REDACTED}"`}))
}

/** The edits the fields of a document need, found in one walk over its text; damaged documents are walked as far as their quotes go. */
function fieldEdits(text: string, depth: number): readonly Edit[] {
  const edits: Edit[] = []
  const frames: Frame[] = []
  const mark = /["{}[\],:]/g
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    const at = found.index
    const frame = frames.at(-1)
    switch (found[0]) {
      case '{':
      case '[':
        frames.push({
          list: found[0] === '[',
          name: frame === undefined ? '' : frame.list ? frame.name : frame.key,
          key: '',
          naming: true,
          label: '',
          values: [],
        })
        break
      case '}':
      case ']':
        edits.push(...pairEdits(frames.pop(), frames.at(-1)))
        break
      case ',':
        if (frame !== undefined) frame.naming = true
        break
      case ':':
        if (frame !== undefined) frame.naming = false
        break
      default: {
        const to = endOfString(text, at)
        mark.lastIndex = to
        if (frame === undefined) break
        if (!frame.list && frame.naming) frame.key = text.slice(at + 1, to - 1)
        else {
          if (nameKind(frame.key) === 'label' && !frame.list) frame.label = text.slice(at + 1, to - 1)
          const edit = editOf(text, {from: at, to}, frame, frames.at(-2), depth)
          if (edit !== undefined) edits.push(edit)
        }
      }
    }
  }
  // A document that is cut short closes nothing.
  return [...edits, ...frames.flatMap((frame, at) => pairEdits(frame, frames[at - 1]))]
}

/** A JSON document without secrets, its layout kept: secrets by their shape, by the field they stand in, and in documents inside its strings. */
export function scrubJson(text: string, depth = 0): string {
  if (!isDocument(text)) return scrubText(text)
  return withoutNamedValues(withoutShapes(applied(text, fieldEdits(text, depth))))
}
