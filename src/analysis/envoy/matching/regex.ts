import * as linear from '../../../model/text/linear-regex.js'
import {undecided} from '../undecided.js'

/** The result of RE2; an invalid pattern is undecided, because Envoy would have rejected the configuration. */
function decided<T>(answer: () => T, at: string | undefined): T {
  try {
    return answer()
  } catch (error) {
    if (error instanceof linear.BadPattern) return undecided(error.message, at)
    throw error
  }
}

/** True when the whole text matches. */
export function fullMatch(pattern: string, text: string, at?: string): boolean {
  return decided(() => linear.fullMatch(pattern, text), at)
}

/** True when any part of the text matches. */
export function partialMatch(pattern: string, text: string, at?: string): boolean {
  return decided(() => linear.partialMatch(pattern, text), at)
}

/** The groups of a match of the whole text, the match itself first. */
export function fullMatchGroups(pattern: string, text: string, at?: string): readonly string[] | undefined {
  return decided(() => linear.fullMatchGroups(pattern, text), at)
}

/** Every match replaced, `\1` standing for the first group (RE2::GlobalReplace). */
export function replaceAll(pattern: string, substitution: string, text: string, at?: string): string {
  return decided(() => linear.replaceAll(pattern, substitution, text), at)
}
