import type {Gap} from '../../model/answer.js'
import {type EvidenceId, evidenceRow} from '../../model/evidence.js'
import type {KubeObject} from '../../model/kube-object.js'
import {isObject, type JsonObject} from '../decode.js'
import {isEnvironment, isHeaderField, isMeshSetting, isNoSecret, isSecretName, isSecretSource} from './names.js'
import {REDACTED, REDACTED_BASE64} from './placeholder.js'
import {scrubText} from './scrub.js'
import {scrubJson} from './scrub-json.js'

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
export function redactObject(object: KubeObject): KubeObject {
  const plain = walk(object, TOP) as unknown as KubeObject
  const {managedFields, ...metadata} = plain.metadata
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([name]) => !DROPPED_ANNOTATIONS.includes(name))
  const cleaned = {
    ...plain,
    metadata: {
      ...metadata,
      ...(metadata.annotations === undefined ? {} : {annotations: Object.fromEntries(annotations)}),
    },
  }
  if (plain.kind === 'Secret')
    return {...cleaned, ...hiddenMap(object, 'data', ''), ...hiddenMap(object, 'stringData', '')}
  if (plain.kind === 'ConfigMap' && !MESH_CONFIG_MAP.test(plain.metadata.name)) {
    return {...cleaned, ...hiddenMap(object, 'data', REDACTED), ...hiddenMap(object, 'binaryData', '')}
  }
  return cleaned
}

/** The evidence without keys, tokens and credentials, its layout kept; rows the catalogue marks as free of secrets come back as they are. */
export function redactEvidence(id: EvidenceId, bytes: Uint8Array): Uint8Array {
  const {redact} = evidenceRow(id)
  if (redact === 'nothing') return bytes
  // One character per byte: whatever is not ASCII, valid or not, passes through unchanged.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  const clean = redact === 'envoy' ? scrubJson(text) : scrubText(text)
  return clean === text ? bytes : Buffer.from(clean, 'latin1')
}

/** The gap without secrets in what a server, a program or a log said. */
export function redactGap(gap: Gap): Gap {
  return {...gap, detail: scrubText(gap.detail), ...(gap.hint === undefined ? {} : {hint: scrubText(gap.hint)})}
}

function hiddenMap(object: KubeObject, name: string, put: string): JsonObject {
  const map = object[name]
  return isObject(map) ? {[name]: Object.fromEntries(Object.keys(map).map(key => [key, put]))} : {}
}

/** Shorter text holds nothing any pattern finds. */
const SHORTEST = 8

/** Text as it stands in an object: often JSON or YAML itself, in annotations and settings. */
function scrubbed(text: string): string {
  return text.length < SHORTEST ? text : scrubJson(text)
}

/** Where a value stands: the field, those above it, and the header named beside or above it. */
interface Place {
  readonly key: string
  readonly parent: string
  readonly above: string
  readonly label: string
}

const TOP: Place = {key: '', parent: '', above: '', label: ''}

/** What replaces the text at a place; undefined when the place alone does not make it a secret. */
function replacement({key, parent, above, label}: Place): string | undefined {
  if (/^inline_?string$/i.test(key) && (isSecretSource(parent) || isSecretSource(above))) return REDACTED
  if (/^inline_?bytes$/i.test(key) && (isSecretSource(parent) || isSecretSource(above))) return REDACTED_BASE64
  if (isSecretName(key) || (isHeaderField(key) && (isSecretName(label) || isSecretName(parent)))) return REDACTED
  if (isEnvironment(parent) && !isMeshSetting(key)) return REDACTED
  return key === 'key' && /^credentials?$/i.test(parent) ? REDACTED : undefined
}

function walk(value: unknown, place: Place): unknown {
  if (typeof value === 'string') {
    const put = isNoSecret(value) ? undefined : replacement(place)
    return put ?? scrubbed(value)
  }
  if (Array.isArray(value)) {
    if (place.key === 'args' || place.key === 'command') return argv(value)
    return value.map(item => walk(item, place))
  }
  if (!isObject(value)) return value
  const named = [value.name, value.key].find(each => typeof each === 'string')
  const label = typeof named === 'string' ? named : isHeaderField(place.key) ? place.label : ''
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key === 'env' && Array.isArray(item)) return [key, item.map(each => setting(each, value.name))]
      const beside = key === 'name' || (key === 'key' && value.name === undefined) ? '' : label
      return [key, walk(item, {key, parent: place.key, above: place.parent, label: beside})]
    }),
  )
}

function setting(entry: unknown, container: unknown): unknown {
  if (!isObject(entry) || typeof entry.value !== 'string' || entry.value === '') return walk(entry, TOP)
  const name = typeof entry.name === 'string' ? entry.name : ''
  const known = typeof container === 'string' && MESH_CONTAINERS.has(container) && isMeshSetting(name)
  return {...entry, value: known ? scrubJson(entry.value) : REDACTED}
}

function argv(words: readonly unknown[]): unknown[] {
  return words.map((word, at) => {
    const before = words[at - 1]
    const named = typeof before === 'string' && /^--?[\w.-]+$/.test(before) && isSecretName(before)
    if (named && typeof word === 'string' && !word.startsWith('-') && !isNoSecret(word)) return REDACTED
    return walk(word, TOP)
  })
}
