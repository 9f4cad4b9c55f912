import type {MatchCondition} from '../../model/kernel/ruleset.js'
import {DYNAMIC_MODULES, MATCH_OPTIONS} from './matches.js'
import {quoteWord} from './words.js'

/** What one option of a rule's match part came to: conditions found and how many words it took. */
interface Taken {
  readonly words: number
  readonly condition?: MatchCondition
}

/** The match modules a rule has loaded so far, in order; a later one answers first for an option that two of them have. */
export interface LoadedModules {
  readonly names: string[]
}

function findOption(name: string, loaded: LoadedModules, protocol: string | undefined) {
  const general = MATCH_OPTIONS.get('')?.get(name)
  if (general !== undefined) return general
  const implied = protocol === undefined ? [] : [protocol]
  for (const module of [...loaded.names].reverse().concat(implied)) {
    const found = MATCH_OPTIONS.get(module)?.get(name)
    if (found !== undefined) return found
  }
  // Ports of a protocol that is not named.
  return loaded.names.length > 0 ? undefined : MATCH_OPTIONS.get('udp')?.get(name)
}

/** True for a module whose options are typed. */
export function isTypedModule(name: string): boolean {
  return name !== '' && MATCH_OPTIONS.has(name)
}

/** The condition for a module that is not typed: dynamic when its meaning is known, opaque when not; its words verbatim. */
export function verbatimCondition(words: readonly string[]): MatchCondition {
  const name = words[0] === '-m' ? (words[1] ?? '') : ''
  return {
    field: DYNAMIC_MODULES.has(name) ? 'dynamic' : 'opaque',
    negated: false,
    values: [words.map(quoteWord).join(' ')],
  }
}

/**
 * Reads one match option at a word, with the negation before (`! -d x`) or, as iptables up to 1.4 wrote it, after it (`-d ! x`).
 * Undefined when no loaded module knows the option.
 */
export function takeOption(
  words: readonly string[],
  at: number,
  loaded: LoadedModules,
  protocol: string | undefined,
): Taken | undefined {
  const before = words[at] === '!'
  const start = before ? at + 1 : at
  const name = words[start] ?? ''
  const found = findOption(name, loaded, protocol)
  if (found === undefined) return undefined
  const after = found.arity > 0 && words[start + 1] === '!'
  const first = start + (after ? 2 : 1)
  const negated = before !== after
  const used = first + found.arity - at
  const values = first + found.arity > words.length ? undefined : found.read(words[first] ?? '', words[first + 1] ?? '')
  if (values === undefined) {
    return {
      words: used,
      condition: {
        field: 'opaque',
        negated: false,
        values: [
          words
            .slice(at, at + used)
            .map(quoteWord)
            .join(' '),
        ],
      },
    }
  }
  if (values.length === 0)
    return negated ? {words: used, condition: {field: found.field, negated, values: []}} : {words: used}
  return {words: used, condition: {field: found.field, negated, values}}
}
