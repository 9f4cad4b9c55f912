/** Makes random iptables rulesets over the grammar the packet walk knows, as input for iptables-restore. */
import type {Random} from './seeded.js'

export const PORTS = [80, 443, 8080, 9090, 15001, 15006] as const
export const USERS = [0, 1000, 1337] as const

/** The addresses of one family: the pod, what answers outside, what rules name, and where DNAT sends. */
export interface Places {
  readonly own: string
  readonly peer: string
  readonly loopback: string
  readonly remotes: readonly string[]
  /** Networks the peer answers for. */
  readonly networks: readonly string[]
  readonly ranges: readonly string[]
  readonly turned: readonly string[]
  readonly refuse: string
}

export const PLACES: Readonly<Record<'ip' | 'ip6', Places>> = {
  ip: {
    own: '10.50.0.2',
    peer: '10.50.0.1',
    loopback: '127.0.0.1',
    remotes: ['198.51.100.7', '198.51.100.77', '203.0.113.5', '10.50.0.1'],
    networks: ['198.51.100.0/24', '203.0.113.0/24'],
    ranges: [
      '198.51.100.0/24',
      '198.51.100.64/26',
      '203.0.113.5/32',
      '127.0.0.0/8',
      '127.0.0.1/32',
      '10.50.0.2/32',
      '0.0.0.0/1',
    ],
    turned: ['198.51.100.77:9090', '10.50.0.1:8080', '10.50.0.2:443'],
    refuse: 'icmp-port-unreachable',
  },
  ip6: {
    own: 'fd50::2',
    peer: 'fd50::1',
    loopback: '::1',
    remotes: ['2001:db8:51::7', '2001:db8:51:40::77', '2001:db8:113::5', 'fd50::1'],
    networks: ['2001:db8:51::/48', '2001:db8:113::/48'],
    ranges: [
      '2001:db8:51::/48',
      '2001:db8:51:40::/58',
      '2001:db8:113::5/128',
      '::1/128',
      'fd50::2/128',
      'fd00::/8',
      '::/1',
    ],
    turned: ['[2001:db8:51:40::77]:9090', '[fd50::1]:8080', '[fd50::2]:443'],
    refuse: 'icmp6-port-unreachable',
  },
}
const MARKS = ['0x1', '0x539', '0x10/0xf0'] as const

function pick<T>(random: Random, list: readonly T[]): T {
  const found = list[random(list.length)]
  if (found === undefined) throw new Error('an empty list')
  return found
}

function chance(random: Random, percent: number): boolean {
  return random(100) < percent
}

function not(random: Random): string {
  return chance(random, 30) ? '! ' : ''
}

/** Matches on the destination port of the services only, so that answers (to high ports) are never touched. */
function portMatch(random: Random): string {
  const protocol = chance(random, 80) ? 'tcp' : 'udp'
  const kind = random(3)
  if (kind === 0) return `-p ${protocol} -m ${protocol} --dport ${pick(random, PORTS)}`
  if (kind === 1) return `-p ${protocol} -m ${protocol} --dport ${pick(random, ['1:1000', '8000:9000', '15000:16000'])}`
  return `-p ${protocol} -m multiport --dports ${[...new Set([pick(random, PORTS), pick(random, PORTS), 7])].join(',')}`
}

function natMatch(random: Random, side: 'out' | 'in', {ranges}: Places): string {
  const parts: string[] = []
  if (chance(random, 35)) parts.push(`${not(random)}-d ${pick(random, ranges)}`)
  if (side === 'out' && chance(random, 20)) parts.push(`${not(random)}-o ${pick(random, ['lo', 'eth0', 'eth+'])}`)
  if (side === 'in' && chance(random, 20)) parts.push(`${not(random)}-i ${pick(random, ['lo', 'eth0'])}`)
  const port = chance(random, 50)
  parts.push(port ? portMatch(random) : chance(random, 60) ? `-p ${pick(random, ['tcp', 'udp'])}` : '')
  if (side === 'out' && chance(random, 25))
    parts.push(`-m owner ${not(random)}--${pick(random, ['uid', 'gid'])}-owner ${pick(random, USERS)}`)
  if (chance(random, 10)) parts.push(`-m mark ${not(random)}--mark ${pick(random, MARKS)}`)
  if (chance(random, 8)) parts.push(`-m addrtype ${not(random)}--dst-type LOCAL`)
  if (chance(random, 6)) parts.push('-m conntrack --ctstate NEW')
  return parts.filter(part => part !== '').join(' ')
}

function hasProtocol(match: string): boolean {
  return /(^| )-p (tcp|udp)/.test(match)
}

/** Jumps go to later chains only, so nothing runs in a circle. */
function natTarget(random: Random, later: readonly string[], match: string, {turned}: Places): string {
  const kind = random(10)
  if (kind < 3 && later.length > 0) return `${chance(random, 85) ? '-j' : '-g'} ${pick(random, later)}`
  if (kind < 5 && hasProtocol(match)) return `-j REDIRECT --to-ports ${pick(random, [15001, 15006, 8080])}`
  if (kind === 5 && hasProtocol(match)) return `-j DNAT --to-destination ${pick(random, turned)}`
  if (kind === 6) return '-j ACCEPT'
  if (kind === 7) return ''
  return '-j RETURN'
}

function natSide(random: Random, places: Places, side: 'out' | 'in', rules: number): readonly string[] {
  const [base, prefix] = side === 'out' ? ['OUTPUT', 'OUT'] : ['PREROUTING', 'IN']
  const chains = [base, ...['A', 'B', 'C', 'D'].map(letter => `${prefix}_${letter}`)]
  return chains.flatMap((chain, index) =>
    Array.from({length: Math.ceil(rules / chains.length)}, () => {
      const match = natMatch(random, side, places)
      return `-A ${chain} ${match} ${natTarget(random, chains.slice(index + 1), match, places)}`
        .replace(/ +/g, ' ')
        .trim()
    }),
  )
}

function mangleRules(random: Random): readonly string[] {
  const target = () =>
    chance(random, 80)
      ? `-j MARK --set-xmark ${pick(random, ['0x1/0xffffffff', '0x539/0xffffffff', '0x10/0xf0'])}`
      : '-j RETURN'
  return ['OUTPUT', 'PREROUTING'].flatMap(chain =>
    Array.from({length: random(4)}, () => `-A ${chain} ${portMatch(random)} ${target()}`),
  )
}

function filterRules(random: Random, {refuse}: Places): readonly string[] {
  const target = () =>
    pick(random, ['-j ACCEPT', '-j RETURN', `-j REJECT --reject-with ${refuse}`, '-j DROP', '-j ACCEPT'])
  return ['OUTPUT', 'INPUT'].flatMap(chain =>
    Array.from({length: random(4)}, () => `-A ${chain} ${portMatch(random)} ${target()}`),
  )
}

/** No CT zones here: the answer to a packet tracked in a zone is another connection, whose hits would be counted too. */
function rawRules(random: Random): readonly string[] {
  return chance(random, 25)
    ? [`-A OUTPUT ${portMatch(random)} -j RETURN`, `-A PREROUTING ${portMatch(random)} -j ACCEPT`]
    : []
}

function table(name: string, own: readonly string[], rules: readonly string[]): string {
  return [`*${name}`, ...own.map(chain => `:${chain} - [0:0]`), ...rules, 'COMMIT', ''].join('\n')
}

/** A random ruleset of about `rules` nat rules and a few in the other tables. */
export function randomRuleset(random: Random, rules: number, places = PLACES.ip): string {
  const own = ['OUT', 'IN'].flatMap(prefix => ['A', 'B', 'C', 'D'].map(letter => `${prefix}_${letter}`))
  const nat = [...natSide(random, places, 'out', rules / 2), ...natSide(random, places, 'in', rules / 2)]
  return (
    table('raw', [], rawRules(random)) +
    table('mangle', [], mangleRules(random)) +
    table('nat', own, nat) +
    table('filter', [], filterRules(random, places))
  )
}
