import {definedFields} from '../../model/collections/defined-fields.js'
import type {Gap} from '../../model/evidence/answer.js'
import {type EvidenceId, evidenceRow} from '../../model/evidence/evidence.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {isObject, type JsonObject} from '../decode.js'
import {isGenerated} from './generated.js'
import {isHeaderField, isMeshSetting, isPlainValue, isSecretName} from './names.js'
import {isBytes, isSecretPlace, type Place, secretNameAt, TOP, withoutVariable} from './place.js'
import {bytesPlaceholder, type Redaction, SAME_PLACEHOLDER} from './placeholder.js'
import {programArguments} from './program-arguments.js'
import {scrubInner, scrubJson, scrubText} from './scrub.js'

/** Containers of the mesh itself, whose settings our reports read. */
const MESH_CONTAINERS = new Set([
  'istio-proxy',
  'istio-init',
  'istio-validation',
  'discovery',
  'install-cni',
  'ztunnel',
])
/** ConfigMaps that hold mesh settings and public certificates; the contents of all others are hidden. */
const MESH_CONFIG_MAP = /^(istio(-.*)?|values|kube-root-ca\.crt)$/
const DROPPED_ANNOTATIONS = ['kubectl.kubernetes.io/last-applied-configuration']

/** The object without what must not be carried away: secret data, env values, last-applied copies, keys and tokens; doing it twice changes nothing more. */
export function redactObject(object: KubeObject, redaction: Redaction = SAME_PLACEHOLDER): KubeObject {
  const plain = walk(object, TOP, redaction) as unknown as KubeObject
  const {managedFields, ...metadata} = plain.metadata
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([name]) => !DROPPED_ANNOTATIONS.includes(name))
  return {
    ...plain,
    metadata: {
      ...metadata,
      ...definedFields({annotations: metadata.annotations === undefined ? undefined : Object.fromEntries(annotations)}),
    },
  }
}

/** The evidence without keys, tokens and credentials, its layout kept; rows the catalogue marks as free of secrets come back as they are. */
export function redactEvidence(id: EvidenceId, bytes: Uint8Array, redaction: Redaction = SAME_PLACEHOLDER): Uint8Array {
  const {redact} = evidenceRow(id)
  if (redact === 'nothing') return bytes
  // One character per byte: whatever is not ASCII, valid or not, passes through unchanged.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  const inText = redaction.at('', text)
  const clean = redact === 'envoy' ? scrubJson(text, inText) : scrubText(text, inText)
  return clean === text ? bytes : Buffer.from(clean, 'latin1')
}

/** The gap without secrets in what a server, a program or a log said. */
export function redactGap(gap: Gap, redaction: Redaction = SAME_PLACEHOLDER): Gap {
  const hint = gap.hint === undefined ? {} : {hint: scrubText(gap.hint, redaction)}
  return {...gap, detail: scrubText(gap.detail, redaction), ...hint}
}

function walk(value: unknown, place: Place, redaction: Redaction): unknown {
  if (typeof value === 'string') return cleanText(value, place, redaction)
  if (Array.isArray(value)) {
    if (place.key === 'args' || place.key === 'command') return argv(value, redaction)
    return value.map((item, at) => walk(item, {...place, item: true}, redaction.at(`[${at}]`)))
  }
  if (!isObject(value)) return value
  const hidden = hiddenData(value, redaction)
  const named = [value.name, value.key, value.tag].find(each => typeof each === 'string')
  const label = typeof named === 'string' ? named : isHeaderField(place.key) ? place.label : ''
  const fields = Object.entries(value).map(([key, item]) => {
    const at = redaction.at(key)
    if (key === 'env' && Array.isArray(item)) {
      return [key, item.map((each, index) => variable(each, value.name, at.at(`[${index}]`)))]
    }
    const beside = key === 'name' || (/^(?:key|tag)$/.test(key) && value.name === undefined) ? '' : label
    const inner = {key, parent: place.key, above: place.parent, label: beside, item: place.item && !isContainer(item)}
    return [key, key in hidden ? item : walk(item, inner, at)]
  })
  return {...Object.fromEntries(fields), ...hidden}
}

function isContainer(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function cleanText(value: string, place: Place, redaction: Redaction): string {
  const variable = withoutVariable(value, place, redaction)
  if (variable !== undefined) return variable
  const isOwnText = place.parent === 'annotations' && isGenerated(value)
  if (isPlainValue(value) || !(isOwnText || isSecretPlace(place, value))) return scrubInner(value, redaction)
  return isBytes(place.key)
    ? bytesPlaceholder(value, secretNameAt(place), redaction)
    : redaction.put(value, secretNameAt(place))
}

/** What Secrets and ConfigMaps hold, wherever the object stands: the names stay, the contents of a Secret are not even marked. */
function hiddenData(object: JsonObject, redaction: Redaction): JsonObject {
  const name = isObject(object.metadata) ? object.metadata.name : undefined
  if (object.kind === 'Secret') {
    const empty = () => ''
    return {...eachOf(object, 'data', empty), ...eachOf(object, 'stringData', empty)}
  }
  if (object.kind !== 'ConfigMap' || typeof name !== 'string' || MESH_CONFIG_MAP.test(name)) return {}
  const put = (value: unknown, key: string) =>
    typeof value === 'string' && isPlainValue(value) ? value : redaction.at('data').put(String(value), key)
  return {...eachOf(object, 'data', put), ...eachOf(object, 'binaryData', () => '')}
}

function eachOf(object: JsonObject, name: string, put: (value: unknown, key: string) => string): JsonObject {
  const map = object[name]
  if (!isObject(map)) return {}
  return {[name]: Object.fromEntries(Object.entries(map).map(([key, value]) => [key, put(value, key)]))}
}

function variable(entry: unknown, container: unknown, redaction: Redaction): unknown {
  if (!isObject(entry) || typeof entry.value !== 'string' || entry.value === '') return walk(entry, TOP, redaction)
  const name = typeof entry.name === 'string' ? entry.name : ''
  const isMesh = typeof container === 'string' && MESH_CONTAINERS.has(container) && isMeshSetting(name)
  const kept = isMesh || /^\[redacted[\w ]*\]$/.test(entry.value)
  return {...entry, value: kept ? scrubInner(entry.value, redaction) : redaction.put(entry.value, name)}
}

function argv(words: readonly unknown[], redaction: Redaction): unknown[] {
  const hidden = programArguments(words)
  return words.map((word, at) => {
    const before = words[at - 1]
    const inner = redaction.at(`[${at}]`)
    if (typeof word !== 'string' || isPlainValue(word)) return walk(word, TOP, inner)
    const cut = hidden.get(at)
    if (cut !== undefined) return word.slice(0, cut) + inner.put(word.slice(cut), String(before ?? 'argument'))
    const named = typeof before === 'string' && /^--?[\w.-]+$/.test(before) && isSecretName(before)
    return (named && !word.startsWith('-')) || isGenerated(word)
      ? inner.put(word, named ? before : 'argument')
      : walk(word, TOP, inner)
  })
}
