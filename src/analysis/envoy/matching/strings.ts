import type {StringMatcher} from '../../../model/envoy/matching.js'
import {known, undecided} from '../undecided.js'
import {fullMatch} from './regex.js'

/** ASCII letters in lower case, everything else unchanged: what Envoy compares where case does not count. */
export function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, letters => letters.toLowerCase())
}

/** Whether a text fits (type.matcher.v3.StringMatcher); `ignore_case` does not apply to regexes. */
export function stringMatches(matcher: StringMatcher | undefined, text: string): boolean {
  if (matcher === undefined) undecided('an empty string matcher')
  const {exact, prefix, suffix, contains, safeRegex, ignoreCase} = known(matcher, 'a string matcher')
  if (safeRegex !== undefined) return fullMatch(known(safeRegex, 'a regex').regex ?? '', text, safeRegex.at)
  const form = (each: string) => (ignoreCase ? asciiLower(each) : each)
  const value = form(text)
  if (exact !== undefined) return value === form(exact)
  if (prefix !== undefined) return value.startsWith(form(prefix))
  if (suffix !== undefined) return value.endsWith(form(suffix))
  if (contains !== undefined) return value.includes(form(contains))
  return undecided('an empty string matcher', matcher.at)
}
