import type {ConditionField, MatchCondition} from '../../model/kernel/ruleset.js'
import {addressWord, idWord, isEverywhere, markWord, portWord, protocolName} from './values.js'

/** Turns an option's argument into canonical values; undefined when it cannot be read, an empty list when it always matches. */
type ReadValues = (argument: string, following: string) => readonly string[] | undefined

/** An option of iptables: how many words follow it, and the values they stand for. */
export interface MatchOption {
  readonly arity: 0 | 1 | 2
  readonly read: ReadValues
}

/** A phrase of `iptables -L`, anchored at the current position, and the condition it stands for; undefined when it cannot be read. */
export type ListPhrase = readonly [RegExp, (found: RegExpExecArray) => MatchCondition | undefined]

/** How one match is written in each form of text. */
interface MatchForms {
  readonly field: ConditionField
  /** Options of iptables-save, -S and restore by module (iptables-extensions(8)); those under '' need no module (iptables(8)). */
  readonly options?: Readonly<Record<string, Readonly<Record<string, MatchOption>>>>
  /** Phrases of `iptables -L`, as the print functions of the extensions write them. */
  readonly listed?: readonly ListPhrase[]
  /** Expressions of nft, and how each word they are compared with is read (nft(8), META, PAYLOAD, CT and FIB EXPRESSIONS). */
  readonly nft?: Readonly<Record<string, (word: string) => string | undefined>>
}

function one(read: ReadValues): MatchOption {
  return {arity: 1, read}
}

function list(read: (word: string) => string | undefined): ReadValues {
  return argument => {
    const values = argument.split(',').map(read)
    return values.every(value => value !== undefined) ? values : undefined
  }
}

function under(names: readonly string[], option: MatchOption): Readonly<Record<string, MatchOption>> {
  return Object.fromEntries(names.map(name => [name, option]))
}

function inModules(
  modules: readonly string[],
  options: Readonly<Record<string, MatchOption>>,
): Readonly<Record<string, Readonly<Record<string, MatchOption>>>> {
  return Object.fromEntries(modules.map(module => [module, options]))
}

/** A phrase whose first group is the negation and whose second is the list of values. */
function phrase(field: ConditionField, pattern: RegExp, read: (word: string) => string | undefined): ListPhrase {
  return [
    pattern,
    found => {
      const values = (found[2] ?? '').split(',').map(read)
      const negated = found[1]?.trim() === '!'
      return values.every(value => value !== undefined) ? {field, negated, values} : undefined
    },
  ]
}

function asIs(word: string): string {
  return word
}

function upper(word: string): string {
  return word.toUpperCase()
}

const upperList: ReadValues = argument => argument.toUpperCase().split(',')

function address(argument: string): readonly string[] | undefined {
  const values = list(addressWord)(argument, '')
  return values?.every(isEverywhere) === true ? [] : values
}

const anyDevice = one(name => (name === '+' ? [] : [name]))

function device(word: string): string {
  return word.replace(/\*$/, '+')
}

function protocolWord(word: string): string {
  return protocolName(word) ?? word
}

function familyWord(word: string): string | undefined {
  if (word === 'ipv4' || word === 'ip' || word === '2') return 'ip'
  return word === 'ipv6' || word === 'ip6' || word === '10' ? 'ip6' : undefined
}

function typeWord(word: string): string {
  return word === '2' ? 'LOCAL' : word.toUpperCase()
}

/** Without -n the owner is a name: root everywhere, istio-proxy where /etc/passwd has it. */
function listedId(word: string): string | undefined {
  if (word === 'root') return '0'
  return word === 'istio-proxy' ? '1337' : idWord(word)
}

const FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG']

function listedFlags(found: RegExpExecArray): MatchCondition {
  const names = (word: string | undefined) =>
    FLAGS.filter((_, bit) => (Number.parseInt(word ?? '0', 16) >> bit) & 1).join(',')
  return {field: 'tcp-flags', negated: found[1] === '!', values: [`${names(found[2])} ${names(found[3])}`]}
}

const PORT_MODULES = ['tcp', 'udp', 'udplite', 'sctp', 'dccp', 'multiport']
const PORTS = one(list(portWord))
const MARKS = {'--mark': one(list(markWord))}

/** Every match that is understood, one row each: what the packet walk makes of it is in compile-condition.ts. */
const MATCHES: readonly MatchForms[] = [
  {
    field: 'source',
    options: {'': under(['-s', '--source', '--src'], one(address))},
    nft: {'ip saddr': addressWord, 'ip6 saddr': addressWord},
  },
  {
    field: 'destination',
    options: {'': under(['-d', '--destination', '--dst'], one(address))},
    nft: {'ip daddr': addressWord, 'ip6 daddr': addressWord},
  },
  {
    field: 'in-interface',
    options: {'': under(['-i', '--in-interface'], anyDevice)},
    nft: {'meta iifname': device, 'meta iif': device},
  },
  {
    field: 'out-interface',
    options: {'': under(['-o', '--out-interface'], anyDevice)},
    nft: {'meta oifname': device, 'meta oif': device},
  },
  {
    field: 'protocol',
    options: {
      '': under(
        ['-p', '--protocol', '--proto'],
        one(word => {
          const name = protocolName(word)
          return name === undefined ? [] : [name]
        }),
      ),
    },
    nft: {'ip protocol': protocolWord, 'ip6 nexthdr': protocolWord, 'meta l4proto': protocolWord},
  },
  {field: 'fragment', options: {'': under(['-f', '--fragment'], {arity: 0, read: () => ['yes']})}},
  {field: 'family', nft: {'meta nfproto': familyWord, 'meta protocol': familyWord}},
  {
    field: 'destination-port',
    options: inModules(
      PORT_MODULES,
      under(['--dport', '--destination-port', '--dports', '--destination-ports'], PORTS),
    ),
    listed: [
      phrase('destination-port', /(?:(?:tcp|udp|sctp|dccp|udplite)\s+)?dpts?:(!?)(\S+)/y, portWord),
      phrase('destination-port', /multiport\s+dports\s+(!?)\s?(\S+)/y, portWord),
    ],
  },
  {
    field: 'source-port',
    options: inModules(PORT_MODULES, under(['--sport', '--source-port', '--sports', '--source-ports'], PORTS)),
    listed: [
      phrase('source-port', /(?:(?:tcp|udp|sctp|dccp|udplite)\s+)?spts?:(!?)(\S+)/y, portWord),
      phrase('source-port', /multiport\s+sports\s+(!?)\s?(\S+)/y, portWord),
    ],
  },
  {
    field: 'any-port',
    options: inModules(PORT_MODULES, {'--ports': PORTS}),
    listed: [phrase('any-port', /multiport\s+ports\s+(!?)\s?(\S+)/y, portWord)],
  },
  {
    field: 'tcp-flags',
    options: {
      tcp: {
        '--tcp-flags': {arity: 2, read: (mask, set) => [`${mask.toUpperCase()} ${set.toUpperCase()}`]},
        '--syn': {arity: 0, read: () => ['FIN,SYN,RST,ACK SYN']},
      },
    },
    listed: [[/(?:tcp\s+)?flags:(!?)0x([0-9A-F]{2})\/0x([0-9A-F]{2})/y, listedFlags]],
    // As `readFlags` writes them: the mask and the flags set.
    nft: {'tcp flags': word => (/^[A-Z,]+ [A-Z,]+$/.test(word) ? word : undefined)},
  },
  {
    field: 'icmp-type',
    options: inModules(['icmp', 'icmp6', 'icmpv6'], {
      '--icmp-type': one(word => (word === 'any' ? [] : [word])),
      '--icmpv6-type': one(word => [word]),
    }),
    listed: [phrase('icmp-type', /(?:icmp|ipv6-icmp|icmptype|icmp6)\s*(!?)(?:type\s)?(\d+)(?: code \d+)?/y, asIs)],
    nft: {'icmp type': asIs, 'icmpv6 type': asIs},
  },
  {
    field: 'uid',
    options: {owner: {'--uid-owner': one(list(idWord))}},
    listed: [phrase('uid', /(! )?owner UID match (\S+)/y, listedId)],
    nft: {'meta skuid': idWord},
  },
  {
    field: 'gid',
    options: {owner: {'--gid-owner': one(list(idWord))}},
    listed: [phrase('gid', /(! )?owner GID match (\S+)/y, listedId)],
    nft: {'meta skgid': idWord},
  },
  {
    field: 'socket-owner',
    options: {owner: {'--socket-exists': {arity: 0, read: () => ['exists']}}},
    listed: [phrase('socket-owner', /(! )?owner socket (exists)/y, asIs)],
  },
  {
    field: 'mark',
    options: {mark: MARKS},
    listed: [phrase('mark', /(?:mark|MARK) match\s+(?:(!)\s*)?(?!!)(\S+)/y, markWord)],
  },
  {
    field: 'connmark',
    options: {connmark: MARKS},
    listed: [phrase('connmark', /connmark match\s+(?:(!)\s*)?(?!!)(\S+)/y, markWord)],
  },
  {
    field: 'ct-state',
    options: {conntrack: {'--ctstate': one(upperList)}, state: {'--state': one(upperList)}},
    listed: [phrase('ct-state', /(!)?\s?(?:ctstate|state)\s+(\S+)/y, upper)],
    nft: {'ct state': upper},
  },
  {field: 'ct-status', options: {conntrack: {'--ctstatus': one(upperList)}}, nft: {'ct status': upper}},
  {
    field: 'destination-type',
    options: {addrtype: {'--dst-type': one(upperList)}},
    listed: [phrase('destination-type', /ADDRTYPE match dst-type (!?)(\S+)/y, upper)],
    nft: {'fib daddr type': typeWord},
  },
  {
    field: 'source-type',
    options: {addrtype: {'--src-type': one(upperList)}},
    listed: [phrase('source-type', /ADDRTYPE match src-type (!?)(\S+)/y, upper)],
    nft: {'fib saddr type': typeWord},
  },
  {
    field: 'socket',
    options: {socket: {'--transparent': {arity: 0, read: () => ['transparent']}}},
    listed: [
      [
        /socket(?:\s--(transparent))?(?=\s|$)/y,
        found => ({field: 'socket', negated: false, values: [found[1] ?? 'any']}),
      ],
    ],
  },
  {
    field: 'dynamic',
    listed: [
      [
        /(!)?\s?match-set (\S+ \S+)/y,
        found => ({
          field: 'dynamic',
          negated: false,
          values: [`${found[1] === '!' ? '! ' : ''}-m set --match-set ${found[2]}`],
        }),
      ],
      [/limit: avg \S+ burst \d+/y, found => ({field: 'dynamic', negated: false, values: [`-m ${found[0]}`]})],
    ],
  },
]

/** Match modules that are understood but depend on something the rules do not say: rates, sets, time, payload. */
export const DYNAMIC_MODULES: ReadonlySet<string> = new Set(
  'set limit hashlimit u32 statistic recent connlimit string time quota quota2 connbytes rateest random nth bpf length length2'.split(
    ' ',
  ),
)

/** The options of each module that is understood, with the field each is about; '' has those that need no module. */
export const MATCH_OPTIONS: ReadonlyMap<
  string,
  ReadonlyMap<string, MatchOption & {readonly field: ConditionField}>
> = (() => {
  const modules = new Map<string, Map<string, MatchOption & {readonly field: ConditionField}>>([['comment', new Map()]])
  for (const {field, options = {}} of MATCHES)
    for (const [module, own] of Object.entries(options)) {
      const known = modules.get(module) ?? new Map()
      for (const [name, option] of Object.entries(own)) known.set(name, {...option, field})
      modules.set(module, known)
    }
  return modules
})()

/** The phrases of `iptables -L`, in the order they are tried. */
export const LIST_PHRASES: readonly ListPhrase[] = MATCHES.flatMap(({listed = []}) => listed)

/** What nft can look at, by its expression. */
export const NFT_TERMS: ReadonlyMap<
  string,
  {readonly field: ConditionField; readonly read: (word: string) => string | undefined}
> = new Map(
  MATCHES.flatMap(({field, nft = {}}) => Object.entries(nft).map(([key, read]) => [key, {field, read}] as const)),
)
