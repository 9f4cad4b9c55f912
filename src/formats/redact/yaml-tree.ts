import {isAlias, isMap, isPair, isScalar, isSeq, type Node, parseAllDocuments, type Scalar} from 'yaml'
import {isTooDeep} from '../kube-manifest/nesting.js'
import {isHeaderField, isPlainValue} from './names.js'
import {isBytes, isSecretPlace, type Place, secretNameAt, TOP, withoutVariable} from './place.js'
import {bytesPlaceholder, type Redaction} from './placeholder.js'

/** Longer texts are read line by line. */
const MAX_LENGTH = 256 * 1024
const MAX_DEPTH = 100

interface Edit {
  readonly from: number
  readonly to: number
  readonly put: string
}

interface Walk {
  readonly text: string
  readonly edits: Edit[]
  readonly clean: (text: string, redaction: Redaction) => string
}

/** The white space at the end of a text. */
function endSpace(text: string): string {
  return text.slice(text.trimEnd().length)
}

function scalarText(node: unknown): string {
  return isScalar(node) && node.value !== null ? String(node.value) : ''
}

/** The texts of `name` or `key` and `kind` of a map. */
function fieldText(node: Node, name: string): string {
  return isMap(node) ? scalarText(node.get(name, true)) : ''
}

function scalarEdit(walk: Walk, node: Scalar, place: Place, redaction: Redaction): void {
  const {range, value} = node
  if (range === null || range === undefined || value === null) return
  const [from, to] = range
  const text = String(value)
  // Numbers and booleans under the name of a secret are limits and modes.
  const hides = typeof value === 'string' && !isPlainValue(text) && isSecretPlace(place, text)
  if (hides) {
    const put = isBytes(place.key)
      ? bytesPlaceholder(text, secretNameAt(place), redaction)
      : redaction.put(text, secretNameAt(place))
    const end = endSpace(walk.text.slice(from, to))
    walk.edits.push({from, to, put: JSON.stringify(put) + end})
    return
  }
  if (typeof value !== 'string') return
  const variable = withoutVariable(text, place, redaction)
  if (variable !== undefined) {
    walk.edits.push({from, to, put: JSON.stringify(variable) + endSpace(walk.text.slice(from, to))})
    return
  }
  const inner = /[\n{[]/.test(text) ? walk.clean(text, redaction) : text
  if (inner !== text) walk.edits.push({from, to, put: rewritten(walk.text.slice(from, to), inner)})
}

/** Replaces the text of a scalar: a literal block keeps its style and indentation; others are quoted. */
function rewritten(source: string, text: string): string {
  const [, header, indent] = /^(\|[+-]?\d?[ \t]*\r?\n)(?:[ \t]*\n)*([ \t]+)/.exec(source) ?? []
  if (header === undefined || indent === undefined) return JSON.stringify(text) + (source.endsWith('\n') ? '\n' : '')
  const end = endSpace(source)
  const lines = text.trimEnd().split('\n')
  return header + lines.map(line => (line === '' ? '' : indent + line)).join('\n') + end
}

function visit(walk: Walk, node: unknown, place: Place, redaction: Redaction, depth: number): void {
  if (depth > MAX_DEPTH || isAlias(node)) return
  if (isScalar(node)) {
    scalarEdit(walk, node, place, redaction)
    return
  }
  if (isSeq(node)) {
    node.items.forEach((item, at) => {
      visit(walk, item, {...place, item: true}, redaction.at(`[${at}]`), depth + 1)
    })
    return
  }
  if (!isMap(node)) return
  const label =
    fieldText(node, 'name') ||
    fieldText(node, 'key') ||
    fieldText(node, 'tag') ||
    (isHeaderField(place.key) ? place.label : '')
  const named = node.has('name')
  const isSecretObject = fieldText(node, 'kind') === 'Secret'
  for (const pair of node.items) {
    if (!isPair(pair)) continue
    const key = scalarText(pair.key)
    const beside = key === 'name' || (/^(?:key|tag)$/.test(key) && !named) ? '' : label
    const inner = {key, parent: place.key, above: place.parent, label: beside, item: place.item}
    const hidden = isSecretObject && /^(?:data|stringData)$/.test(key)
    const value = {...inner, item: isScalar(pair.value) && place.item, parent: hidden ? 'secret' : inner.parent}
    visit(walk, pair.value, value, redaction.at(key), depth + 1)
  }
}

/** The text of YAML without secrets, its layout kept, found by walking its documents; undefined when it is not a YAML with fields. */
export function withoutYamlSecrets(
  text: string,
  redaction: Redaction,
  clean: (text: string, redaction: Redaction) => string,
): string | undefined {
  if (text.length > MAX_LENGTH || !/[:{[]/.test(text) || isTooDeep(text)) return undefined
  const edits: Edit[] = []
  try {
    const documents = parseAllDocuments(text, {
      merge: false,
      logLevel: 'silent',
      prettyErrors: false,
      uniqueKeys: false,
    })
    if (!Array.isArray(documents) || documents.some(each => each.errors.length > 0)) return undefined
    if (!documents.some(each => isMap(each.contents) || isSeq(each.contents))) return undefined
    for (const each of documents) visit({text, edits, clean}, each.contents, TOP, redaction, 0)
  } catch {
    // Nested too deeply, or no YAML: the lines are read one by one.
    return undefined
  }
  const parts: string[] = []
  let done = 0
  for (const {from, to, put} of edits.sort((a, b) => a.from - b.from)) {
    if (from < done) continue
    parts.push(text.slice(done, from), put)
    done = to
  }
  return parts.join('') + text.slice(done)
}
