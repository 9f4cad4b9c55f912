import {definedFields} from '../../../model/collections/defined-fields.js'
import type {IpAddress} from '../../../model/kernel/ip-address.js'
import type {NetworkNamespace} from '../../../model/kernel/network-namespace.js'
import type {IpFamily, Ruleset, TableFamily} from '../../../model/kernel/ruleset.js'
import {primaryAddress} from '../interception/pod-paths.js'
import {trafficOutcomeOf} from '../packet-sets/answers.js'
import {outcomeChanges} from '../packet-sets/compare.js'
import {ofProtocol, ownAddresses, owned} from '../packet-sets/condition-sets.js'
import {createDiagram, FALSE, MOST_NODES, type Node, TRUE} from '../packet-sets/diagram.js'
import {equalTo, type PacketSpace, packetSpace} from '../packet-sets/dimensions.js'
import {whyGivenUp} from '../packet-sets/given-up.js'
import {type OutcomeTable, outcomeTable} from '../packet-sets/outcomes.js'
import {type PathFunctions, pathFunctions} from '../packet-sets/path-function.js'
import {regionWords} from '../packet-sets/region-words.js'
import {regionsOf} from '../packet-sets/regions.js'
import {arrivalInterfaces, toAddress, toPort} from '../packet-sets/traffic.js'
import type {TrafficOutcome} from '../packet-sets/traffic-outcome.js'
import {withDefaultRoute} from '../packet-walk/default-network.js'
import {proxyTraitsOf} from '../proxy-traits.js'

/** Whose packets and which way: every packet belongs to exactly one kind. */
export type TrafficKind =
  | 'inbound'
  | 'inbound-other'
  | 'outbound'
  | 'dns'
  | 'outbound-other'
  | 'proxy'
  | 'proxy-to-self'
  | 'app-to-self'
  | 'app-to-localhost'
  | 'loopback'
  | 'special'

/** Packets whose path changes: all of them are named by `packets`, and every packet named changes. */
export interface Change {
  readonly traffic: TrafficKind
  readonly family: IpFamily
  /** What they have in common within their kind of traffic, in words; empty for all of it. */
  readonly packets: string
  readonly before: TrafficOutcome
  readonly after: TrafficOutcome
  /** The part of all packets they are, 0 to 1. */
  readonly share: number
}

/** What a comparison found: without `gaveUp` these are all packets that change, with it more may. */
export interface Compared {
  readonly changes: readonly Change[]
  /** Why packets were not compared: the rules they depend on. */
  readonly gaveUp?: string
}

/** Compares rulesets with one another on one machine; what was found out about a ruleset is kept. */
export interface Comparison {
  changes(before: readonly Ruleset[], after: readonly Ruleset[]): Compared
}

interface Piece {
  readonly traffic: TrafficKind
  readonly node: (paths: PathFunctions) => Node
  readonly domain: Node
  /** For unusual packets: which way they go, and what is unusual about those that have no mark and begin a connection. */
  readonly unusual?: UnusualWay
}

interface UnusualWay {
  readonly way: string
  readonly others: string
}

function familiesOf(family: TableFamily): readonly IpFamily[] {
  return family === 'inet' ? ['ip', 'ip6'] : [family]
}

/** Two findings as one. */
function bothCompared(one: Compared, other: Compared): Compared {
  const gaveUp = one.gaveUp ?? other.gaveUp
  return {changes: [...one.changes, ...other.changes], ...definedFields({gaveUp})}
}

/**
 * Prepares the comparison of rulesets of a family; `all` are the rulesets that will be compared, or whose rules make them up. Beyond `bound` nodes a
 * comparison is given up on, and says so.
 */
export function comparison(
  all: readonly Ruleset[],
  machine: NetworkNamespace,
  family: TableFamily,
  bound = MOST_NODES,
): Comparison {
  const parts = familiesOf(family).flatMap(each => {
    const place = primaryAddress(machine, each)
    return place === undefined ? [] : [familyComparison(all, machine, each, place, bound)]
  })
  return {
    changes: (before, after) => parts.map(part => part(before, after)).reduce(bothCompared, {changes: []}),
  }
}

type Compare = (before: readonly Ruleset[], after: readonly Ruleset[]) => Compared

function familyComparison(
  all: readonly Ruleset[],
  given: NetworkNamespace,
  family: IpFamily,
  place: {readonly device: string; readonly own: IpAddress},
  bound: number,
): Compare {
  const known = new Map<string, PathFunctions>()
  const beyond = (error: unknown): Compared => ({changes: [], gaveUp: whyGivenUp(error, [...known.values()])})
  try {
    const compare = preparedFor(all, given, family, place, bound, known)
    return (before, after) => {
      try {
        return compare(before, after)
      } catch (error) {
        return beyond(error)
      }
    }
  } catch (error) {
    const gaveUp = beyond(error)
    return () => gaveUp
  }
}

function preparedFor(
  all: readonly Ruleset[],
  given: NetworkNamespace,
  family: IpFamily,
  place: {readonly device: string; readonly own: IpAddress},
  bound: number,
  known: Map<string, PathFunctions>,
): Compare {
  const machine = withDefaultRoute(given, family, place.device)
  const space = packetSpace(createDiagram(undefined, bound), family, all, machine)
  const table = outcomeTable()
  const ids = new Map<Ruleset, number>()
  const idOf = (set: Ruleset): number => {
    const id = ids.get(set) ?? ids.size
    ids.set(set, id)
    return id
  }
  const pathsOf = (rulesets: readonly Ruleset[]): PathFunctions => {
    const key = rulesets.map(idOf).join()
    const paths = known.get(key) ?? pathFunctions(space, table, rulesets, machine)
    known.set(key, paths)
    return paths
  }
  const proxy = proxyTraitsOf(all)
  return (before, after) => {
    const [was, is] = [pathsOf(before), pathsOf(after)]
    const pieces = piecesOf(was, machine, place, proxy)
    const changes = pieces.flatMap(piece => changesIn(space, table, family, piece, was, is))
    const [gaveUp] = [...was.chains.givenUp, ...is.chains.givenUp]
    return {changes, ...definedFields({gaveUp})}
  }
}

/** More parts than this of one change are counted, not listed. */
const MOST_PARTS = 40

function changesIn(
  space: PacketSpace,
  table: OutcomeTable,
  family: IpFamily,
  {traffic, node, domain, unusual}: Piece,
  was: PathFunctions,
  is: PathFunctions,
): readonly Change[] {
  return outcomeChanges(space, table, node(was), node(is), domain).flatMap(({before, after, packets}) => {
    const trafficOutcomes = {before: trafficOutcomeOf(before, undefined), after: trafficOutcomeOf(after, undefined)}
    const rest = (words: string): Change => ({traffic, family, packets: words, share: 0, ...trafficOutcomes})
    // What tells unusual packets apart are many properties at once: they are named by what makes them unusual, not each set.
    if (unusual !== undefined) return unusualKinds(space, packets, unusual).map(rest)
    const {regions, more: notMade} = regionsOf(space, packets, domain)
    const listed = regions.slice(0, MOST_PARTS).map(region => ({
      ...rest(regionWords(space, region)),
      share: region.share,
    }))
    const more = regions.length - listed.length + notMade
    return more <= 0 ? listed : [...listed, rest(`${more} more sets of packets`)]
  })
}

/** What makes the packets of a set unusual, in words. */
function unusualKinds({diagram, dimensions}: PacketSpace, packets: Node, {way, others}: UnusualWay): readonly string[] {
  const isZero = (name: 'ct-state' | 'mark' | 'connmark') => equalTo(diagram, dimensions[name], 0)
  const kinds = [
    {name: `${way} with a mark`, usual: diagram.and(isZero('mark'), isZero('connmark'))},
    {name: `${way} later in a connection`, usual: isZero('ct-state')},
  ]
  const found = kinds.filter(({usual}) => diagram.and(packets, diagram.not(usual)) !== FALSE).map(({name}) => name)
  const plain = kinds.reduce((left, kind) => diagram.and(left, kind.usual), packets)
  return plain === FALSE ? found : [others, ...found]
}

/** All packets, cut into kinds a reader knows; every one is in exactly one piece. */
function piecesOf(
  {space, context}: PathFunctions,
  machine: NetworkNamespace,
  {device, own}: {readonly device: string; readonly own: IpAddress},
  proxy: {readonly uid: number; readonly gid: number},
): readonly Piece[] {
  const {diagram, dimensions, family} = space
  const and = (...all: readonly Node[]) => all.reduce((a, b) => diagram.and(a, b), TRUE)
  const {not, or} = diagram
  const isNew = and(
    equalTo(diagram, dimensions['ct-state'], 0),
    equalTo(diagram, dimensions.mark, 0),
    equalTo(diagram, dimensions.connmark, 0),
  )
  const isTcp = ofProtocol(space, 'tcp')
  const isDns = and(or(isTcp, ofProtocol(space, 'udp')), toPort(space, 53))
  const toOwn = ownAddresses(context, 'destination')
  const loopback: IpAddress = family === 'ip' ? {family, bits: 0x7f00_0001n} : {family, bits: 1n}
  const toLocalhost = toAddress(space, 'destination', loopback)
  const self = toAddress(space, 'destination', own)
  const ordinary = and(isNew, owned(space))
  const isProxy = or(equalTo(diagram, dimensions.uid, proxy.uid), equalTo(diagram, dimensions.gid, proxy.gid))
  const app = and(ordinary, not(isProxy))
  const out = (paths: PathFunctions) => paths.outbound()
  const cut = (traffic: TrafficKind, domain: Node, node = out): Piece => ({traffic, domain, node})
  const unusual = (domain: Node, node: Piece['node'], way: string, others: string): Piece => ({
    ...cut('special', domain, node),
    unusual: {way, others},
  })
  const devices = arrivalInterfaces(space, machine, device)
  const arriving = and(isNew, toOwn, not(ownAddresses(context, 'source')))
  return [
    ...devices.flatMap(name => {
      const into = (paths: PathFunctions) => paths.inbound(name)
      const on = name === device ? TRUE : FALSE
      return [
        cut('inbound', and(arriving, isTcp, on), into),
        cut('inbound-other', and(arriving, not(and(isTcp, on))), into),
        unusual(
          not(arriving),
          into,
          `arriving on ${name}`,
          `arriving on ${name} for another address, or from one of the pod's own`,
        ),
      ]
    }),
    cut('outbound', and(app, not(toOwn), isTcp, not(isDns))),
    cut('dns', and(app, not(toOwn), isDns)),
    cut('proxy', and(ordinary, isProxy, not(toOwn), isTcp)),
    cut('outbound-other', and(ordinary, not(toOwn), not(isTcp), not(and(app, isDns)))),
    cut('proxy-to-self', and(ordinary, isProxy, self, isTcp)),
    cut('app-to-self', and(app, self, isTcp)),
    cut('app-to-localhost', and(app, toLocalhost, isTcp)),
    cut('loopback', and(ordinary, toOwn, not(and(isTcp, self)), not(and(app, isTcp, toLocalhost)))),
    unusual(not(ordinary), out, 'sent by the pod', 'not sent by a process'),
    unusual(TRUE, paths => paths.outboundBound(), 'from a bound source address', 'from a bound source address'),
  ]
}
