import {type IpAddress, type IpRange, inRange, isLoopback, parseIpRange} from '../../../model/ip-address.js'
import {type Condition, type ConditionField, everyRule, type IpFamily, type Ruleset} from '../../../model/ruleset.js'

/** What the rules name anywhere: the values that may make a difference to a packet, so the ones worth asking about. */
export interface Mentions {
  readonly ports: readonly number[]
  readonly ranges: readonly IpRange[]
  /** Ranges of senders. */
  readonly sources: readonly IpRange[]
  readonly uids: readonly number[]
  readonly gids: readonly number[]
  readonly interfaces: readonly string[]
}

const LIMIT = 200

function valuesOf(rulesets: readonly Ruleset[], fields: readonly ConditionField[]): readonly string[] {
  const found = new Set<string>()
  const take = ({field, values}: Condition) => {
    if (fields.includes(field)) for (const value of values) if (found.size < LIMIT) found.add(value)
  }
  for (const {rule} of everyRule(rulesets)) rule.conditions.forEach(take)
  return [...found]
}

function numbers(values: readonly string[]): readonly number[] {
  return values.flatMap(value => value.split(':').map(Number)).filter(value => Number.isInteger(value))
}

function rangesOf(rulesets: readonly Ruleset[], field: ConditionField): readonly IpRange[] {
  return valuesOf(rulesets, [field])
    .map(parseIpRange)
    .filter(range => range !== undefined)
    .filter(range => !isLoopback(range))
}

/** Collects the ports, address ranges, users, groups and interfaces that conditions of the rules name; at most two hundred of each. */
export function mentionsOf(rulesets: readonly Ruleset[]): Mentions {
  return {
    ports: numbers(valuesOf(rulesets, ['destination-port', 'any-port'])).toSorted((a, b) => a - b),
    ranges: rangesOf(rulesets, 'destination'),
    sources: rangesOf(rulesets, 'source'),
    uids: numbers(valuesOf(rulesets, ['uid'])),
    gids: numbers(valuesOf(rulesets, ['gid'])),
    interfaces: valuesOf(rulesets, ['in-interface', 'out-interface']).filter(
      name => name !== 'lo' && !name.endsWith('+'),
    ),
  }
}

/** A port no rule names and nothing in the mesh uses. */
export function ordinaryPort(mentions: Mentions): number {
  let port = 8080
  while (mentions.ports.includes(port)) port++
  return port
}

/** An id no rule names. */
export function ordinaryId(mentions: Mentions): number {
  let id = 1000
  while (mentions.uids.includes(id) || mentions.gids.includes(id)) id++
  return id
}

const OUTSIDE: Readonly<Record<IpFamily, IpAddress>> = {
  ip: {family: 'ip', bits: 0xc633_6414n},
  ip6: {family: 'ip6', bits: (0x2001_0db8_0bad_cafen << 64n) | 20n},
}

/** An address outside the pod that lies in no range the rules name (198.51.100.20 and neighbours, RFC 5737; 2001:db8::/32, RFC 3849). */
export function ordinaryAddress(mentions: Mentions, family: IpFamily): IpAddress {
  let address = OUTSIDE[family]
  for (
    let tries = 0;
    tries < 250 && mentions.ranges.some(range => range.mask !== 0n && inRange(address, range));
    tries++
  ) {
    address = {
      family,
      bits: family === 'ip' ? (address.bits + 0x0101_0101n) & 0xffff_ffffn : address.bits + (1n << 96n),
    }
  }
  return address
}

/** An address inside a range, and in none of the smaller ranges if that is easy: the last but one. */
export function addressIn(range: IpRange): IpAddress {
  const full = range.family === 'ip' ? 0xffff_ffffn : (1n << 128n) - 1n
  const holes = full & ~range.mask
  return {family: range.family, bits: holes > 2n ? range.bits | (holes - 1n) : range.bits}
}
