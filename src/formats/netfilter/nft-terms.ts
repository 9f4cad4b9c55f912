import type {Action, ConditionField, MatchCondition} from '../../model/ruleset.js'
import {addressWord, hex, idWord, markPair, portWord, protocolName} from './values.js'

/** One comparison of an nft rule, however it was written: what is looked at, with an optional mask, and the words it is compared with. */
export interface NftMatch {
  readonly key: string
  readonly mask?: string
  readonly negated: boolean
  readonly values: readonly string[]
}

interface Term {
  readonly field: ConditionField
  readonly read: (word: string) => string | undefined
}

function asIs(word: string): string {
  return word
}

function upper(word: string): string {
  return word.toUpperCase()
}

function familyWord(word: string): string | undefined {
  if (word === 'ipv4' || word === 'ip' || word === '2') return 'ip'
  return word === 'ipv6' || word === 'ip6' || word === '10' ? 'ip6' : undefined
}

function typeWord(word: string): string {
  return word === '2' ? 'LOCAL' : word.toUpperCase()
}

const PROTOCOL: Term = {field: 'protocol', read: word => protocolName(word) ?? word}
const UID: Term = {field: 'uid', read: idWord}
const GID: Term = {field: 'gid', read: idWord}
const IN: Term = {field: 'in-interface', read: word => word.replace(/\*$/, '+')}
const OUT: Term = {field: 'out-interface', read: word => word.replace(/\*$/, '+')}

/** What nft can look at and the walk understands (nft(8), META EXPRESSIONS, PAYLOAD EXPRESSIONS, CT EXPRESSIONS, FIB). */
const TERMS: Readonly<Record<string, Term>> = {
  'ip saddr': {field: 'source', read: addressWord},
  'ip daddr': {field: 'destination', read: addressWord},
  'ip6 saddr': {field: 'source', read: addressWord},
  'ip6 daddr': {field: 'destination', read: addressWord},
  'ip protocol': PROTOCOL,
  'ip6 nexthdr': PROTOCOL,
  'meta l4proto': PROTOCOL,
  'meta nfproto': {field: 'family', read: familyWord},
  'meta protocol': {field: 'family', read: familyWord},
  'meta iifname': IN,
  'meta oifname': OUT,
  'meta iif': IN,
  'meta oif': OUT,
  'meta skuid': UID,
  'meta skgid': GID,
  'ct state': {field: 'ct-state', read: upper},
  'ct status': {field: 'ct-status', read: upper},
  'fib daddr type': {field: 'destination-type', read: typeWord},
  'fib saddr type': {field: 'source-type', read: typeWord},
  'icmp type': {field: 'icmp-type', read: asIs},
  'icmpv6 type': {field: 'icmp-type', read: asIs},
}

const PORTS = /^(tcp|udp|sctp|dccp|udplite|th) ([sd]port)$/

function markCondition(match: NftMatch, field: 'mark' | 'connmark'): MatchCondition | undefined {
  const values = match.values.map(word => {
    const pair = markPair(word)
    const mask = match.mask === undefined ? {value: 0xffff_ffff} : markPair(match.mask)
    return pair === undefined || mask === undefined ? undefined : `${hex(pair.value)}/${hex(mask.value)}`
  })
  return values.every(value => value !== undefined) ? {field, negated: match.negated, values} : undefined
}

function portConditions(match: NftMatch, protocol: string, port: string): readonly MatchCondition[] | undefined {
  const values = match.values.map(portWord)
  if (!values.every(value => value !== undefined)) return undefined
  const condition: MatchCondition = {
    field: port === 'dport' ? 'destination-port' : 'source-port',
    negated: match.negated,
    values,
  }
  return protocol === 'th' ? [condition] : [{field: 'protocol', negated: false, values: [protocol]}, condition]
}

/** The conditions of one comparison; undefined when it is not one the model has words for. */
export function nftConditions(match: NftMatch): readonly MatchCondition[] | undefined {
  const ports = PORTS.exec(match.key)
  if (ports !== null && match.mask === undefined) return portConditions(match, ports[1] ?? '', ports[2] ?? '')
  if (match.key === 'meta mark' || match.key === 'ct mark') {
    const found = markCondition(match, match.key === 'meta mark' ? 'mark' : 'connmark')
    return found === undefined ? undefined : [found]
  }
  const term = Object.hasOwn(TERMS, match.key) ? TERMS[match.key] : undefined
  if (term === undefined || match.mask !== undefined) return undefined
  const values = match.values.map(term.read)
  return values.every(value => value !== undefined) ? [{field: term.field, negated: match.negated, values}] : undefined
}

/** Keeps a protocol only once: `meta l4proto tcp tcp dport 53` says it twice. */
export function withoutRepeats(conditions: readonly MatchCondition[]): readonly MatchCondition[] {
  const seen = new Set<string>()
  return conditions.filter(({field, negated, values}) => {
    if (field !== 'protocol' || negated) return true
    const key = values.join(',')
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

/** A new mark as an expression of an old one: (old and `keep`) xor or or `change`. */
export interface MarkExpression {
  readonly from: 'mark' | 'connmark' | undefined
  readonly keep: number
  readonly or: number
  readonly xor: number
}

const FULL = 0xffff_ffff

/** The action of `meta mark set ...` and `ct mark set ...`: copying the other mark, or changing bits of its own; undefined for other mixtures. */
export function nftMarkSet(target: 'mark' | 'connmark', expression: MarkExpression): Action | undefined {
  const {from, or} = expression
  const keep = expression.keep >>> 0
  const xor = expression.xor >>> 0
  if (from === undefined) return change(target, xor | or, FULL)
  if (from !== target) {
    if (or !== 0 || xor !== 0) return undefined
    const kind = target === 'connmark' ? 'save-mark' : 'restore-mark'
    return {kind, nfmask: hex(kind === 'save-mark' ? keep : FULL), ctmask: hex(kind === 'save-mark' ? FULL : keep)}
  }
  return change(target, xor | or, ~(keep & ~or))
}

function change(target: 'mark' | 'connmark', value: number, mask: number): Action {
  return {kind: target === 'mark' ? 'set-mark' : 'set-connmark', value: hex(value), mask: hex(mask)}
}
