import type {QueryMatcher} from '../../../model/envoy/matching.js'
import {known} from '../undecided.js'
import {stringMatches} from './strings.js'

/** The path without query and fragment. */
export function pathOnly(target: string): string {
  return target.replace(/[?#].*$/s, '')
}

/** The query with its question mark; empty when there is none. */
function queryOf(target: string): string {
  const at = target.indexOf('?')
  return at < 0 ? '' : target.slice(at)
}

/** The parameters of a query in order, not decoded. */
export function queryParameters(target: string): readonly (readonly [string, string])[] {
  const query = queryOf(target).slice(1)
  if (query === '') return []
  return query.split('&').map(part => {
    const equals = part.indexOf('=')
    return equals < 0 ? ([part, ''] as const) : ([part.slice(0, equals), part.slice(equals + 1)] as const)
  })
}

/** The parameters of a query in order, percent-encoding decoded. */
export function decodedQuery(target: string): readonly (readonly [string, string])[] {
  const decoded = (text: string) =>
    text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return queryParameters(target).map(([name, value]) => [decoded(name), decoded(value)] as const)
}

/** Whether a query fits (config.route.v3.QueryParameterMatcher): the first value of a name counts, not decoded. */
export function queryMatches(matcher: QueryMatcher, target: string): boolean {
  const {name = '', stringMatch, presentMatch} = known(matcher, 'a query parameter matcher')
  const found = queryParameters(target).find(([each]) => each === name)?.[1]
  if (stringMatch !== undefined) return found !== undefined && stringMatches(stringMatch, found)
  return (found !== undefined) === (presentMatch ?? true)
}
