import {RE2JS} from 're2js'
import {undecided} from '../undecided.js'

/**
 * Regular expressions of a configuration, run as Envoy runs them: by RE2, in linear time
 * (https://www.envoyproxy.io/docs/envoy/latest/api-v3/type/matcher/v3/regex.proto).
 */
const compiled = new Map<string, RE2JS>()
const MAX_KEPT = 5000

function compile(pattern: string, at: string | undefined): RE2JS {
  let found = compiled.get(pattern)
  if (found === undefined) {
    try {
      found = RE2JS.compile(pattern)
    } catch {
      undecided(`regex ${pattern} is none that RE2 takes`, at)
    }
    if (compiled.size >= MAX_KEPT) compiled.clear()
    compiled.set(pattern, found)
  }
  return found
}

/** True when the whole text matches. */
export function fullMatch(pattern: string, text: string, at?: string): boolean {
  return compile(pattern, at).matches(text)
}

/** The groups of a match of the whole text, the match itself first. */
export function fullMatchGroups(pattern: string, text: string, at?: string): readonly string[] | undefined {
  const matcher = compile(pattern, at).matcher(text)
  if (!matcher.matches()) return undefined
  return Array.from({length: matcher.groupCount() + 1}, (_, i) => matcher.group(i) ?? '')
}

function rewritten(substitution: string, groups: readonly string[], at: string | undefined): string {
  return substitution.replace(/\\(.?)/gs, (_, mark: string) => {
    if (mark === '\\') return '\\'
    if (!/\d/.test(mark) || Number(mark) >= groups.length) undecided(`substitution ${substitution} names no group`, at)
    return groups[Number(mark)] ?? ''
  })
}

/** Every match replaced, `\1` standing for the first group (RE2::GlobalReplace). */
export function replaceAll(pattern: string, substitution: string, text: string, at?: string): string {
  const matcher = compile(pattern, at).matcher(text)
  let out = ''
  let end = 0
  while (matcher.find()) {
    const groups = Array.from({length: matcher.groupCount() + 1}, (_, i) => matcher.group(i) ?? '')
    out += text.slice(end, matcher.start()) + rewritten(substitution, groups, at)
    end = matcher.end()
  }
  return out + text.slice(end)
}
