import {type Document, isMap, isSeq, parseAllDocuments, type YAMLMap} from 'yaml'
import {groupedPairs} from '../../model/collections/grouped-by.js'
import {type DocumentText, documentTexts, manifestText, tooLarge} from './document-texts.js'
import {jsonTexts} from './json-values.js'
import {isTooDeep} from './nesting.js'
import {itemKinds} from './objects.js'
import {filledText, isTemplateKind, type TemplateValues, templateValues} from './template.js'
import {linesOf, MANIFEST_YAML} from './yaml-document.js'

/** What is looked for in a manifest; an empty namespace means an object that has none. */
export interface NamedObject {
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** A document without mistakes, and the maps in it that are objects, by their key. */
export interface RootedDocument {
  readonly document: Document.Parsed
  readonly roots: ReadonlyMap<string, readonly YAMLMap[]>
}

/** Larger documents are not read a second time only to tell a line. */
const MAX_LENGTH = 8 * 1024 * 1024

/** The text at a path of a map; undefined for anything else. */
export function textAt(map: YAMLMap, ...keys: readonly string[]): string | undefined {
  const found = map.getIn(keys)
  return typeof found === 'string' ? found : undefined
}

/** The key of an object: kind, namespace and name; without a namespace it is treated as that of the default. */
export function objectKey({kind, namespace, name}: NamedObject): string {
  return JSON.stringify([kind, namespace === '' ? 'default' : namespace, name])
}

interface Found {
  readonly map: YAMLMap
  readonly kind: string
  /** From the template that contains it. */
  readonly values: TemplateValues
}

const NO_VALUES: TemplateValues = new Map()

function valuesIn(parameters: unknown): TemplateValues {
  const written = isSeq(parameters) ? parameters.items.filter(isMap) : []
  return templateValues(written.map(each => [textAt(each, 'name'), textAt(each, 'value')]))
}

/** The maps of a document that are objects, as the reader of manifests finds them. */
function objectsIn(node: unknown, itemKind?: string, values = NO_VALUES): readonly Found[] {
  if (isSeq(node)) return node.items.flatMap(item => objectsIn(item, itemKind, values))
  if (!isMap(node)) return []
  const kind = textAt(node, 'kind') ?? itemKind
  const items = node.get('items')
  if (isSeq(items) && kind?.endsWith('List') === true) return objectsIn(items, itemKinds({kind}).kind, values)
  const objects = node.get('objects')
  if (isSeq(objects) && isTemplateKind(kind, textAt(node, 'apiVersion')))
    return objectsIn(objects, undefined, valuesIn(node.get('parameters')))
  return kind === undefined ? [] : [{map: node, kind, values}]
}

function keyOf({map, kind, values}: Found): string {
  const name = textAt(map, 'metadata', 'name') ?? `${textAt(map, 'metadata', 'generateName') ?? ''}?`
  const namespace = textAt(map, 'metadata', 'namespace') ?? ''
  return objectKey({kind, namespace: filledText(namespace, values), name: filledText(name, values)})
}

function rooted(document: Document.Parsed): RootedDocument {
  const roots = groupedPairs(objectsIn(document.contents).map(found => [keyOf(found), found.map] as const))
  return {document, roots}
}

/** The sound documents of a text with their objects; none of a text that is too large, or nested too deeply. */
export function rootedDocuments(text: string): readonly RootedDocument[] {
  if (text.length > MAX_LENGTH || tooLarge(text) !== undefined || isTooDeep(text)) return []
  const documents = parseAllDocuments(text, MANIFEST_YAML)
  if (!Array.isArray(documents)) return []
  return documents.filter(({errors}) => errors.length === 0).map(document => rooted(document as Document.Parsed))
}

/** A document as the texts to read by themselves: several JSON values in a row are not one YAML document. */
export function valueTexts(document: DocumentText): readonly DocumentText[] {
  const {text, line} = document
  const values = /^\s*[{[]/.test(text) ? jsonTexts(text) : undefined
  if (values === undefined || values.length < 2) return [document]
  const begins = values.map((_, index) => values[index - 1]?.end ?? 0)
  const place = linesOf(text)
  return values.map(({end}, index) => {
    const begin = begins[index] ?? 0
    return {text: text.slice(begin, end), line: line + place(begin).line - 1}
  })
}

/** The documents and JSON values of a manifest as texts. */
export function manifestTexts(bytes: Uint8Array): readonly DocumentText[] {
  return [...documentTexts(manifestText(bytes))].flatMap(valueTexts)
}
