import {gunzipSync} from 'node:zlib'
import {isObject, type JsonObject, objectOf, textsOf} from '../decode.js'
import {PACKED_SCHEMAS} from './schema-data.js'

/** The schema of a kind: the versions served, and the structure of its spec. */
export interface KindSchema {
  readonly versions: readonly string[]
  readonly spec: JsonObject
}

let unpacked: JsonObject | undefined

/** The schema of a kind of Istio 1.31 or the Gateway API 1.6; undefined for any other. */
export function schemaOf(group: string, kind: string): KindSchema | undefined {
  if (unpacked === undefined) {
    const text = gunzipSync(Buffer.from(PACKED_SCHEMAS, 'base64')).toString('utf8')
    const parsed: unknown = JSON.parse(text)
    unpacked = isObject(parsed) ? parsed : {}
  }
  const key = `${group}/${kind}`
  const found = Object.hasOwn(unpacked, key) ? unpacked[key] : undefined
  const spec = objectOf(found, 'spec')
  return spec === undefined ? undefined : {versions: textsOf(found, 'versions'), spec}
}
