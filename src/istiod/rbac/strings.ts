import type {Json} from '../../model/envoy/schema.js'

/** A JSON object as Envoy's API takes it. */
export type Message = {readonly [key: string]: Json}

/** Text that a regular expression takes literally (Go's regexp.QuoteMeta). */
export function quoted(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')
}

/** A matcher of whole texts by a regular expression. */
export function regexMatcher(regex: string): Message {
  return {safeRegex: {regex}}
}

/** The matcher of a value with an optional `*` at its start or end (istio.io, "Value matching" of AuthorizationPolicy). */
export function valueMatcher(value: string, anything: Message = regexMatcher('.+')): Message {
  if (value === '*') return anything
  if (value.startsWith('*')) return {suffix: value.slice(1)}
  return value.endsWith('*') ? {prefix: value.slice(0, -1)} : {exact: value}
}

/** The matcher of a SPIFFE identity written without its scheme. */
export function identityMatcher(value: string): Message {
  if (value === '*') return regexMatcher('.+')
  if (value.startsWith('*')) return regexMatcher(`spiffe://.*${quoted(value.slice(1))}`)
  return value.endsWith('*') ? {prefix: `spiffe://${value.slice(0, -1)}`} : {exact: `spiffe://${value}`}
}

/** An address or a range as Envoy takes it: an address is a range of one. */
export function cidr(value: string): Message {
  const [addressPrefix = '', length] = value.split('/')
  return {addressPrefix, prefixLen: length === undefined ? (addressPrefix.includes(':') ? 128 : 32) : Number(length)}
}
