import type {HeaderMatcher} from '../../../model/envoy/matching.js'
import {anyOf, known, undecided} from '../undecided.js'
import {fullMatch} from './regex.js'
import {asciiLower, stringMatches} from './strings.js'

/** Stand for values that Envoy makes up. Presence is certain; what a matcher makes of the rest is not. */
export const MADE_UP = {
  requestId: '00000000-0000-4000-8000-000000000000',
  clientCertificate: 'Hash=;URI=',
} as const

const MADE_UP_VALUES: readonly string[] = Object.values(MADE_UP)

/** Headers of a request as Envoy holds them: lower-case names, pseudo headers among them, in order. */
export type Headers = readonly (readonly [string, string])[]

/** Every value of a header; `host` means `:authority`. */
export function headerValues(headers: Headers, name: string): readonly string[] {
  const wanted = asciiLower(name)
  const key = wanted === 'host' ? ':authority' : wanted
  return headers.filter(([each]) => each === key).map(([, value]) => value)
}

/** The first value of a header. */
export function headerValue(headers: Headers, name: string): string | undefined {
  return headerValues(headers, name)[0]
}

/** The headers without some. */
export function withoutHeaders(headers: Headers, names: readonly string[]): Headers {
  return headers.filter(([name]) => !names.includes(name))
}

/** The headers with one set: in the place of the first of its name, or at the end. */
export function withHeader(headers: Headers, name: string, value: string): Headers {
  const at = headers.findIndex(([each]) => each === name)
  if (at < 0) return [...headers, [name, value]]
  return headers.flatMap((each, i): Headers => (i === at ? [[name, value]] : each[0] === name ? [] : [each]))
}

/** The headers with one added as an append action says (HeaderValueOption). */
export function appended(headers: Headers, header: Headers[number], action: string, at: string): Headers {
  const [name, value] = header
  const exists = headerValue(headers, name) !== undefined
  switch (action) {
    case 'APPEND_IF_EXISTS_OR_ADD':
      return [...headers, header]
    case 'ADD_IF_ABSENT':
      return exists ? headers : [...headers, header]
    case 'OVERWRITE_IF_EXISTS_OR_ADD':
      return withHeader(headers, name, value)
    case 'OVERWRITE_IF_EXISTS':
      return exists ? withHeader(headers, name, value) : headers
    default:
      return undecided(`append action ${action}`, at)
  }
}

/** A whole number as absl::SimpleAtoi reads it; a sign is allowed. */
function integerIn(text: string): bigint | undefined {
  const match = /^\s*([+-]?)(\d+)\s*$/.exec(text)
  if (match === null) return undefined
  const value = BigInt(match[2] ?? '0') * (match[1] === '-' ? -1n : 1n)
  return value >= -(2n ** 63n) && value < 2n ** 63n ? value : undefined
}

function inNumberRange(text: string, start: number, end: number): boolean {
  const value = integerIn(text)
  return value !== undefined && value >= BigInt(start) && value < BigInt(end)
}

/** Whether one value matches; undefined when the matcher only checks presence. */
function valueTest(m: HeaderMatcher): ((value: string) => boolean) | undefined {
  const {exactMatch, prefixMatch, suffixMatch, containsMatch, safeRegexMatch, rangeMatch, stringMatch} = m
  if (stringMatch !== undefined) return value => stringMatches(stringMatch, value)
  if (exactMatch !== undefined) return value => value === exactMatch
  if (prefixMatch !== undefined) return value => value.startsWith(prefixMatch)
  if (suffixMatch !== undefined) return value => value.endsWith(suffixMatch)
  if (containsMatch !== undefined) return value => value.includes(containsMatch)
  if (safeRegexMatch !== undefined) return value => fullMatch(safeRegexMatch.regex ?? '', value, safeRegexMatch.at)
  if (rangeMatch !== undefined) return value => inNumberRange(value, rangeMatch.start ?? 0, rangeMatch.end ?? 0)
  return undefined
}

/**
 * Whether the headers fit (config.route.v3.HeaderMatcher). Of several values one that fits is enough; a missing header
 * fits no value matcher, inverted or not, unless it counts as empty.
 */
export function headerMatches(matcher: HeaderMatcher, headers: Headers): boolean {
  const m = known(matcher, 'a header matcher')
  const values = headerValues(headers, m.name ?? '')
  const test = valueTest(m)
  if (test === undefined) {
    const present = values.length > 0 || m.treatMissingHeaderAsEmpty
    return ((m.presentMatch ?? true) === present) !== m.invertMatch
  }
  if (values.length === 0) return m.treatMissingHeaderAsEmpty && test('') !== m.invertMatch
  const exact = m.exactMatch ?? m.stringMatch?.exact
  if (exact === undefined && values.some(each => MADE_UP_VALUES.includes(each)))
    undecided(`the value of ${m.name ?? ''}, which Envoy makes up`, m.at)
  return anyOf(values, test) !== m.invertMatch
}
