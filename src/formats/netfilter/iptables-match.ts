import type {ConditionField, MatchCondition} from '../../model/ruleset.js'
import {addressWord, idWord, isEverywhere, markWord, portWord, protocolName} from './values.js'
import {quoteWord} from './words.js'

/** Turns an option's argument into canonical values; undefined when it cannot be read, an empty list when it always matches. */
type ReadValues = (argument: string, following: string) => readonly string[] | undefined

interface MatchOption {
  readonly field: ConditionField
  readonly arity: 0 | 1 | 2
  readonly read: ReadValues
}

function list(read: (word: string) => string | undefined): ReadValues {
  return argument => {
    const values = argument.split(',').map(read)
    return values.every(value => value !== undefined) ? values : undefined
  }
}

function address(argument: string): readonly string[] | undefined {
  const values = list(addressWord)(argument, '')
  return values?.every(isEverywhere) === true ? [] : values
}

function option(field: ConditionField, arity: 0 | 1 | 2, read: ReadValues): MatchOption {
  return {field, arity, read}
}

const SOURCE = option('source', 1, address)
const DESTINATION = option('destination', 1, address)
const IN = option('in-interface', 1, name => (name === '+' ? [] : [name]))
const OUT = option('out-interface', 1, name => (name === '+' ? [] : [name]))
const PROTOCOL = option('protocol', 1, word => {
  const name = protocolName(word)
  return name === undefined ? [] : [name]
})
const upper: ReadValues = argument => argument.toUpperCase().split(',')
const FRAGMENT = option('fragment', 0, () => ['yes'])
const PORTS = (field: ConditionField) => option(field, 1, list(portWord))

/** Options that need no match module, under every name iptables(8) accepts. */
const GENERAL: Readonly<Record<string, MatchOption>> = {
  '-s': SOURCE,
  '--source': SOURCE,
  '--src': SOURCE,
  '-d': DESTINATION,
  '--destination': DESTINATION,
  '--dst': DESTINATION,
  '-i': IN,
  '--in-interface': IN,
  '-o': OUT,
  '--out-interface': OUT,
  '-p': PROTOCOL,
  '--protocol': PROTOCOL,
  '--proto': PROTOCOL,
  '-f': FRAGMENT,
  '--fragment': FRAGMENT,
}

const PORT_OPTIONS: Readonly<Record<string, MatchOption>> = {
  '--dport': PORTS('destination-port'),
  '--destination-port': PORTS('destination-port'),
  '--sport': PORTS('source-port'),
  '--source-port': PORTS('source-port'),
  '--dports': PORTS('destination-port'),
  '--destination-ports': PORTS('destination-port'),
  '--sports': PORTS('source-port'),
  '--source-ports': PORTS('source-port'),
  '--ports': PORTS('any-port'),
}
const MARK: Readonly<Record<string, MatchOption>> = {'--mark': option('mark', 1, list(markWord))}
const ICMP: Readonly<Record<string, MatchOption>> = {
  '--icmp-type': option('icmp-type', 1, word => (word === 'any' ? [] : [word])),
  '--icmpv6-type': option('icmp-type', 1, word => [word]),
}
const TCP: Readonly<Record<string, MatchOption>> = {
  ...PORT_OPTIONS,
  '--tcp-flags': option('tcp-flags', 2, (mask, set) => [`${mask.toUpperCase()} ${set.toUpperCase()}`]),
  '--syn': option('tcp-flags', 0, () => ['FIN,SYN,RST,ACK SYN']),
}

/** The match modules whose meaning the packet walk knows (iptables-extensions(8)). */
const MODULES: Readonly<Record<string, Readonly<Record<string, MatchOption>>>> = {
  tcp: TCP,
  udp: PORT_OPTIONS,
  udplite: PORT_OPTIONS,
  sctp: PORT_OPTIONS,
  dccp: PORT_OPTIONS,
  multiport: PORT_OPTIONS,
  icmp: ICMP,
  icmp6: ICMP,
  icmpv6: ICMP,
  owner: {
    '--uid-owner': option('uid', 1, list(idWord)),
    '--gid-owner': option('gid', 1, list(idWord)),
    '--socket-exists': option('socket-owner', 0, () => ['exists']),
  },
  mark: MARK,
  connmark: {'--mark': option('connmark', 1, list(markWord))},
  conntrack: {'--ctstate': option('ct-state', 1, upper), '--ctstatus': option('ct-status', 1, upper)},
  state: {'--state': option('ct-state', 1, upper)},
  addrtype: {'--dst-type': option('destination-type', 1, upper), '--src-type': option('source-type', 1, upper)},
  socket: {'--transparent': option('socket', 0, () => ['transparent'])},
  comment: {},
}

/** Modules that are understood but depend on something the rules do not say: rates, sets, time, payload. */
const DYNAMIC = new Set(
  'set limit hashlimit u32 statistic recent connlimit string time quota quota2 connbytes rateest random nth bpf length length2'.split(
    ' ',
  ),
)

/** What one option of a rule's match part came to: conditions found and how many words it took. */
interface Taken {
  readonly words: number
  readonly condition?: MatchCondition
}

/** The match modules a rule has loaded so far, in order; a later one answers first for an option that two of them have. */
export interface LoadedModules {
  readonly names: string[]
}

function findOption(name: string, loaded: LoadedModules, protocol: string | undefined): MatchOption | undefined {
  if (Object.hasOwn(GENERAL, name)) return GENERAL[name]
  const implied = protocol === undefined ? [] : [protocol]
  for (const module of [...loaded.names].reverse().concat(implied)) {
    const options = Object.hasOwn(MODULES, module) ? MODULES[module] : undefined
    if (options !== undefined && Object.hasOwn(options, name)) return options[name]
  }
  if (loaded.names.length > 0) return undefined
  return Object.hasOwn(PORT_OPTIONS, name) ? PORT_OPTIONS[name] : undefined
}

/** True for a module whose options are typed. */
export function isTypedModule(name: string): boolean {
  return Object.hasOwn(MODULES, name)
}

/** The condition for a module that is not typed: dynamic when its meaning is known, opaque when not; its words verbatim. */
export function verbatimCondition(words: readonly string[]): MatchCondition {
  const name = words[0] === '-m' ? (words[1] ?? '') : ''
  return {field: DYNAMIC.has(name) ? 'dynamic' : 'opaque', negated: false, values: [words.map(quoteWord).join(' ')]}
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
