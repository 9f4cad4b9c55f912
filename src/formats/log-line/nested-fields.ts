import {isObject, type JsonObject} from '../decode.js'

const DEEPEST = 4
const MOST = 500

/** The value of an attribute of OpenTelemetry: `{"stringValue": "UF"}`, `{"intValue": "503"}`. */
function attributeValue(value: unknown): unknown {
  if (!isObject(value)) return value
  const [only, ...more] = Object.entries(value)
  return only !== undefined && more.length === 0 && /^\w+Value$/.test(only[0]) ? only[1] : value
}

/** The pairs of an object, or of a list of `{"key": ..., "value": ...}`. */
function pairsOf(value: unknown): readonly (readonly [string, unknown])[] {
  if (Array.isArray(value))
    return value.flatMap((each): (readonly [string, unknown])[] =>
      isObject(each) && typeof each.key === 'string' ? [[each.key, attributeValue(each.value)]] : [],
    )
  return isObject(value) ? Object.entries(value) : []
}

/**
 * All fields of a record on one level, the outer before the inner of the same name: clouds and collectors put what Envoy logged under keys of
 * their own (`httpRequest` and `labels` of Google Cloud, `_source` of Elasticsearch, `attributes` of OpenTelemetry, `common_properties` of Envoy's access log service).
 */
export function flatFields(json: JsonObject): JsonObject {
  const fields = new Map<string, unknown>()
  let level: readonly unknown[] = [json]
  for (let depth = 0; depth < DEEPEST && level.length > 0 && fields.size < MOST; depth++) {
    const pairs = level.flatMap(pairsOf)
    for (const [name, value] of pairs) if (!fields.has(name)) fields.set(name, value)
    level = pairs.map(([, value]) => value).filter(value => isObject(value) || Array.isArray(value))
  }
  return Object.fromEntries(fields)
}
