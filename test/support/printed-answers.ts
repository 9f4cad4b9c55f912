import {type IpAddress, parseIp, parseIpRange} from '../../src/model/kernel/ip-address.js'
import type {Packet} from '../../src/model/kernel/packet.js'

/** One property as it is printed: `ports other than 80, 443`. */
interface Facet {
  readonly noun: string
  readonly otherThan: boolean
  readonly values: readonly string[]
  /** True when values were left out (`and 3 more`). */
  readonly cut: boolean
}

/** Packets as they are printed: all of the facets hold. */
export type PrintedSet = readonly Facet[]

/** What is printed of one kind of traffic. */
export interface PrintedAnswer {
  readonly usual: string
  readonly groups: readonly {readonly words: string; readonly sets: readonly PrintedSet[]}[]
  /** True when sets were left out, so that the usual outcome is not said of all other packets. */
  readonly cut: boolean
}

const FACET =
  /(^|, | )(socket owner|source port|connection mark|destination|port|uid|gid|source|interface|state|mark|protocol)s?( other than)? (?=\S)/g

/** Reads `destination 10.0.0.0/8 ports 80, 443, uid 1000`: a comma before a noun begins another set. */
export function readSets(text: string): {readonly sets: readonly PrintedSet[]; readonly cut: boolean} {
  const heads = [...text.matchAll(FACET)]
  const sets: Facet[][] = []
  let cut = / more combinations/.test(text)
  heads.forEach((head, index) => {
    const end = heads[index + 1]?.index ?? text.length
    const own = text
      .slice(head.index + head[0].length, end)
      .replace(/, \d[\d,]* more combinations.*$/, '')
      .replace(/ \((the proxy|Istio's own)\)/, '')
    const [, list = own, more] = /^(.*) and \d[\d,]* more$/.exec(own) ?? []
    const facet = {
      noun: head[2] ?? '',
      otherThan: head[3] !== undefined,
      values: list.split(', '),
      cut: more !== undefined || list !== own,
    }
    if (facet.cut) cut = true
    const last = sets.at(-1)
    if (head[1] === ' ' && last !== undefined) last.push(facet)
    else sets.push([facet])
  })
  return {sets, cut}
}

/** Reads what follows `TCP` or `UDP` in the headline: the usual outcome, then others with their packets. */
export function readAnswer(text: string): PrintedAnswer {
  const [usual = '', ...parts] = text.split('; ')
  let cut = false
  const groups = parts.flatMap(part => {
    if (/^\d[\d,]* more exceptions?/.test(part)) {
      cut = true
      return []
    }
    const found = /^(?:always )?(.*?): (.*)$/.exec(part)
    if (found === null) throw new Error(`cannot read "${part}"`)
    const {sets, cut: shortened} = readSets(found[2] ?? '')
    if (sets.length === 0) throw new Error(`no packets in "${part}"`)
    if (shortened) cut = true
    return [{words: found[1] ?? '', sets}]
  })
  return {usual, groups, cut}
}

function inRange(value: string, address: IpAddress): boolean {
  const [from, to] = value.split('-').map(each => parseIp(each))
  if (from !== undefined && to !== undefined)
    return from.family === address.family && from.bits <= address.bits && address.bits <= to.bits
  const range = parseIpRange(value)
  if (range === undefined) throw new Error(`"${value}" is not an address`)
  return range.family === address.family && (address.bits & range.mask) === (range.bits & range.mask)
}

function addressHolds(value: string, address: IpAddress | undefined): boolean {
  if (address === undefined) return false
  const [whole = '', holes] = value.split(' except ')
  return inRange(whole, address) && !(holes?.split(' and ').some(hole => inRange(hole, address)) ?? false)
}

function numberHolds(value: string, number: number | undefined): boolean {
  const [from = Number.NaN, to = from] = value.split('-').map(Number)
  if (!Number.isInteger(from) || !Number.isInteger(to)) throw new Error(`"${value}" is not a number`)
  return number !== undefined && from <= number && number <= to
}

/** Whether a packet that goes through eth0 is in the facet. */
function holds({noun, otherThan, values}: Facet, packet: Packet): boolean {
  const named = values.some(value => {
    switch (noun) {
      case 'destination':
        return addressHolds(value, packet.destination)
      case 'source':
        return addressHolds(value, packet.source)
      case 'port':
        return numberHolds(value, packet.destinationPort)
      case 'source port':
        return numberHolds(value, packet.sourcePort ?? 0)
      case 'uid':
        return numberHolds(value, packet.uid)
      case 'gid':
        return numberHolds(value, packet.gid)
      case 'interface':
        return value === 'eth0'
      default:
        throw new Error(`"${noun}" is not read here`)
    }
  })
  return named !== otherThan
}

/** Whether a packet is in a printed set. */
export function isInSet(set: PrintedSet, packet: Packet): boolean {
  return set.every(facet => holds(facet, packet))
}

/** True for a set that names one value of the property alone, as the proxy's own packets are named. */
function names(set: PrintedSet, noun: string, value: number | undefined): boolean {
  return set.some(
    each => each.noun === noun && !each.otherThan && each.values.length === 1 && each.values[0] === String(value),
  )
}

/**
 * The outcomes printed for a packet; several are a contradiction, none means that it may be among what was left out. Of the proxy's packets what is
 * said of them holds.
 */
export function printedFor(
  {usual, groups, cut}: PrintedAnswer,
  packet: Packet,
  proxy: {readonly uid: number; readonly gid: number},
): readonly string[] {
  const all = groups.flatMap(({words, sets}) => sets.map(set => ({words, set})))
  const part = (
    [
      ['uid', packet.uid, proxy.uid],
      ['gid', packet.gid, proxy.gid],
    ] as const
  ).find(([noun, own, value]) => own === value && all.some(({set}) => set.length === 1 && names(set, noun, value)))
  const asked = part === undefined ? all : all.filter(({set}) => names(set, part[0], part[2]))
  const matching = asked.filter(({set}) => isInSet(set, packet))
  const closest = part === undefined ? matching : matching.filter(({set}) => set.length > 1)
  const found = closest.length > 0 ? closest : matching
  if (found.length > 0) return [...new Set(found.map(({words}) => words))]
  return cut ? [] : [usual]
}
