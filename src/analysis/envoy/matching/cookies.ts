import type {CookieMatcher} from '../../../model/envoy/matching.js'
import {known, undecided} from '../undecided.js'
import {type Headers, headerValues} from './headers.js'
import {stringMatches} from './strings.js'

/** The first value of a cookie, without quotes around it. */
function cookieValue(headers: Headers, name: string): string | undefined {
  for (const pair of headerValues(headers, 'cookie').flatMap(each => each.split(';'))) {
    const at = pair.indexOf('=')
    if (at < 0 || pair.slice(0, at).trim() !== name) continue
    const value = pair.slice(at + 1).trim()
    return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
  }
  return undefined
}

/** Whether a cookie fits (config.route.v3.CookieMatcher): one that is not there fits only an inverted match. */
export function cookieMatches(matcher: CookieMatcher, headers: Headers): boolean {
  const {name = '', stringMatch, invertMatch, at} = known(matcher, 'a cookie matcher')
  const value = cookieValue(headers, name)
  if (stringMatch === undefined) return undecided('a cookie matcher without a value', at)
  return (value !== undefined && stringMatches(stringMatch, value)) !== invertMatch
}
