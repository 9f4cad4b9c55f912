import {SCHEMAS} from '../../model/envoy/registry.js'
import type {Field, Json, Packed, Read, Schema} from '../../model/envoy/schema.js'
import {pointerStep} from '../../model/text/object-path.js'
import {isObject, type JsonObject, lowerCamel} from '../decode.js'

const TYPE = /^type\.googleapis\.com\/(?:envoy\.)?/
const TYPED_STRUCTS = ['udpa.type.v1.TypedStruct', 'xds.type.v3.TypedStruct']
/** Protobuf's own recursion limit is 100. */
const MAX_DEPTH = 200

function step(at: string, key: string | number): string {
  return `${at}/${pointerStep(String(key))}`
}

function numberIn(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined
}

/** Milliseconds of a duration as proto JSON writes it: `1.5s`. */
function durationIn(value: unknown): number | undefined {
  const match = typeof value === 'string' ? /^(-?\d+(?:\.\d+)?)s$/.exec(value) : null
  return match === null ? undefined : Number(match[1]) * 1000
}

function flagIn(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

/** The short name of an Any's type: without the URL and `envoy.`. */
function shortType(url: string): string {
  return url.replace(TYPE, '')
}

function packedIn(value: unknown, at: string, depth: number): Packed | undefined {
  if (!isObject(value)) return undefined
  const url = value['@type']
  const type = typeof url === 'string' ? shortType(url) : ''
  // A TypedStruct carries a message of another type as a structure (cncf/xds, TypedStruct).
  const inner = value.type_url ?? value.typeUrl
  if (TYPED_STRUCTS.includes(type) && typeof inner === 'string')
    return packedIn({...(isObject(value.value) ? value.value : {}), '@type': inner}, step(at, 'value'), depth)
  const schema = SCHEMAS.get(type)
  return {type, at, message: schema === undefined ? undefined : readMessage(schema, value, at, depth)}
}

function listIn(field: Field<unknown>, value: unknown, at: string, depth: number): readonly unknown[] {
  return Array.isArray(value) ? value.map((each, i) => valueIn(field, each, step(at, i), depth)) : []
}

function mapIn(field: Field<unknown>, value: unknown, at: string, depth: number): ReadonlyMap<string, unknown> {
  if (!isObject(value)) return new Map()
  return new Map(Object.keys(value).map(key => [key, valueIn(field, value[key], step(at, key), depth)]))
}

function valueIn(field: Field<unknown>, value: unknown, at: string, depth: number): unknown {
  switch (field.form) {
    case 'text':
      return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
    case 'flag':
      return value === true
    case 'wrapped-flag':
      return flagIn(value)
    case 'count':
      return numberIn(value)
    case 'duration':
      return durationIn(value)
    case 'struct':
      return value as Json | undefined
    case 'present':
      return value !== undefined
    case 'packed':
      return packedIn(value, at, depth)
    case 'ignored':
      return undefined
    case 'list':
      return listIn(field.of, value, at, depth)
    case 'map':
      return mapIn(field.of, value, at, depth)
    case 'message':
      return isObject(value) ? readMessage(field.schema(), value, at, depth) : undefined
  }
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0)
}

function readMessage(schema: Schema<Read>, json: JsonObject, at: string, depth: number): Read {
  const out: Record<string, unknown> = {at, unread: []}
  const unread: string[] = []
  const held = new Map<string, string>()
  for (const key of Object.keys(json)) {
    if (key.startsWith('@') || isEmpty(json[key])) continue
    const name = lowerCamel(key)
    if (Object.hasOwn(schema.fields, name)) held.set(name, key)
    else unread.push(key)
  }
  if (depth > MAX_DEPTH) return {at, unread: ['(nested too deep)']}
  for (const [name, field] of Object.entries(schema.fields)) {
    const key = held.get(name)
    out[name] = valueIn(
      field,
      key === undefined ? undefined : json[key],
      key === undefined ? at : step(at, key),
      depth + 1,
    )
  }
  out.unread = unread
  return out as unknown as Read
}

/**
 * Reads a message of the Envoy API from JSON, in Envoy's snake_case or istiod's camelCase. Fields the schema does not
 * describe are named in `unread`; undefined when the JSON is not an object. `at` is where it is in its document.
 */
export function readProto<T extends Read>(schema: Schema<T>, json: unknown, at: string): T | undefined {
  return isObject(json) ? (readMessage(schema, json, at, 0) as T) : undefined
}
