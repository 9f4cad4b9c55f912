import {isGeneratedOrHex} from './generated.js'
import {
  isAboutVariable,
  isContentField,
  isEnvironment,
  isHeaderField,
  isHiddenVariable,
  isIdentifierName,
  isMeshSetting,
  isPlainValue,
  isSecretName,
  isSecretSource,
  isWeakSecretName,
  looksRandom,
} from './names.js'
import type {Redaction} from './placeholder.js'

/** Where a text is in a document: the field, those above it, and the header or variable named beside or above it. */
export interface Place {
  /** The name of the field, also of a list that the text is an item of. */
  readonly key: string
  readonly parent: string
  readonly above: string
  readonly label: string
  /** The object is an item of a list. */
  readonly item: boolean
}

export const TOP: Place = {key: '', parent: '', above: '', label: '', item: false}

/** Fields of Istio objects whose names and values users choose: headers to set, add and match, the configuration of a Wasm plugin. */
const FREE_TEXT =
  /^(?:set|add|append|headers|queryParams|withoutHeaders|pluginConfig|customTags|custom_tags|include_?additional_?headers_?in_?check)$/i

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** True for a field of bytes in base64, as Envoy's data sources have it. */
export function isBytes(key: string): boolean {
  return /^inline_?bytes$/i.test(key)
}

function isSource(name: string): boolean {
  return /^inline_?(?:string|bytes)$/i.test(name)
}

/** True when the text of a field of an environment, as a list of names and values or as a map, is not a setting of the mesh. */
function isVariable({key, parent, above, label, item}: Place): boolean {
  if (isEnvironment(parent))
    return item ? key === 'value' && !isMeshSetting(label) : !isMeshSetting(key) && !isAboutVariable(parent, key)
  return isEnvironment(above) && /^(?:key_?values|fields)$/i.test(parent) && !isMeshSetting(key)
}

/** The text of a variable in a list of `NAME=value` (docker inspect, OCI, compose) with its value hidden; undefined for any other text. */
export function withoutVariable(text: string, {key, item}: Place, redaction: Redaction): string | undefined {
  if (!item || !isEnvironment(key)) return undefined
  const [start, name = ''] = /^([A-Za-z_][\w.-]{0,200})=/.exec(text) ?? []
  if (start === undefined || !isHiddenVariable(name)) return undefined
  const value = text.slice(start.length)
  return isPlainValue(value) ? undefined : start + redaction.put(value, name)
}

/** True where people put a text of their own that nothing names as a secret: in a header, a tag of traces, a parameter of a query, a setting of a plugin. */
function isFreeText({key, parent, above, label}: Place): boolean {
  if (isIdentifierName(label === '' && !isHeaderField(key) ? key : label) || isIdentifierName(parent)) return false
  return (
    (isHeaderField(key) && (label !== '' || isHeaderField(parent))) ||
    [parent, above].some(each => FREE_TEXT.test(each))
  )
}

/** True when the place alone makes a text a secret, or the text shows there that it is one. */
export function isSecretPlace(place: Place, value: string): boolean {
  const {key, parent, above, label} = place
  if (isSecretName(key) || key === LAST_APPLIED) return true
  if (isWeakSecretName(key) && looksRandom(value)) return true
  if (isSource(key)) return isSecretSource(parent) || isSecretSource(above)
  if (isHeaderField(key) && isSecretName(label)) return true
  if (isContentField(key) && (isSecretName(parent) || (isSecretName(above) && isHeaderField(key))) && label === '')
    return true
  // Only Secrets have it.
  if (/^string_?data$/i.test(parent)) return true
  if (parent === 'data' && isSecretName(above)) return true
  if (isFreeText(place) && isGeneratedOrHex(value)) return true
  return isVariable(place) || (key === 'key' && /^credentials?$/i.test(parent))
}

/** The name a secret at this place goes by: of its header or variable, of what its data source belongs to, or of its field. */
export function secretNameAt({key, parent, label}: Place): string {
  if (label !== '' && isHeaderField(key)) return label
  return isSource(key) || isContentField(key) ? parent || key : key || label
}
