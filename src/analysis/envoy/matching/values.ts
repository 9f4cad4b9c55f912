import type {MetadataMatcher, ValueMatcher} from '../../../model/envoy/matching.js'
import {isStruct, type Json} from '../../../model/envoy/schema.js'
import {anyOf, known, undecided} from '../undecided.js'
import {stringMatches} from './strings.js'

// type.matcher.v3.ValueMatcher and MetadataMatcher:
// https://www.envoyproxy.io/docs/envoy/latest/api-v3/type/matcher/v3/value.proto

/** Dynamic metadata: one value per filter namespace. */
export type DynamicMetadata = ReadonlyMap<string, Json>

/** The value under a path of keys; undefined when there is none. */
export function jsonAt(value: Json | undefined, path: readonly string[]): Json | undefined {
  let found = value
  for (const key of path) {
    if (!isStruct(found) || !Object.hasOwn(found, key)) return undefined
    found = found[key]
  }
  return found
}

function doubleMatches(matcher: NonNullable<ValueMatcher['doubleMatch']>, value: Json | undefined): boolean {
  if (typeof value !== 'number') return false
  const {exact, range} = known(matcher, 'a number matcher')
  if (range !== undefined) return value >= (range.start ?? 0) && value < (range.end ?? 0)
  return value === (exact ?? 0)
}

/** Whether a value fits; an absent value fits nothing, not even `present_match: false`. */
function valueMatches(matcher: ValueMatcher | undefined, value: Json | undefined): boolean {
  if (matcher === undefined) undecided('an empty value matcher')
  const m = known(matcher, 'a value matcher')
  if (m.nullMatch) return value === null
  if (m.doubleMatch !== undefined) return doubleMatches(m.doubleMatch, value)
  if (m.stringMatch !== undefined) return typeof value === 'string' && stringMatches(m.stringMatch, value)
  if (m.boolMatch !== undefined) return typeof value === 'boolean' && value === m.boolMatch
  if (m.presentMatch !== undefined) return value !== undefined && m.presentMatch
  if (m.listMatch !== undefined) {
    const {oneOf} = known(m.listMatch, 'a list matcher')
    return Array.isArray(value) && anyOf(value as readonly Json[], each => valueMatches(oneOf, each))
  }
  if (m.orMatch !== undefined) return anyOf(m.orMatch.valueMatchers, each => valueMatches(each, value))
  return undecided('an empty value matcher', m.at)
}

/** Whether dynamic metadata fits. */
export function metadataMatches(matcher: MetadataMatcher, metadata: DynamicMetadata): boolean {
  const {filter = '', path, value, invert} = known(matcher, 'a metadata matcher')
  const found = jsonAt(
    metadata.get(filter),
    path.map(each => known(each, 'a metadata path').key ?? ''),
  )
  return valueMatches(value, found) !== invert
}
