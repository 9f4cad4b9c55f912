import type {Action, MatchCondition} from '../../model/kernel/ruleset.js'
import {isTarget, readTarget} from './iptables-target.js'
import {LIST_PHRASES} from './matches.js'
import {hexWord, markWord} from './values.js'

/** The parsed free text at the end of an `iptables -L` row. */
export interface ListTail {
  readonly conditions: readonly MatchCondition[]
  readonly options: ReadonlyMap<string, string>
  readonly comment?: string
}

/** The phrases of targets, as the options iptables-save prints. */
const TARGET_PHRASES: readonly (readonly [
  RegExp,
  (found: RegExpExecArray) => readonly (readonly [string, string])[],
])[] = [
  [/redir ports (\S+)/y, f => [['to-ports', f[1] ?? '']]],
  [/masq ports: (\S+)/y, f => [['to-ports', f[1] ?? '']]],
  [/to:(\S+)/y, f => [['to', f[1] ?? '']]],
  [/CT zone (\d+)/y, f => [['zone', f[1] ?? '']]],
  [/CT notrack/y, () => [['notrack', '']]],
  [/(?:MARK|CONNMARK) (set|xset|and|or|xor) (\S+)/y, f => [[markOption(f[1] ?? ''), hexPair(f[2] ?? '')]]],
  [/CONNMARK (save|restore)(?: mask (\S+))?(?: nfmask (\S+) ctmask (?:~)?(\S+))?/y, copyOptions],
  [
    /TPROXY redirect (\S+):(\d+) mark (\S+)/y,
    f => [
      ['on-ip', f[1] ?? ''],
      ['on-port', f[2] ?? ''],
      ['tproxy-mark', f[3] ?? ''],
    ],
  ],
  [/reject-with (\S+)/y, f => [['reject-with', f[1] ?? '']]],
  [/LOG flags \d+ level \d+(?: prefix "[^"]*")?/y, () => []],
]

function markOption(verb: string): string {
  return verb === 'xset' ? 'set-xmark' : `${verb}-mark`
}

function hexPair(word: string): string {
  return markWord(word) ?? word
}

function copyOptions(found: RegExpExecArray): readonly (readonly [string, string])[] {
  const both = found[2] === undefined ? [] : ([['mask', hexWord(found[2]) ?? found[2]]] as const)
  const pair =
    found[3] === undefined
      ? []
      : ([
          ['nfmask', found[3]],
          ['ctmask', found[4] ?? ''],
        ] as const)
  return [[`${found[1]}-mark`, ''], ...both, ...pair]
}

/**
 * Reads the text behind the destination column: matches first, then the target's own words (iptables(8), extensions' print functions).
 * Words that fit no phrase become one opaque condition each.
 */
export function readListTail(tail: string): ListTail {
  const conditions: MatchCondition[] = []
  const options = new Map<string, string>()
  let comment: string | undefined
  let at = 0
  const matched = (pattern: RegExp) => {
    pattern.lastIndex = at
    const found = pattern.exec(tail)
    if (found !== null) at = pattern.lastIndex
    return found
  }
  const step = (): void => {
    const note = matched(/\/\* (.*?) \*\//y)
    if (note !== null) {
      comment = note[1]
      return
    }
    for (const [pattern, read] of LIST_PHRASES) {
      const found = matched(pattern)
      if (found === null) continue
      conditions.push(read(found) ?? {field: 'opaque', negated: false, values: [found[0]]})
      return
    }
    for (const [pattern, read] of TARGET_PHRASES) {
      const found = matched(pattern)
      if (found === null) continue
      for (const [name, value] of read(found)) options.set(name, value)
      return
    }
    const word = matched(/\S+/y)?.[0]
    const implied = word === undefined || /^(tcp|udp|\[goto\])$/.test(word)
    if (!implied) conditions.push({field: 'opaque', negated: false, values: [word]})
  }
  while (at < tail.length) if (matched(/\s+/y) === null) step()
  return {conditions, options, comment}
}

/** The action of a row: a chain when the listing has one of that name or iptables has no such target, else the target with its words. */
export function listAction(
  target: string,
  options: ReadonlyMap<string, string>,
  go: boolean,
  isChain: (name: string) => boolean,
): Action {
  if (go) return {kind: 'goto', chain: target}
  if (isChain(target) || !isTarget(target)) return {kind: 'jump', chain: target}
  const to = options.get('to')
  if (to !== undefined && (target === 'DNAT' || target === 'SNAT')) {
    return readTarget(target, new Map([[target === 'DNAT' ? 'to-destination' : 'to-source', to]]))
  }
  return readTarget(target, options)
}
