import {RE2JS, RE2JSException} from 're2js'

/**
 * Regular expressions from outside (a mesh's configuration, a request to `serve`, a team's settings), run by RE2 in linear time as Envoy runs its
 * own (https://www.envoyproxy.io/docs/envoy/latest/api-v3/type/matcher/v3/regex.proto). The engine of JavaScript backtracks and never sees one.
 */
const compiled = new Map<string, RE2JS>()
const MAX_KEPT = 5000

/** A pattern that RE2 does not take, or a substitution that names a group it does not have. */
export class BadPattern extends Error {
  override readonly name = 'BadPattern'
}

function compile(pattern: string): RE2JS {
  let found = compiled.get(pattern)
  if (found === undefined) {
    try {
      found = RE2JS.compile(pattern)
    } catch (error) {
      if (!(error instanceof RE2JSException)) throw error
      throw new BadPattern(`regex ${pattern} is not valid in RE2`)
    }
    if (compiled.size >= MAX_KEPT) compiled.clear()
    compiled.set(pattern, found)
  }
  return found
}

/** True when the whole text matches; a pattern RE2 does not take is a `BadPattern`. */
export function fullMatch(pattern: string, text: string): boolean {
  return compile(pattern).matches(text)
}

/** True when any part of the text matches. */
export function partialMatch(pattern: string, text: string): boolean {
  return compile(pattern).matcher(text).find()
}

/** Throws a `BadPattern` for a pattern that RE2 does not take. */
export function checkPattern(pattern: string): void {
  compile(pattern)
}

/** True for a pattern that RE2 takes. */
export function isPattern(pattern: string): boolean {
  try {
    compile(pattern)
    return true
  } catch (error) {
    if (error instanceof BadPattern) return false
    throw error
  }
}

/** The groups of a match of the whole text, the match itself first. */
export function fullMatchGroups(pattern: string, text: string): readonly string[] | undefined {
  const matcher = compile(pattern).matcher(text)
  if (!matcher.matches()) return undefined
  return Array.from({length: matcher.groupCount() + 1}, (_, i) => matcher.group(i) ?? '')
}

function rewritten(substitution: string, groups: readonly string[]): string {
  return substitution.replace(/\\(.?)/gs, (_, mark: string) => {
    if (mark === '\\') return '\\'
    if (!/\d/.test(mark) || Number(mark) >= groups.length)
      throw new BadPattern(`substitution ${substitution} names no group`)
    return groups[Number(mark)] ?? ''
  })
}

/** Every match replaced, `\\1` standing for the first group (RE2::GlobalReplace). */
export function replaceAll(pattern: string, substitution: string, text: string): string {
  const matcher = compile(pattern).matcher(text)
  let out = ''
  let end = 0
  while (matcher.find()) {
    const groups = Array.from({length: matcher.groupCount() + 1}, (_, i) => matcher.group(i) ?? '')
    out += text.slice(end, matcher.start()) + rewritten(substitution, groups)
    end = matcher.end()
  }
  return out + text.slice(end)
}
