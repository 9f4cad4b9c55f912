import type {Action, Counters, MatchCondition} from '../../model/kernel/ruleset.js'
import {isTypedModule, type LoadedModules, takeOption, verbatimCondition} from './iptables-match.js'
import {isKnownTarget, readTarget} from './iptables-target.js'

/** The meaning of a rule's words: everything but its place and its verbatim text. */
export interface RuleMeaning {
  readonly conditions: readonly MatchCondition[]
  readonly actions: readonly Action[]
  readonly counters?: Counters
  readonly comment?: string
  readonly branch?: true
}

const BEFORE_TARGET: ReadonlySet<string> = new Set([
  ...Array.from('sdiopfmjgc', letter => `-${letter}`),
  ...'source src destination dst in-interface out-interface protocol proto fragment match jump goto'
    .split(' ')
    .map(name => `--${name}`),
])

interface Draft {
  readonly conditions: MatchCondition[]
  readonly actions: Action[]
  readonly loaded: LoadedModules
  protocol: string | undefined
  comment: string | undefined
  counters: Counters | undefined
}

/** Index of the next word that starts another general option. */
function nextGeneral(words: readonly string[], from: number): number {
  let at = from
  while (at < words.length && !BEFORE_TARGET.has(words[at] ?? '')) at++
  return at > from && words[at - 1] === '!' && at < words.length ? at - 1 : at
}

/** `-j NAME --option value ...`: the options up to the next general option belong to the target. */
function takeTarget(words: readonly string[], at: number, draft: Draft, isChain: (name: string) => boolean): number {
  const go = words[at] === '-g' || words[at] === '--goto'
  const name = words[at + 1] ?? ''
  const end = nextGeneral(words, Math.min(at + 2, words.length))
  const options = new Map<string, string>()
  let last: string | undefined
  for (const word of words.slice(at + 2, end)) {
    if (word.startsWith('--')) {
      last = word.slice(2)
      options.set(last, '')
    } else if (last !== undefined) {
      const old = options.get(last) ?? ''
      options.set(last, old === '' ? word : `${old} ${word}`)
    }
  }
  if (name === '') draft.actions.push({kind: 'opaque', text: words.slice(at).join(' ')})
  else if (go) draft.actions.push({kind: 'goto', chain: name})
  else if (!isKnownTarget(name) && (isChain(name) || options.size === 0))
    draft.actions.push({kind: 'jump', chain: name})
  else draft.actions.push(readTarget(name, options))
  return end
}

function takeModule(words: readonly string[], at: number, draft: Draft): number {
  const name = words[at + 1] ?? ''
  if (!isTypedModule(name)) {
    const end = nextGeneral(words, Math.min(at + 2, words.length))
    draft.conditions.push(verbatimCondition(words.slice(at, end)))
    return end
  }
  const again = draft.loaded.names.indexOf(name)
  if (again >= 0) draft.loaded.names.splice(again, 1)
  draft.loaded.names.push(name)
  const next = words[at + 2]
  const bare = next === undefined || BEFORE_TARGET.has(next)
  if (name === 'socket' && bare) draft.conditions.push({field: 'socket', negated: false, values: ['any']})
  return at + 2
}

/** `-c P B` inside a rule, as `iptables -vS` prints it. */
function takeCounters(words: readonly string[], at: number, draft: Draft): number {
  const packets = words[at + 1] ?? ''
  const bytes = words[at + 2] ?? ''
  if (!/^\d+$/.test(packets) || !/^\d+$/.test(bytes)) return at + 1
  draft.counters = {packets: Number(packets), bytes: Number(bytes)}
  return at + 3
}

function takeWord(words: readonly string[], at: number, draft: Draft, isChain: (name: string) => boolean): number {
  const word = words[at] ?? ''
  if (word === '-j' || word === '--jump' || word === '-g' || word === '--goto')
    return takeTarget(words, at, draft, isChain)
  if (word === '-m' || word === '--match') return takeModule(words, at, draft)
  if (word === '-c' || word === '--set-counters') return takeCounters(words, at, draft)
  if (word === '--comment') {
    draft.comment = words[at + 1] ?? ''
    return at + 2
  }
  const taken = takeOption(words, at, draft.loaded, draft.protocol)
  if (taken === undefined) {
    const end = Math.max(nextGeneral(words, Math.min(at + 1, words.length)), at + 1)
    draft.conditions.push(verbatimCondition(words.slice(at, end)))
    return end
  }
  if (taken.condition !== undefined) {
    draft.conditions.push(taken.condition)
    if (taken.condition.field === 'protocol' && !taken.condition.negated) draft.protocol = taken.condition.values[0]
  }
  return at + taken.words
}

/**
 * Reads the words behind `-A CHAIN` (iptables(8) and iptables-extensions(8)): every word ends up in a condition, an action, the counters or
 * the comment. `isChain` tells user chains from targets. Never fails; what is not understood is kept in opaque conditions and actions.
 */
export function readRuleWords(words: readonly string[], isChain: (name: string) => boolean): RuleMeaning {
  const draft: Draft = {
    conditions: [],
    actions: [],
    loaded: {names: []},
    protocol: undefined,
    comment: undefined,
    counters: undefined,
  }
  let at = 0
  while (at < words.length) at = takeWord(words, at, draft, isChain)
  const {conditions, actions, comment, counters} = draft
  return {
    conditions,
    actions,
    counters,
    comment,
  }
}
