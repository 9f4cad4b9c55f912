import {HeaderToMetadata, type HeaderToMetadataValue} from '../../../model/envoy/filters.js'
import type {HttpFilter} from '../../../model/envoy/http.js'
import {isStruct, type Json, unpack} from '../../../model/envoy/schema.js'
import {type FilterResult, goesOn, type HttpState} from '../http/state.js'
import {headerValues, withoutHeaders} from '../matching/headers.js'
import {asciiLower} from '../matching/strings.js'
import {known, undecided} from '../undecided.js'
import {routeConfigOf} from './overrides.js'

// Header-To-Metadata: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/header_to_metadata_filter

/** Values longer than this are not stored. */
const MAX_VALUE = 8 * 1024

function stored(rule: HeaderToMetadataValue, text: string): Json | undefined {
  const {type = 'STRING', encode = 'NONE', value, at} = known(rule, 'a value of header_to_metadata')
  const found = value || text
  if (encode !== 'NONE') undecided(`encoding ${encode} of header_to_metadata`, at)
  if (found === '' || found.length > MAX_VALUE) return undefined
  if (type === 'STRING') return found
  if (type !== 'NUMBER') return undecided(`type ${type} of header_to_metadata`, at)
  return /^[+-]?\d+(?:\.\d*)?$/.test(found)
    ? Number(found)
    : /\d/.test(found)
      ? undecided(`number ${found}`, at)
      : undefined
}

function withMetadata(state: HttpState, rule: HeaderToMetadataValue, text: string): HttpState {
  const value = stored(rule, text)
  if (value === undefined) return state
  const namespace = rule.metadataNamespace || 'envoy.lb'
  const before = state.metadata.get(namespace)
  const merged = {...(isStruct(before) ? before : {}), [rule.key ?? '']: value}
  return {...state, metadata: new Map([...state.metadata, [namespace, merged]])}
}

/** Stores headers in the dynamic metadata, which later filters read; the route stays as it was chosen. */
export function runHeaderToMetadata(state: HttpState, filter: HttpFilter): FilterResult {
  const config = routeConfigOf(state, filter, HeaderToMetadata) ?? unpack(filter.typedConfig, HeaderToMetadata)
  if (config === undefined) return undecided('header_to_metadata without configuration', filter.at)
  const {requestRules} = known(config, 'header_to_metadata')
  const last = requestRules.reduce<HttpState>((before, each) => {
    const {header = '', onHeaderPresent, onHeaderMissing, remove} = known(each, 'a rule of header_to_metadata')
    const values = headerValues(before.headers, header)
    if (values.length === 0) return onHeaderMissing === undefined ? before : withMetadata(before, onHeaderMissing, '')
    const found = onHeaderPresent === undefined ? before : withMetadata(before, onHeaderPresent, values.join(','))
    return remove ? {...found, headers: withoutHeaders(found.headers, [asciiLower(header)])} : found
  }, state)
  return goesOn(last)
}
