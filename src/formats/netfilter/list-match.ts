import {own} from '../../model/own.js'
import type {Action, ConditionField, MatchCondition} from '../../model/ruleset.js'
import {isTarget, readTarget} from './iptables-target.js'
import {hexWord, idWord, markWord, portWord} from './values.js'

/** The parsed free text at the end of an `iptables -L` row. */
export interface ListTail {
  readonly conditions: readonly MatchCondition[]
  readonly options: ReadonlyMap<string, string>
  readonly comment?: string
}

type ReadPhrase = (found: RegExpExecArray) => MatchCondition | undefined

function condition(
  field: ConditionField,
  negated: boolean,
  words: string,
  read: (word: string) => string | undefined,
): MatchCondition | undefined {
  const values = words.split(',').map(read)
  return values.every(value => value !== undefined) ? {field, negated, values} : undefined
}

const PORT_FIELD: Readonly<Record<string, ConditionField>> = {
  dpt: 'destination-port',
  dpts: 'destination-port',
  dports: 'destination-port',
  spt: 'source-port',
  spts: 'source-port',
  sports: 'source-port',
  ports: 'any-port',
}

function ports(found: RegExpExecArray): MatchCondition | undefined {
  return condition(own(PORT_FIELD, found[1] ?? '') ?? 'any-port', found[2] === '!', found[3] ?? '', portWord)
}

function upper(field: ConditionField): ReadPhrase {
  return found => condition(field, found[1] === '!', found[2] ?? '', word => word.toUpperCase())
}

/** Without -n the owner is a name: root everywhere, istio-proxy where /etc/passwd has it. */
function listedId(word: string): string | undefined {
  if (word === 'root') return '0'
  return word === 'istio-proxy' ? '1337' : idWord(word)
}

/** The phrases iptables -L prints for known matches, each anchored at the current position. */
const PHRASES: readonly (readonly [RegExp, ReadPhrase])[] = [
  [/(?:tcp|udp|sctp|dccp|udplite)\s+(dpts?|spts?):(!?)(\S+)/y, ports],
  [/(dpts?|spts?):(!?)(\S+)/y, ports],
  [/multiport\s+(dports|sports|ports)\s+(!?)\s?(\S+)/y, ports],
  [
    /(! )?owner (UID|GID) match (\S+)/y,
    found => condition(found[2] === 'UID' ? 'uid' : 'gid', found[1] !== undefined, found[3] ?? '', listedId),
  ],
  [
    /(! )?owner socket exists/y,
    found => ({field: 'socket-owner', negated: found[1] !== undefined, values: ['exists']}),
  ],
  [/(mark|MARK|connmark) match\s+(!?)\s*(\S+)/y, markPhrase],
  [/(!)?\s?(?:ctstate|state)\s+(\S+)/y, upper('ct-state')],
  [/ADDRTYPE match dst-type (!?)(\S+)/y, upper('destination-type')],
  [/ADDRTYPE match src-type (!?)(\S+)/y, upper('source-type')],
  [
    /(?:icmp|ipv6-icmp|icmptype|icmp6)\s*(!?)(?:type\s)?(\d+)(?: code \d+)?/y,
    found => ({field: 'icmp-type', negated: found[1] === '!', values: [found[2] ?? '']}),
  ],
  [/socket(?:\s--(transparent))?(?=\s|$)/y, found => ({field: 'socket', negated: false, values: [found[1] ?? 'any']})],
  [/(?:tcp\s+)?flags:(!?)0x([0-9A-F]{2})\/0x([0-9A-F]{2})/y, tcpFlags],
  [
    /(!)?\s?match-set (\S+ \S+)/y,
    found => ({
      field: 'dynamic',
      negated: false,
      values: [`${found[1] === '!' ? '! ' : ''}-m set --match-set ${found[2]}`],
    }),
  ],
  [/limit: avg \S+ burst \d+/y, found => ({field: 'dynamic', negated: false, values: [`-m ${found[0]}`]})],
]

function markPhrase(found: RegExpExecArray): MatchCondition | undefined {
  return condition(found[1] === 'connmark' ? 'connmark' : 'mark', found[2] === '!', found[3] ?? '', markWord)
}

const FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG']

function tcpFlags(found: RegExpExecArray): MatchCondition {
  const names = (word: string | undefined) =>
    FLAGS.filter((_, bit) => (Number.parseInt(word ?? '0', 16) >> bit) & 1).join(',')
  return {field: 'tcp-flags', negated: found[1] === '!', values: [`${names(found[2])} ${names(found[3])}`]}
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
    for (const [pattern, read] of PHRASES) {
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
