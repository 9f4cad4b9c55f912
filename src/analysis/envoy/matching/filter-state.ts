import type {FilterStateMatcher} from '../../../model/envoy/matching.js'
import {known, undecided} from '../undecided.js'
import {stringMatches} from './strings.js'

/** Whether filter state fits (type.matcher.v3.FilterStateMatcher): a key that is not set fits nothing. */
export function filterStateMatches(matcher: FilterStateMatcher, state: ReadonlyMap<string, string>): boolean {
  const {key = '', stringMatch, addressMatch} = known(matcher, 'a filter state matcher')
  if (addressMatch !== undefined) undecided('an address matcher over filter state', addressMatch.at)
  const value = state.get(key)
  return value !== undefined && stringMatches(stringMatch, value)
}
