import {type IpAddress, inRange, isLoopback, parseIpRange, parseV4Range} from '../../../model/kernel/ip-address.js'
import {isOwnAddress} from '../../../model/kernel/network-namespace.js'
import type {MatchCondition} from '../../../model/kernel/ruleset.js'
import type {Flow} from './flow.js'

/** Whether a condition holds; undefined when the rules alone cannot tell. */
export type Test = (flow: Flow) => boolean | undefined

type Compile = (values: readonly string[], negated: boolean) => Test

/** A test that is turned round by negation. */
function plain(make: (values: readonly string[]) => (flow: Flow) => boolean): Compile {
  return (values, negated) => {
    if (values.length === 0) return () => !negated
    const test = make(values)
    return negated ? flow => !test(flow) : test
  }
}

function never(): Test {
  return () => false
}

/** iptables: an address of the other family never matches; `ip daddr` in an inet table limits the rule to IPv4 (nft(8)), negated or not. */
function address(pick: (flow: Flow) => IpAddress, pick4: (flow: Flow) => number): Compile {
  return (values, negated) => {
    const v4 = values.length === 1 ? parseV4Range(values[0] ?? '') : undefined
    if (v4 !== undefined) {
      const {bits} = v4
      const mask = v4.mask | 0
      return flow => flow.family === 'ip' && ((pick4(flow) & mask) >>> 0 === bits) !== negated
    }
    const ranges = values.map(parseIpRange)
    if (!ranges.every(range => range !== undefined)) return () => undefined
    if (ranges.length === 0) return () => !negated
    const only = ranges[0]
    if (only === undefined) return never()
    return flow => flow.family === only.family && ranges.some(range => inRange(pick(flow), range)) !== negated
  }
}

/** A port, id or mark list as number ranges; a value of undefined (no ports, no owner) never matches, negated or not. */
function numbers(pick: (flow: Flow) => number | undefined): Compile {
  return (values, negated) => {
    const ranges = values.map(value => value.split(':').map(Number))
    const first = ranges[0]
    if (ranges.length === 1 && first?.length === 1) {
      const wanted = first[0]
      return flow => {
        const value = pick(flow)
        return value !== undefined && (value === wanted) !== negated
      }
    }
    return flow => {
      const value = pick(flow)
      if (value === undefined) return false
      return ranges.some(([from = 0, to = from]) => value >= from && value <= to) !== negated
    }
  }
}

/** `+` at the end is a wildcard (iptables(8), --in-interface). */
function device(pick: (flow: Flow) => string): Compile {
  return plain(
    values => flow =>
      values.some(value => (value.endsWith('+') ? pick(flow).startsWith(value.slice(0, -1)) : pick(flow) === value)),
  )
}

function marks(pick: (flow: Flow) => number): Compile {
  return plain(values => {
    const pairs = values.map(value => value.split('/').map(Number))
    return flow => pairs.some(([value = 0, mask = 0xffff_ffff]) => (pick(flow) & mask) >>> 0 === value >>> 0)
  })
}

function hasPorts(protocol: string): boolean {
  return (
    protocol === 'tcp' || protocol === 'udp' || protocol === 'sctp' || protocol === 'dccp' || protocol === 'udplite'
  )
}

function sourcePort(flow: Flow): number | undefined {
  return hasPorts(flow.protocol) ? (flow.sourcePort ?? 40_000) : undefined
}

function destinationPort(flow: Flow): number | undefined {
  return hasPorts(flow.protocol) ? flow.destinationPort : undefined
}

function addressTypes(pick: (flow: Flow) => IpAddress): Compile {
  return (values, negated) => {
    if (!values.every(value => value === 'LOCAL' || value === 'UNICAST')) return () => undefined
    return flow => values.some(value => (value === 'LOCAL') === isOwnAddress(flow.machine, pick(flow))) !== negated
  }
}

/** The state of a first packet; DNAT and SNAT are states of connections that were rewritten before. */
function states(values: readonly string[], negated: boolean): Test {
  return flow => values.includes(flow.tracked ? flow.state : 'UNTRACKED') !== negated
}

/**
 * An established socket, or one bound to exactly the address asked for; a wildcard listener does not match (iptables-extensions(8), socket;
 * measured). Without knowledge of listeners a first packet is taken to find none.
 */
function socket(_values: readonly string[], negated: boolean): Test {
  return flow => {
    const {listeners = []} = flow.machine
    const found = listeners.some(
      l =>
        l.protocol === flow.protocol &&
        l.port === flow.destinationPort &&
        l.address?.bits === flow.destination.bits &&
        l.address.family === flow.family &&
        !isLoopback(l.address),
    )
    return found !== negated
  }
}

/** True when one of the values `MASK SET` of `--tcp-flags` matches the first packet of a connection, which has SYN alone. */
export function firstPacketFlags(values: readonly string[]): boolean {
  return values.some(isSynAlone)
}

function isSynAlone(value: string): boolean {
  const [mask = '', set = ''] = value.split(' ')
  const flags = new Set(mask === 'ALL' ? 'FIN SYN RST PSH ACK URG'.split(' ') : mask.split(','))
  const wanted = new Set(set.split(',').filter(flag => flag !== '' && flag !== 'NONE'))
  return [...flags].every(flag => wanted.has(flag) === (flag === 'SYN'))
}

function tcpFlags(values: readonly string[], negated: boolean): Test {
  const isSyn = firstPacketFlags(values)
  return flow => flow.protocol === 'tcp' && isSyn !== negated
}

const COMPILE: Readonly<Record<MatchCondition['field'], Compile>> = {
  family: plain(values => flow => values.includes(flow.family)),
  'in-interface': device(flow => flow.inName),
  'out-interface': device(flow => flow.outName),
  source: address(
    flow => flow.source,
    flow => flow.source4,
  ),
  destination: address(
    flow => flow.destination,
    flow => flow.destination4,
  ),
  'source-type': addressTypes(flow => flow.source),
  'destination-type': addressTypes(flow => flow.destination),
  protocol: plain(values => {
    const only = values[0]
    return values.length === 1 ? flow => flow.protocol === only : flow => values.includes(flow.protocol)
  }),
  fragment: plain(() => () => false),
  'source-port': numbers(sourcePort),
  'destination-port': numbers(destinationPort),
  'any-port': (values, negated) => {
    const source = numbers(sourcePort)(values, false)
    const destination = numbers(destinationPort)(values, false)
    return flow => hasPorts(flow.protocol) && (source(flow) === true || destination(flow) === true) !== negated
  },
  'tcp-flags': tcpFlags,
  'icmp-type': () => flow => (flow.protocol === 'icmp' || flow.protocol === 'icmpv6' ? undefined : false),
  uid: numbers(flow => flow.owner?.uid),
  gid: numbers(flow => flow.owner?.gid),
  'socket-owner': plain(() => flow => flow.owner !== undefined),
  mark: marks(flow => flow.mark),
  connmark: marks(flow => flow.connmark),
  'ct-state': states,
  'ct-status': () => () => undefined,
  socket,
  dynamic: () => () => undefined,
  opaque: () => () => undefined,
}

/** Turns a condition into a test, once, so that walking a packet only calls it. */
export function compileCondition(condition: MatchCondition): Test {
  return COMPILE[condition.field](condition.values, condition.negated)
}
