import type {Gap} from '../../model/answer.js'
import {type EvidenceId, evidenceRow} from '../../model/evidence.js'
import type {KubeObject} from '../../model/kube-object.js'
import {isObject, type JsonObject} from '../decode.js'
import {isSecretHeader, isSecretName, REDACTED, scrubText} from './scrub.js'
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
/** Their environment by name (istio.io, pilot-agent and pilot-discovery environment variables); every other value is hidden. */
const MESH_SETTING =
  /^(ISTIO_|PILOT_|PROXY_|CA_ADDR$|CA_PROVIDER$|CA_ROOT_|CA_TRUSTED_|XDS_|POD_|INSTANCE_IP$|HOST_IP$|NODE_NAME$|SERVICE_ACCOUNT$|TRUST_DOMAIN$|REVISION$|CLUSTER_ID$|PLATFORM$|MESH_|ENABLE_|EXIT_ON_ZERO|GOMAXPROCS$|GOMEMLIMIT$|JWT_POLICY$|VALIDATION_|INJECTION_|CNI_|LOG_LEVEL$|MINIMUM_DRAIN|OUTPUT_CERTS$|PROV_CERT$|KUBECONFIG$)/
const SECRET_SETTING = /SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|PRIVATE_KEY|ACCESS_TOKEN/
/** ConfigMaps that hold mesh settings and public certificates; the contents of all others are hidden. */
const MESH_CONFIG_MAP = /^(istio(-.*)?|values|kube-root-ca\.crt)$/
const DROPPED_ANNOTATIONS = ['kubectl.kubernetes.io/last-applied-configuration']
const SECRET_ARGUMENT = /^--?[\w-]*(password|passwd|secret|token|api-?key)$/i

/** The object without what must not be carried away: secret data, env values, last-applied copies, keys and tokens; doing it twice changes nothing more. */
export function redactObject(object: KubeObject): KubeObject {
  const plain = walk(object, undefined) as unknown as KubeObject
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
  if (text.length < SHORTEST) return text
  return text.includes('"') ? scrubJson(text) : scrubText(text)
}

function walk(value: unknown, name: string | undefined): unknown {
  if (typeof value === 'string')
    return name !== undefined && isSecretName(name) && value !== '' ? REDACTED : scrubbed(value)
  if (Array.isArray(value))
    return name === 'args' || name === 'command' ? argv(value) : value.map(item => walk(item, undefined))
  if (!isObject(value)) return value
  const label = value.name ?? value.key
  const hidden = typeof label === 'string' && isSecretHeader(label)
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key === 'env' && Array.isArray(item)) return [key, item.map(each => setting(each, value.name))]
      if (key === 'value' && hidden && typeof item === 'string') return [key, REDACTED]
      return [key, isSecretHeader(key) ? headerValue(item, key) : walk(item, key)]
    }),
  )
}

/** Headers are also written as a map from name to value (VirtualService headers) or to a match. */
function headerValue(item: unknown, name: string): unknown {
  if (typeof item === 'string') return REDACTED
  if (!isObject(item)) return walk(item, name)
  return Object.fromEntries(
    Object.entries(item).map(([key, each]) => [key, typeof each === 'string' ? REDACTED : each]),
  )
}

function setting(entry: unknown, container: unknown): unknown {
  if (!isObject(entry) || typeof entry.value !== 'string' || entry.value === '') return walk(entry, undefined)
  const name = typeof entry.name === 'string' ? entry.name : ''
  const known = typeof container === 'string' && MESH_CONTAINERS.has(container) && MESH_SETTING.test(name)
  if (known && !SECRET_SETTING.test(name)) return {...entry, value: scrubJson(entry.value)}
  return {...entry, value: REDACTED}
}

function argv(words: readonly unknown[]): unknown[] {
  return words.map((word, at) => {
    const before = words[at - 1]
    if (typeof before === 'string' && SECRET_ARGUMENT.test(before) && typeof word === 'string' && !word.startsWith('-'))
      return REDACTED
    return walk(word, undefined)
  })
}
