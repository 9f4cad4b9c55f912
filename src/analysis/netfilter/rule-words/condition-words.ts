import type {MatchCondition, Rule} from '../../../model/ruleset.js'

function or(values: readonly string[]): string {
  const [last = '', ...rest] = [...values].reverse()
  return rest.length === 0 ? last : `${rest.reverse().join(', ')} or ${last}`
}

function range(value: string): string {
  return value.replace(':', ' to ')
}

function mark(values: readonly string[]): string {
  return or(values.map(value => value.replace('/0xffffffff', '')))
}

/** Addresses that clouds give to instance metadata, and what runs there (AWS, Azure, GCP; ECS task roles; EKS Pod Identity). */
const METADATA: Readonly<Record<string, string>> = {
  '169.254.169.254': 'the cloud metadata server',
  'fd00:ec2::254': 'the cloud metadata server',
  '169.254.170.2': 'the ECS task metadata server',
  '169.254.170.23': 'the EKS Pod Identity agent',
}

function addresses(values: readonly string[]): string {
  return or(values.map(value => (Object.hasOwn(METADATA, value) ? `${METADATA[value]} (${value})` : value)))
}

type Words = (values: readonly string[], negated: boolean) => string

function not(negated: boolean): string {
  return negated ? 'not ' : ''
}

/** How each kind of condition reads, as a phrase behind the kind of traffic. */
const PHRASES: Readonly<Partial<Record<MatchCondition['field'], Words>>> = {
  family: v => `of ${or(v.map(x => (x === 'ip' ? 'IPv4' : 'IPv6')))}`,
  'in-interface': (v, n) => (v[0] === 'lo' && !n ? 'coming in through loopback (lo)' : `${not(n)}arriving on ${or(v)}`),
  'out-interface': (v, n) => (v[0] === 'lo' && !n ? 'on loopback (lo)' : `${not(n)}leaving through ${or(v)}`),
  source: (v, n) => `${not(n)}from ${or(v)}`,
  destination: (v, n) => `${not(n)}to ${addresses(v)}`,
  'source-type': (v, n) => `${not(n)}from ${v.includes('LOCAL') ? 'an address of the pod itself' : or(v)}`,
  'destination-type': (v, n) => `${not(n)}to ${v.includes('LOCAL') ? 'an address of the pod itself' : or(v)}`,
  fragment: (_, n) => (n ? 'that is no later fragment' : 'that is a later fragment'),
  'source-port': (v, n) => `from ${n ? 'any port but' : 'port'} ${or(v.map(range))}`,
  'destination-port': (v, n) => (n ? `to any port but ${or(v.map(range))}` : `to port ${or(v.map(range))}`),
  'any-port': (v, n) => `with ${n ? 'no port of' : 'port'} ${or(v.map(range))} at either end`,
  'tcp-flags': (v, n) => `${n ? 'without' : 'with'} TCP flags ${or(v)}`,
  'icmp-type': (v, n) => `${not(n)}of type ${or(v)}`,
  uid: (v, n) => `sent by ${n ? 'any user but' : 'user'} ${or(v.map(range))}`,
  gid: (v, n) => `sent by ${n ? 'any group but' : 'group'} ${or(v.map(range))}`,
  'socket-owner': (_, n) => `${n ? 'without' : 'with'} a local socket`,
  mark: (v, n) => `${n ? 'not marked' : 'marked'} ${mark(v)}`,
  connmark: (v, n) => `of a connection ${n ? 'not marked' : 'marked'} ${mark(v)}`,
  'ct-state': (v, n) => `${not(n)}in state ${or(v)}`,
  'ct-status': (v, n) => `${not(n)}with connection status ${or(v)}`,
  socket: (_, n) => `${n ? 'without' : 'with'} an open socket here`,
  dynamic: v => `if ${or(v)}`,
  opaque: v => `if ${or(v)} (not understood)`,
}

/** The traffic a rule is about, in words: `TCP to port 53 sent by user 1337`. */
export function trafficWords(rule: Rule): string {
  const protocols = rule.conditions.filter(c => c.field === 'protocol')
  const kinds = protocols.map(c => `${c.negated ? 'anything but ' : ''}${or(c.values).toUpperCase()}`)
  const rest = rule.conditions.filter(c => c.field !== 'protocol')
  const phrases = rest.map(
    c => PHRASES[c.field]?.(c.values, c.negated) ?? `${not(c.negated)}${c.field} ${or(c.values)}`,
  )
  const repeated = phrases.filter((phrase, index) => phrases.indexOf(phrase) === index)
  return [kinds.length === 0 ? (rest.length === 0 ? 'all traffic' : 'traffic') : kinds.join(' and '), ...repeated].join(
    ' ',
  )
}
