import {definedFields} from '../../../model/collections/defined-fields.js'
import {once} from '../../../model/collections/once.js'
import {own} from '../../../model/collections/own.js'
import type {NetworkNamespace} from '../../../model/kernel/network-namespace.js'
import {decidingStep} from '../packet-walk/verdict.js'
import {walkPacket} from '../packet-walk/walk.js'
import {FALSE, type Node, restricted, whereOutcome} from './diagram.js'
import {type DimensionName, equalTo, withValues} from './dimensions.js'
import {type OutcomeTable, outcomeVerdict, type PacketOutcome} from './outcomes.js'
import type {PathFunctions} from './path-function.js'
import {PROPERTY, partValues, regionWords} from './region-words.js'
import {askedDimensions, fixedValues, OUTSIDE, type Region, regionsOf, shares, witness} from './regions.js'
import {ordinaryValues, type PartOfTraffic, packetOf, type Traffic} from './traffic.js'
import type {Decider, Direction, Exception, TrafficOutcome} from './traffic-outcome.js'

/** The inputs for questions about traffic. */
export interface Answering {
  readonly paths: PathFunctions
  readonly table: OutcomeTable
  readonly machine: NetworkNamespace
  readonly device: string
  readonly inbound: boolean
  /** Exceptions listed per outcome before the rest are only counted, if not the default. */
  readonly most?: number
}

/** More exceptions than this are counted, not listed. */
const MOST_LISTED = 500
/** The deciding rule is looked up for at most this many. */
const MOST_DECIDED = 40

/** The part of an outcome that is reported: the verdict, the proxy port, the other address, the rule that stops it. */
export function classOf(outcome: PacketOutcome): string {
  const verdict = outcomeVerdict(outcome)
  switch (outcome.kind) {
    case 'delivered':
      return outcome.turned === undefined
        ? 'open'
        : `${verdict} ${outcome.port} ${outcome.turned === 'elsewhere' ? outcome.address : ''}`
    case 'sent':
      return outcome.address === 'asked' && outcome.port === 'asked'
        ? 'open'
        : `elsewhere ${outcome.address} ${outcome.port}`
    case 'dropped':
    case 'refused':
      return `${outcome.kind} ${outcome.at ?? outcome.reason}`
    case 'insufficient':
      return `insufficient ${outcome.depends.map(({at, rule}) => `${at} ${rule}`).join()}`
    default:
      return outcome.kind
  }
}

function elsewhere(outcome: PacketOutcome): string | undefined {
  if (outcome.kind !== 'sent' && !(outcome.kind === 'delivered' && outcome.turned === 'elsewhere')) return undefined
  const {address, port} = outcome
  if (address === 'asked' && port === 'asked') return undefined
  const host = address === 'asked' ? '' : address.includes(':') ? `[${address}]` : address
  return port === 'asked' ? host : `${host}:${port}`
}

function moreRules(outcome: PacketOutcome): string {
  const more = outcome.kind === 'insufficient' ? outcome.depends.length - 1 : 0
  return more > 0 ? `, and ${more} more rules` : ''
}

/** The reported outcome of a set of packets, with the rule that decides for one of them. */
export function trafficOutcomeOf(outcome: PacketOutcome, by: Decider | undefined): TrafficOutcome {
  const to = elsewhere(outcome)
  const why = outcome.kind === 'insufficient' ? outcome.depends[0] : undefined
  const stopped = outcome.kind === 'dropped' || outcome.kind === 'refused'
  const byRule = stopped && outcome.at === undefined ? undefined : by
  return {
    verdict: outcomeVerdict(outcome),
    ...(outcome.kind === 'delivered' && outcome.port !== 'asked' ? {port: outcome.port} : {}),
    ...definedFields({to, by: byRule}),
    ...(stopped && outcome.at === undefined ? {why: outcome.reason} : {}),
    ...(why === undefined
      ? {}
      : {why: why.why === '' ? `depends on ${why.at} rule ${why.rule}: ${why.text}${moreRules(outcome)}` : why.why}),
  }
}

/** Packets by outcome: a function of all packets, those with one of the numbers, and properties that all of them share. */
export interface Sought {
  readonly node: Node
  readonly isWanted: (outcome: number) => boolean
  readonly shared?: Readonly<Partial<Record<DimensionName, bigint>>>
}

/** The rule that decides for one of the packets sought. */
export function witnessDecider(
  {paths, machine, device, inbound}: Answering,
  {node, isWanted, shared = {}}: Sought,
): Decider | undefined {
  const point = witness(paths.space, node, isWanted, ordinaryValues(paths, device))
  if (point === undefined) return undefined
  const step = decidingStep(walkPacket(paths.rules, machine, packetOf(paths, {...point, ...shared}, inbound)))
  return step === undefined ? undefined : {at: step.at, rule: step.rule, text: step.text}
}

const KINDS: Readonly<Record<string, Exception['kind']>> = {
  destination: 'range',
  source: 'sender',
  port: 'port',
  uid: 'uid',
  gid: 'gid',
  interface: 'interface',
}

function exceptionsFrom(answering: Answering, region: Region, trafficOutcome: TrafficOutcome): readonly Exception[] {
  const {space} = answering.paths
  const where = region.parts.map(part => ({property: PROPERTY[part.dimension], values: partValues(space, part)}))
  const [only] = where
  const kind = only === undefined ? undefined : own(KINDS, only.property)
  if (only === undefined || where.length > 1 || kind === undefined)
    return [{kind: 'conjunction', value: regionWords(space, region), where, share: region.share, ...trafficOutcome}]
  return only.values.map(value => ({
    kind,
    value,
    where: [{property: only.property, values: [value]}],
    share: region.share / only.values.length,
    ...trafficOutcome,
  }))
}

/** A key that is equal for equal answers, ignoring what concerns only one property. */
function said({usual, exceptions, more}: Direction, but: string): string {
  const others = exceptions.filter(({where}) => where.every(({property}) => property !== but))
  return JSON.stringify([
    [usual.verdict, usual.port, usual.to, more],
    others.map(({verdict, port, to, value}) => [verdict, port, to, value]).sort(),
  ])
}

const asks = new WeakMap<PathFunctions, Map<Node, ReadonlySet<DimensionName>>>()

/** The properties a path function depends on, computed once. */
function askedBy({paths}: Answering, node: Node): ReadonlySet<DimensionName> {
  const known = asks.get(paths) ?? new Map<Node, ReadonlySet<DimensionName>>()
  asks.set(paths, known)
  const found = known.get(node) ?? new Set(askedDimensions(paths.space, node).map(({name}) => name))
  known.set(node, found)
  return found
}

const LIKE_THE_REST: Pick<Direction, 'exceptions' | 'more' | 'unordered'> = {exceptions: [], more: 0}

/** A part of the traffic as exceptions to the rest; none if it is handled like the rest. */
function partExceptions(
  answering: Answering,
  node: Node,
  rest: Direction,
  {kind, value, packets}: PartOfTraffic,
): typeof LIKE_THE_REST {
  if (kind !== 'interface' && !askedBy(answering, node).has(kind)) return LIKE_THE_REST
  const found = directionOf(answering, {node, domain: packets, elsewhere: []})
  if (found.usual.verdict === 'none' || said(found, kind) === said(rest, kind)) return LIKE_THE_REST
  const where = [{property: kind, values: [value]}]
  const parts = found.exceptions.map(each => ({
    ...each,
    kind: 'conjunction' as const,
    where: [...where, ...each.where],
    value: `${kind} ${value} ${each.kind === 'conjunction' ? each.value : `${NOUN[each.kind]} ${each.value}`}`,
    share: 0,
  }))
  return {...found, exceptions: [{kind, value, where, share: 0, ...found.usual}, ...parts]}
}

const NOUN: Readonly<Record<Exception['kind'], string>> = {
  port: 'port',
  range: 'destination',
  sender: 'source',
  uid: 'uid',
  gid: 'gid',
  interface: 'interface',
  conjunction: '',
}

/** Names the parts of a set of packets that are answered for by themselves. */
type Parting = (domain: Node) => readonly PartOfTraffic[]

/** The packets of a set that are in none of its parts. */
function restOf({space: {diagram}}: PathFunctions, domain: Node, parts: readonly PartOfTraffic[]): Node {
  return diagram.and(domain, diagram.not(parts.reduce<Node>((all, {packets}) => diagram.or(all, packets), FALSE)))
}

/** The answers for a set of packets: without its parts, and for each part. */
function partedDirections(answering: Answering, node: Node, domain: Node, parting: Parting): readonly Direction[] {
  const parts = parting(domain)
  return [restOf(answering.paths, domain, parts), ...parts.map(({packets}) => packets)].map(each =>
    directionOf(answering, {node, domain: each, elsewhere: []}),
  )
}

/** True if packets on another interface are answered like those on the primary one, part by part, but for the interface. */
function areAlike(here: readonly Direction[], there: readonly Direction[], kind: PartOfTraffic['kind']): boolean {
  return here.every((each, index) => said(each, kind) === said(there[index] ?? each, kind))
}

/**
 * The answer for traffic with separate parts: the rest first, then each part that is handled differently (another interface, the
 * proxy's own packets). For a packet in such a part, the answer of the part applies.
 */
export function directionWithParts(answering: Answering, traffic: Traffic, parting: Parting = () => []): Direction {
  const {node, domain} = traffic
  const parts = parting(domain)
  const rest = directionOf(answering, {...traffic, domain: restOf(answering.paths, domain, parts)})
  const primary = once(() => partedDirections(answering, node, domain, parting))
  const elsewhere = traffic.elsewhere.map(part => {
    const found = partExceptions(answering, node, rest, part)
    if (found === LIKE_THE_REST || parts.length === 0) return found
    const there = partedDirections(answering, node, part.packets, parting)
    return areAlike(primary(), there, part.kind) ? LIKE_THE_REST : found
  })
  const all = [rest, ...parts.map(part => partExceptions(answering, node, rest, part)), ...elsewhere]
  return {
    usual: rest.usual,
    exceptions: all.flatMap(({exceptions}) => exceptions),
    more: all.reduce((sum, {more}) => sum + more, 0),
    ...(all.some(({unordered}) => unordered === true) ? {unordered: true} : {}),
  }
}

/** Takes the proxy's own packets apart: those of its uid, and those of its gid alone. */
export function proxyParts(
  {space: {diagram, dimensions}}: PathFunctions,
  proxy: {readonly uid: number; readonly gid: number},
): Parting {
  return domain => {
    const byUser = diagram.and(domain, equalTo(diagram, dimensions.uid, proxy.uid))
    const byGroup = diagram.and(domain, equalTo(diagram, dimensions.gid, proxy.gid))
    return [
      {kind: 'uid', value: String(proxy.uid), packets: byUser},
      {kind: 'gid', value: String(proxy.gid), packets: diagram.and(byGroup, diagram.not(byUser))},
    ]
  }
}

interface OutcomeClass {
  readonly outcome: PacketOutcome
  readonly share: number
  readonly numbers: ReadonlySet<number>
}

/** More classes than this are described by their verdict alone, with the rules they depend on together. */
const MOST_CLASSES = 24

function grouped(
  table: OutcomeTable,
  weights: ReadonlyMap<number, number>,
  key: (outcome: PacketOutcome) => string,
): readonly OutcomeClass[] {
  const classes = new Map<string, {outcome: PacketOutcome; share: number; numbers: Set<number>}>()
  for (const [number, share] of weights) {
    const outcome = table.outcome(number)
    const found = classes.get(key(outcome)) ?? {outcome, share: 0, numbers: new Set<number>()}
    found.numbers.add(number)
    found.share += share
    if (outcome.kind === 'insufficient' && found.outcome.kind === 'insufficient' && found.outcome !== outcome)
      found.outcome = {...outcome, depends: [...found.outcome.depends, ...outcome.depends]}
    classes.set(key(outcome), found)
  }
  return [...classes.values()].sort((a, b) => b.share - a.share)
}

/** Outcomes grouped by what is reported, the largest first. */
function classesOf(table: OutcomeTable, weights: ReadonlyMap<number, number>): readonly OutcomeClass[] {
  const classes = grouped(table, weights, classOf)
  if (classes.length <= MOST_CLASSES) return classes
  const kept = new Set(classes.slice(0, MOST_CLASSES / 2).map(({outcome}) => classOf(outcome)))
  return grouped(table, weights, outcome => (kept.has(classOf(outcome)) ? classOf(outcome) : outcomeVerdict(outcome)))
}

/** How traffic is handled: the outcome of most of it, and exactly which packets have another one, the largest sets first. */
export function directionOf(answering: Answering, traffic: Traffic): Direction {
  const {paths, table, most} = answering
  const {space} = paths
  const {diagram} = space
  const fixed = fixedValues(space, traffic.domain)
  const shared = Object.fromEntries(fixed.map(({dimension, value}) => [dimension.name, value]))
  const domain = withValues(diagram, traffic.domain, fixed)
  const node = restricted(diagram, traffic.node, traffic.domain)
  const gated = diagram.choose(domain, node, diagram.leaf(OUTSIDE))
  const ordered = classesOf(table, shares(diagram, gated))
  const [main, ...others] = ordered
  if (main === undefined) return {usual: {verdict: 'none'}, exceptions: [], more: 0}
  const decider = ({numbers}: OutcomeClass) =>
    witnessDecider(answering, {node: gated, isWanted: number => numbers.has(number), shared})
  const decided = decider(main)
  let notMade = 0
  let smaller = 0
  const regions = others.flatMap((each, place) => {
    const set = whereOutcome(diagram, node, number => each.numbers.has(number))
    const trafficOutcome = trafficOutcomeOf(each.outcome, place < MOST_DECIDED ? decider(each) : undefined)
    const found = regionsOf(space, set, domain, {...definedFields({made: most}), listed: MOST_LISTED})
    notMade += found.more
    smaller += found.smaller
    return found.regions.map(region => ({region, trafficOutcome}))
  })
  const largest = regions.toSorted((a, b) => b.region.share - a.region.share)
  // The largest set of each outcome is always listed, so that no outcome is left out.
  const seen = new Set<TrafficOutcome>()
  const listed = largest.filter(({trafficOutcome}, place) => {
    const isFirst = !seen.has(trafficOutcome)
    seen.add(trafficOutcome)
    return place < MOST_LISTED || isFirst
  })
  return {
    usual: trafficOutcomeOf(main.outcome, decided),
    exceptions: listed
      .flatMap(({region, trafficOutcome}) => exceptionsFrom(answering, region, trafficOutcome))
      .sort((a, b) => b.share - a.share),
    more: regions.length - listed.length + smaller + notMade,
    ...(notMade > 0 ? {unordered: true} : {}),
  }
}
