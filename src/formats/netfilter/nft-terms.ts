import {own} from '../../model/collections/own.js'
import {parseIp, prefixesBetween} from '../../model/kernel/ip-address.js'
import type {Action, MatchCondition} from '../../model/kernel/ruleset.js'
import {NFT_TERMS} from './matches.js'
import {hex, markPair, portWord} from './values.js'

/** One comparison of an nft rule, however it was written: what is looked at, with an optional mask, and the words it is compared with. */
export interface NftMatch {
  readonly key: string
  readonly mask?: string
  readonly negated: boolean
  readonly values: readonly string[]
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

/** Expressions that only packets of one protocol have (nft(8), PAYLOAD EXPRESSION). */
const OF_PROTOCOL: Readonly<Record<string, string>> = {'icmp type': 'icmp', 'icmpv6 type': 'icmpv6', 'tcp flags': 'tcp'}

/** The prefixes of a range of addresses, `10.0.0.1-10.0.0.9`; undefined for all other words. */
function addressRange(field: MatchCondition['field'], word: string): readonly string[] | undefined {
  const [from = '', to = '', ...more] = word.split('-')
  if ((field !== 'source' && field !== 'destination') || to === '' || more.length > 0) return undefined
  const [first, last] = [parseIp(from), parseIp(to)]
  if (first === undefined || last === undefined || first.family !== last.family) return undefined
  const found = prefixesBetween({family: first.family, from: first.bits, to: last.bits})
  return found === undefined || found.length === 0 ? undefined : found
}

/** The conditions of one comparison; undefined when it is not one the model has words for. */
export function nftConditions(match: NftMatch): readonly MatchCondition[] | undefined {
  const ports = PORTS.exec(match.key)
  if (ports !== null && match.mask === undefined) return portConditions(match, ports[1] ?? '', ports[2] ?? '')
  if (match.key === 'meta mark' || match.key === 'ct mark') {
    const found = markCondition(match, match.key === 'meta mark' ? 'mark' : 'connmark')
    return found === undefined ? undefined : [found]
  }
  const term = NFT_TERMS.get(match.key)
  if (term === undefined || match.mask !== undefined) return undefined
  const values = match.values.flatMap(word => addressRange(term.field, word) ?? term.read(word))
  if (!values.every(value => value !== undefined)) return undefined
  const condition = {field: term.field, negated: match.negated, values}
  const protocol = own(OF_PROTOCOL, match.key)
  return protocol === undefined ? [condition] : [{field: 'protocol', negated: false, values: [protocol]}, condition]
}

/** The ports from one side of a number on, as a range. */
function portsBeside(operator: string, word: string): string | undefined {
  const port = Number(portWord(word))
  if (!Number.isInteger(port)) return undefined
  switch (operator) {
    case '<':
      return `0:${port - 1}`
    case '<=':
      return `0:${port}`
    case '>':
      return `${port + 1}:65535`
    default:
      return `${port}:65535`
  }
}

/** The conditions of a comparison with any operator of nft; undefined when it is not one the model has words for. */
export function nftComparison({
  operator,
  ...match
}: Omit<NftMatch, 'negated'> & {readonly operator: string}): readonly MatchCondition[] | undefined {
  if (operator === '==' || operator === '!=') return nftConditions({...match, negated: operator === '!='})
  const [value = '', ...more] = match.values
  const range = PORTS.test(match.key) && more.length === 0 ? portsBeside(operator, value) : undefined
  return range === undefined ? undefined : nftConditions({...match, values: [range], negated: false})
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
