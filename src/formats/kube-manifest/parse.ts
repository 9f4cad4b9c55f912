import type {KubeObject} from '../../model/kube/kube-object.js'
import {contentStart, type DocumentText, documentTexts, manifestText, tooLarge} from './document-texts.js'
import {hasTemplateActions, TEMPLATE_MISTAKE} from './go-template.js'
import {type JsonText, jsonTexts} from './json-values.js'
import {isTooDeep} from './nesting.js'
import {candidates, type ObjectPath} from './objects.js'
import {unknownFields} from './unknown-fields.js'
import {wrongFields} from './wrong-fields.js'
import {linesOf, type TextMistake, TOO_DEEP, yamlDocuments} from './yaml-document.js'

/** An error in one document of a manifest, with its position. */
export interface ManifestProblem {
  readonly message: string
  readonly line: number
  readonly column: number
}

export interface Manifest {
  readonly objects: readonly KubeObject[]
  readonly problems: readonly ManifestProblem[]
  /** The document each object is written in, also those that are not objects of Kubernetes because a field has the wrong type. */
  readonly documents: ReadonlyMap<KubeObject, DocumentText>
}

/** The result of one document; error offsets are counted from its start. */
interface Part {
  readonly objects: readonly KubeObject[]
  /** Named objects with fields of a wrong type, which are not among the objects. */
  readonly wrong: readonly KubeObject[]
  readonly mistakes: readonly TextMistake[]
}

/** Maximum number of problems reported per file. */
const MAX_PROBLEMS = 100
/** Maximum number of type errors reported per object. */
const MAX_WRONG = 5
/** JSON up to here is read a second time, as the YAML it also is, to tell where a mistake is. */
const MAX_REREAD = 8 * 1024 * 1024
/** Characters YAML does not allow (YAML 1.2.2, 5.1). */
const NOT_ALLOWED = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u

/** Keeps the objects of a value that are whole, and says of the others what is wrong and where. */
function sorted(value: unknown, offsetOf: (path: ObjectPath) => number): Part {
  const objects: KubeObject[] = []
  const rejected: KubeObject[] = []
  const mistakes: TextMistake[] = []
  for (const each of candidates(value)) {
    if ('rejected' in each) {
      mistakes.push({message: each.rejected, offset: offsetOf(each.path)})
      continue
    }
    const {object, path} = each
    const wrong = wrongFields(object)
    // The API server's strict validation rejects an unknown field; all others can still be judged.
    ;(wrong.length === 0 ? objects : rejected).push(object)
    for (const {path: below, message} of [...unknownFields(object), ...wrong].slice(0, MAX_WRONG)) {
      mistakes.push({
        message: `${object.kind} ${object.metadata.name}: ${message}`,
        offset: offsetOf([...path, ...below]),
      })
    }
  }
  return {objects, wrong: rejected, mistakes}
}

function joined(parts: readonly Part[]): Part {
  return {
    objects: parts.flatMap(({objects}) => objects),
    wrong: parts.flatMap(({wrong}) => wrong),
    mistakes: parts.flatMap(({mistakes}) => mistakes),
  }
}

/** Quotes that a chat or word processor put in place of plain ones, where a value begins and where one ends. */
const OPENING_QUOTE = /(?<=(?:^|[:,[{(-])[ \t]{0,20})[\u201c\u2018\u201e]/gm
const CLOSING_QUOTE = /[\u201d\u2019\u201c](?=[ \t]*(?:[,:\]})]|$))/gm

/** YAML, with typographic quotes around values read as the plain ones they were: each is one character, so places stay. */
function fromYaml(written: string): Part {
  const quote = OPENING_QUOTE.exec(written)
  OPENING_QUOTE.lastIndex = 0
  if (quote === null) return fromPlainYaml(written)
  const plain = (found: string) => (/[\u2018\u2019]/.test(found) ? "'" : '"')
  const part = fromPlainYaml(written.replace(OPENING_QUOTE, plain).replace(CLOSING_QUOTE, plain))
  const message = 'typographic quotes are read as plain ones; kubectl would take them for a part of the value'
  return {...part, mistakes: [...part.mistakes, {message, offset: quote.index}]}
}

function fromPlainYaml(text: string): Part {
  const large = tooLarge(text)
  if (large !== undefined) return {objects: [], wrong: [], mistakes: [{message: large, offset: contentStart(text)}]}
  const strange = NOT_ALLOWED.exec(text)
  if (strange !== null) {
    const code = (strange[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    const message = `the character U+${code} is not allowed`
    return {objects: [], wrong: [], mistakes: [{message, offset: strange.index}]}
  }
  const parts = yamlDocuments(text).map(({value, mistakes, offsetOf}): Part => {
    if (mistakes.length > 0) return {objects: [], wrong: [], mistakes}
    return sorted(value, offsetOf)
  })
  return joined(parts)
}

/** One JSON value, fast; with a mistake in it, it is read again as YAML, which knows places. */
function fromJson(text: string, {start, end, repeated}: JsonText): Part {
  const own = text.slice(start, end)
  const moved = ({mistakes, ...part}: Part): Part => ({
    ...part,
    mistakes: mistakes.map(({message, offset}) => ({message, offset: offset + start})),
  })
  if (repeated.length > 0) {
    const mistakes = repeated.slice(0, 3).map(({name, offset}) => ({message: `"${name}" is a duplicate key`, offset}))
    return {objects: [], wrong: [], mistakes}
  }
  let value: unknown
  try {
    value = JSON.parse(own)
  } catch {
    return moved(fromYaml(own))
  }
  const part = sorted(value, () => 0)
  if (part.mistakes.length === 0 || own.length > MAX_REREAD) return moved(part)
  const again = fromYaml(own)
  const same = again.mistakes.every(({message}, index) => message === part.mistakes[index]?.message)
  return moved(same ? again : part)
}

function documentPart(text: string): Part {
  const body = text.replace(/^(?:---)?[ \t\r\n]*/, '')
  const json = /^[{[]/.test(body) ? jsonTexts(body) : undefined
  if (json === undefined) return fromYaml(text)
  const before = text.length - body.length
  const parts = json.map(each => fromJson(body, each))
  const {mistakes, ...rest} = joined(parts)
  return {...rest, mistakes: mistakes.map(each => ({...each, offset: each.offset + before}))}
}

/** The same; lists in lists without end are a mistake like any other. */
function boundedPart(text: string): Part {
  if (!isTooDeep(text)) {
    const part = documentPart(text)
    const [first] = part.mistakes
    if (first === undefined || part.objects.length > 0 || !hasTemplateActions(text)) return part
    return {...part, mistakes: [{...first, message: TEMPLATE_MISTAKE}]}
  }
  return {objects: [], wrong: [], mistakes: [{message: TOO_DEEP, offset: contentStart(text)}]}
}

/**
 * Reads manifests a person gives: JSON, one or several, or YAML of many documents. A document with a mistake becomes a problem with its place,
 * and the others are kept; never throws, and what one document may cost is bounded.
 */
export function parseManifest(bytes: Uint8Array): Manifest {
  const objects: KubeObject[] = []
  const problems: ManifestProblem[] = []
  const documents = new Map<KubeObject, DocumentText>()
  let more = 0
  for (const document of documentTexts(manifestText(bytes))) {
    const part = boundedPart(document.text)
    for (const object of part.objects) {
      objects.push(object)
      documents.set(object, document)
    }
    for (const object of part.wrong) documents.set(object, document)
    if (part.mistakes.length === 0) continue
    const place = problems.length < MAX_PROBLEMS ? linesOf(document.text) : undefined
    for (const {message, offset} of part.mistakes) {
      if (place === undefined || problems.length >= MAX_PROBLEMS) more += 1
      else {
        const {line, column} = place(offset)
        problems.push({message, line: document.line + line - 1, column})
      }
    }
  }
  const last = problems.at(-1)
  if (more > 0 && last !== undefined)
    problems.push({...last, message: `and ${more} more ${more === 1 ? 'error' : 'errors'} after this one`})
  return {objects, problems, documents}
}

/** The objects in JSON (or YAML) that a cluster wrote; what is not an object is left out. */
export function parseObjects(bytes: Uint8Array): readonly KubeObject[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
  try {
    return candidates(JSON.parse(text)).flatMap(each => ('object' in each ? [each.object] : []))
  } catch {
    return parseManifest(bytes).objects
  }
}
