import type {ConditionField} from '../../../model/kernel/ruleset.js'

/** How the conditions on one field are written; what has no row of its own is written as its field and values, or as its values alone. */
interface ConditionText {
  /** As a phrase behind the kind of traffic. */
  readonly words?: (values: readonly string[], negated: boolean) => string
  /** As iptables-save writes it; `not` is the negation to put in. */
  readonly save?: (values: readonly string[], not: string, protocol: string) => string
  /** As nft writes it; `operator` is the comparison to put in. Undefined where nft cannot say it. */
  readonly nft?: (values: readonly string[], operator: string, protocol: string) => string | undefined
}

/** The words of a list: `a, b or c`. */
export function or(values: readonly string[]): string {
  const [last = '', ...rest] = [...values].reverse()
  return rest.length === 0 ? last : `${rest.reverse().join(', ')} or ${last}`
}

function range(value: string): string {
  return value.replace(':', ' to ')
}

function markWords(values: readonly string[]): string {
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

function not(negated: boolean): string {
  return negated ? 'not ' : ''
}

function savedHost(value: string): string {
  if (value.includes('/')) return value
  return `${value}/${value.includes(':') ? 128 : 32}`
}

function savedMark(values: readonly string[]): string {
  return values.join(',').replace('/0xffffffff', '')
}

function savedPorts(protocol: string, option: string, values: readonly string[], not: string): string {
  return values.length > 1
    ? `-m multiport ${not}--${option}s ${values.join(',')}`
    : `-m ${protocol} ${not}--${option} ${values[0]}`
}

function nftSet(values: readonly string[]): string {
  const words = values.map(value => value.replace(':', '-'))
  return words.length === 1 ? (words[0] ?? '') : `{ ${words.join(', ')} }`
}

function nftMark(key: string, operator: string, [value = '']: readonly string[]): string {
  const [number = '', mask = '0xffffffff'] = value.split('/')
  return mask === '0xffffffff'
    ? `${key} ${operator}${number}`
    : `${key} & ${mask} ${operator === '' ? '== ' : operator}${number}`
}

function nftAddress(end: 's' | 'd', values: readonly string[], operator: string): string {
  const family = values[0]?.includes(':') === true ? 'ip6' : 'ip'
  return `${family} ${end}addr ${operator}${values.length === 1 ? values[0] : `{ ${values.join(', ')} }`}`
}

function nftInterfaces(key: string, values: readonly string[], operator: string): string {
  const names = values.map(name => `"${name.replace(/\+$/, '*')}"`)
  return `${key} ${operator}${names.length === 1 ? names[0] : `{ ${names.join(', ')} }`}`
}

/** States of a connection. That its addresses were rewritten is one of them to iptables, and a status to nft, which has no words for one or the other. */
function nftStates(values: readonly string[], operator: string): string | undefined {
  const words = values.map(each => each.toLowerCase())
  const rewritten = words.filter(each => each === 'dnat' || each === 'snat')
  const states = words.filter(each => each !== 'dnat' && each !== 'snat')
  if (operator === '' && states.length > 0 && rewritten.length > 0) return undefined
  const status = operator === '' ? `ct status ${rewritten.join(',')}` : `ct status & (${rewritten.join('|')}) == 0`
  return [
    ...(states.length > 0 ? [`ct state ${operator}${states.join(',')}`] : []),
    ...(rewritten.length > 0 ? [status] : []),
  ].join(' ')
}

/** `FIN,SYN,RST,ACK SYN`: of those flags, the ones that must be set. */
function nftFlags(value: string, operator: string): string {
  const all = 'fin,syn,rst,psh,ack,urg'
  const flags = (word: string) => (word === 'ALL' ? all : word.toLowerCase()).replaceAll(',', '|')
  const [mask = '', set = ''] = value.split(' ')
  return `tcp flags & (${flags(mask)}) ${operator === '' ? '== ' : operator}${set === 'NONE' ? '0x0' : flags(set)}`
}

/** `8`, `echo-request` or `3/4`; a type with its code cannot be negated. */
function nftIcmp(value: string, operator: string, protocol: string): string | undefined {
  const [type = '', code] = value.split('/')
  const key = protocol === 'icmpv6' ? 'icmpv6' : 'icmp'
  if (code === undefined) return `${key} type ${operator}${type}`
  return operator === '' ? `${key} type ${type} ${key} code ${code}` : undefined
}

const TEXT: Readonly<Partial<Record<ConditionField, ConditionText>>> = {
  family: {
    words: v => `of ${or(v.map(x => (x === 'ip' ? 'IPv4' : 'IPv6')))}`,
    save: v => v.join(','),
    nft: (v, op) => `meta nfproto ${op}${v[0] === 'ip6' ? 'ipv6' : 'ipv4'}`,
  },
  'in-interface': {
    words: (v, n) => (v[0] === 'lo' && !n ? 'coming in through loopback (lo)' : `${not(n)}arriving on ${or(v)}`),
    save: (v, not) => `${not}-i ${v.join(',')}`,
    nft: (v, op) => nftInterfaces('iifname', v, op),
  },
  'out-interface': {
    words: (v, n) => (v[0] === 'lo' && !n ? 'on loopback (lo)' : `${not(n)}leaving through ${or(v)}`),
    save: (v, not) => `${not}-o ${v.join(',')}`,
    nft: (v, op) => nftInterfaces('oifname', v, op),
  },
  source: {
    words: (v, n) => `${not(n)}from ${or(v)}`,
    save: (v, not) => `${not}-s ${v.map(savedHost).join(',')}`,
    nft: (v, op) => nftAddress('s', v, op),
  },
  destination: {
    words: (v, n) => `${not(n)}to ${addresses(v)}`,
    save: (v, not) => `${not}-d ${v.map(savedHost).join(',')}`,
    nft: (v, op) => nftAddress('d', v, op),
  },
  'source-type': {
    words: (v, n) => `${not(n)}from ${v.includes('LOCAL') ? 'an address of the pod itself' : or(v)}`,
    save: (v, not) => `-m addrtype ${not}--src-type ${v.join(',')}`,
    nft: (v, op) => `fib saddr type ${op}${nftSet(v).toLowerCase()}`,
  },
  'destination-type': {
    words: (v, n) => `${not(n)}to ${v.includes('LOCAL') ? 'an address of the pod itself' : or(v)}`,
    save: (v, not) => `-m addrtype ${not}--dst-type ${v.join(',')}`,
    nft: (v, op) => `fib daddr type ${op}${nftSet(v).toLowerCase()}`,
  },
  protocol: {
    words: v => or(v.map(name => name.toUpperCase())),
    save: (v, not) => `${not}-p ${v.join(',') === 'icmpv6' ? 'ipv6-icmp' : v.join(',')}`,
    nft: (v, op) => `meta l4proto ${op}${nftSet(v)}`,
  },
  fragment: {
    words: (_, n) => (n ? 'that is not a later fragment' : 'that is a later fragment'),
    save: (_, not) => `${not}-f`,
    nft: (_, op) => `ip frag-off & 0x1fff ${op === '' ? '!=' : '=='} 0`,
  },
  'source-port': {
    words: (v, n) => `from ${n ? 'any port but' : 'port'} ${or(v.map(range))}`,
    save: (v, not, protocol) => savedPorts(protocol, 'sport', v, not),
    nft: (v, op, protocol) => `${protocol} sport ${op}${nftSet(v)}`,
  },
  'destination-port': {
    words: (v, n) => (n ? `to any port but ${or(v.map(range))}` : `to port ${or(v.map(range))}`),
    save: (v, not, protocol) => savedPorts(protocol, 'dport', v, not),
    nft: (v, op, protocol) => `${protocol} dport ${op}${nftSet(v)}`,
  },
  'any-port': {
    words: (v, n) => `with ${n ? 'no port of' : 'port'} ${or(v.map(range))} at either end`,
    save: (v, not) => `-m multiport ${not}--ports ${v.join(',')}`,
  },
  'tcp-flags': {
    words: (v, n) => `${n ? 'without' : 'with'} TCP flags ${or(v)}`,
    save: (v, not) => `-m tcp ${not}--tcp-flags ${v.join(',')}`,
    nft: ([v = ''], op) => nftFlags(v, op),
  },
  'icmp-type': {
    words: (v, n) => `${not(n)}of type ${or(v)}`,
    save: (v, not, protocol) =>
      protocol === 'icmpv6'
        ? `-m icmp6 ${not}--icmpv6-type ${v.join(',')}`
        : `-m icmp ${not}--icmp-type ${v.join(',')}`,
    nft: ([type = ''], op, protocol) => nftIcmp(type, op, protocol),
  },
  uid: {
    words: (v, n) => `sent by ${n ? 'any user but' : 'user'} ${or(v.map(range))}`,
    save: (v, not) => `-m owner ${not}--uid-owner ${v.join(',').replace(':', '-')}`,
    nft: (v, op) => `meta skuid ${op}${nftSet(v)}`,
  },
  gid: {
    words: (v, n) => `sent by ${n ? 'any group but' : 'group'} ${or(v.map(range))}`,
    save: (v, not) => `-m owner ${not}--gid-owner ${v.join(',').replace(':', '-')}`,
    nft: (v, op) => `meta skgid ${op}${nftSet(v)}`,
  },
  'socket-owner': {
    words: (_, n) => `${n ? 'without' : 'with'} a local socket`,
    save: (_, not) => `-m owner ${not}--socket-exists`,
    nft: (_, op) => (op === '' ? 'meta skuid 0-4294967295' : undefined),
  },
  mark: {
    words: (v, n) => `${n ? 'not marked' : 'marked'} ${markWords(v)}`,
    save: (v, not) => `-m mark ${not}--mark ${savedMark(v)}`,
    nft: (v, op) => nftMark('meta mark', op, v),
  },
  connmark: {
    words: (v, n) => `of a connection ${n ? 'not marked' : 'marked'} ${markWords(v)}`,
    save: (v, not) => `-m connmark ${not}--mark ${savedMark(v)}`,
    nft: (v, op) => nftMark('ct mark', op, v),
  },
  'ct-state': {
    words: (v, n) => `${not(n)}in state ${or(v)}`,
    save: (v, not) => `-m conntrack ${not}--ctstate ${v.join(',')}`,
    nft: nftStates,
  },
  'ct-status': {
    words: (v, n) => `${not(n)}with connection status ${or(v)}`,
    save: (v, not) => `-m conntrack ${not}--ctstatus ${v.join(',')}`,
    nft: (v, op) => `ct status ${op}${v.join(',').toLowerCase()}`,
  },
  socket: {
    words: (_, n) => `${n ? 'without' : 'with'} an open socket here`,
    save: ([kind]) => (kind === 'transparent' ? '-m socket --transparent' : '-m socket'),
    nft: ([kind], op) => (kind === 'transparent' && op === '' ? 'socket transparent 1' : undefined),
  },
  dynamic: {
    words: v => `if ${or(v)}`,
    save: v => v.join(','),
  },
  opaque: {
    words: v => `if ${or(v)} (not understood)`,
    save: v => v.join(','),
  },
}

/** How the conditions on a field are written. */
export function conditionText(field: ConditionField): Required<ConditionText> {
  const {words, save, nft} = TEXT[field] ?? {}
  return {
    words: words ?? ((values, negated) => `${not(negated)}${field} ${or(values)}`),
    save: save ?? (values => values.join(',')),
    nft: nft ?? (() => undefined),
  }
}
