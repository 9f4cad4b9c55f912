import {isJson} from '../json-text.js'
import {withoutEncoded} from './encoded.js'
import {isEnvironment} from './names.js'
import {withoutNamedValues} from './pairs.js'
import {type Redaction, SAME_PLACEHOLDER} from './placeholder.js'
import {withoutJsonSecrets} from './scrub-json.js'
import {withoutShapes} from './shapes.js'
import {withoutTableSecrets} from './tables.js'
import {isYamlLike, withoutYamlValues} from './yaml-lines.js'
import {withoutYamlSecrets} from './yaml-tree.js'

/** Text in text in text is searched this deep. */
const MAX_DEPTH = 6
/** Shorter text holds nothing any pattern finds. */
const SHORTEST = 8

/** True for text that is a JSON document by its first character. */
function isDocument(text: string): boolean {
  return /^\s*[{[]/.test(text)
}

/** Secrets that can be in any text: known by their shape, beside a name, encoded. */
function withoutLoose(text: string, redaction: Redaction, depth: number): string {
  const plain = withoutNamedValues(withoutShapes(withoutTableSecrets(text, redaction), redaction), redaction)
  if (depth >= MAX_DEPTH) return plain
  return withoutEncoded(plain, redaction, inner => scrubInner(inner, redaction, depth + 1))
}

/** The documents of JSON that are in lines of a log, each up to the end of its line. */
function withoutLineDocuments(text: string, redaction: Redaction, depth: number): string {
  if (!/[{[]"/.test(text)) return text
  return text.replace(/[[{]{1,2}"[^\n]*/g, (line, at: number) => {
    const named = nameBefore(text, at)
    return withoutJsonSecrets(named + line, redaction, depth, scrubInner).slice(named.length)
  })
}

/** The beginning of a document in which what stands at a place is the value of the field named before it, if it is an environment. */
function nameBefore(text: string, at: number): string {
  const name = /([\w-]{1,60})["']?[ \t]{0,4}[:=][ \t]{0,4}$/.exec(text.slice(Math.max(0, at - 80), at))?.[1]
  return name !== undefined && isEnvironment(name) ? `{"${name}":` : ''
}

/** Lines of text, such as a log, without anything that looks like a private key, token or password; doing it twice changes nothing more. */
export function scrubText(text: string, redaction: Redaction = SAME_PLACEHOLDER, depth = 0): string {
  const lines = withoutLineDocuments(text, redaction, depth)
  return withoutLoose(isYamlLike(lines) ? withoutYamlValues(lines, redaction) : lines, redaction, depth)
}

/** What was read of a line of a log, each of its texts without secrets: answers that quote it are sent to others. */
export function scrubFields<T extends object>(record: T): T {
  const fields = Object.entries(record).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'string' ? scrubText(value) : value,
  ])
  return Object.fromEntries(fields) as T
}

/** A JSON document without secrets, its layout kept: secrets by their shape, by the field they are in, and in documents inside its strings. */
export function scrubJson(text: string, redaction: Redaction = SAME_PLACEHOLDER, depth = 0): string {
  if (!isDocument(text)) return scrubText(text, redaction, depth)
  return withoutLoose(withoutJsonSecrets(text, redaction, depth, scrubInner), redaction, depth)
}

/** The text of a field, which is often a document itself (annotations, settings), without secrets. */
export function scrubInner(text: string, redaction: Redaction = SAME_PLACEHOLDER, depth = 0): string {
  if (text.length < SHORTEST || depth > MAX_DEPTH) return text
  if (isDocument(text) && isJson(text)) return scrubJson(text, redaction, depth)
  const yaml = withoutYamlSecrets(text, redaction, (inner, at) => scrubInner(inner, at, depth + 1))
  return yaml === undefined ? scrubText(text, redaction, depth) : withoutLoose(yaml, redaction, depth)
}
