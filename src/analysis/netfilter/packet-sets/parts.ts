import {humanCount} from '../../../model/text/human-count.js'
import {type Answering, classOf, trafficOutcomeOf, witnessDecider} from './answers.js'
import {type Diagram, FALSE, type Node, replaceOutcomes, whereOutcome} from './diagram.js'
import {type DimensionName, withValues} from './dimensions.js'
import {regionWords} from './region-words.js'
import {OUTSIDE, regionsOf, shares} from './regions.js'
import type {TrafficOutcome} from './traffic-outcome.js'

/** Packets that are handled the same way for each sender, with the outcome per sender. */
export interface SharedPart {
  /** Their common properties, or the number of sets if there are too many to list; empty for the largest part. */
  readonly words: string
  readonly trafficOutcomes: readonly TrafficOutcome[]
}

/** A function whose outcomes are pairs, numbered in the given list. */
function paired(diagram: Diagram, a: Node, b: Node, pairs: (readonly [number, number])[]): Node {
  const numbers = new Map<string, number>()
  const done = new Map<string, Node>()
  const visit = (one: Node, other: Node): Node => {
    const left = diagram.outcome(one)
    const right = diagram.outcome(other)
    if (left !== undefined && right !== undefined) {
      const key = `${left} ${right}`
      const number = numbers.get(key) ?? pairs.push([left, right]) - 1
      numbers.set(key, number)
      return diagram.leaf(number)
    }
    const key = `${one} ${other}`
    const known = done.get(key)
    if (known !== undefined) return known
    const top = Math.min(diagram.level(one), diagram.level(other))
    const part = (node: Node, up: boolean): Node =>
      diagram.level(node) !== top ? node : up ? diagram.high(node) : diagram.low(node)
    const result = diagram.make(
      top,
      visit(part(one, false), part(other, false)),
      visit(part(one, true), part(other, true)),
    )
    done.set(key, result)
    return result
  }
  return visit(a, b)
}

/** A sender, by the properties of its packets. */
export type SenderValues = Readonly<Partial<Record<DimensionName, number>>>

/** Splits the packets of a domain into parts that are handled the same way for each sender, the largest part first. */
export function sharedParts(
  answering: Answering,
  node: Node,
  domain: Node,
  senders: readonly SenderValues[],
): readonly SharedPart[] {
  const {paths, table} = answering
  const {space} = paths
  const {diagram, dimensions} = space
  const valuesOf = (sender: SenderValues) =>
    Object.values(dimensions).flatMap(dimension => {
      const value = sender[dimension.name]
      return value === undefined ? [] : [{dimension, value: BigInt(value)}]
    })
  const classes = new Map<string, number>()
  const examples: number[] = []
  const classNumber = (number: number): number => {
    const key = classOf(table.outcome(number))
    const known = classes.get(key) ?? examples.push(number) - 1
    classes.set(key, known)
    return known
  }
  let combined: Node | undefined
  let tuples: (readonly number[])[] = []
  for (const sender of senders) {
    const own = replaceOutcomes(diagram, withValues(diagram, node, valuesOf(sender)), number =>
      diagram.leaf(classNumber(number)),
    )
    if (combined === undefined) {
      combined = own
      tuples = [...examples.keys()].map(each => [each])
      continue
    }
    const pairs: (readonly [number, number])[] = []
    combined = paired(diagram, combined, own, pairs)
    const before = tuples
    tuples = pairs.map(([left, right]) => [...(before[left] ?? []), right])
  }
  if (combined === undefined || domain === FALSE) return []
  const gated = diagram.choose(domain, combined, diagram.leaf(OUTSIDE))
  const ordered = [...shares(diagram, gated)].sort((a, b) => b[1] - a[1])
  return ordered.flatMap(([number], place) => {
    const packets = whereOutcome(diagram, gated, each => each === number)
    const trafficOutcomes = (tuples[number] ?? []).map((example, index) => {
      const outcome = table.outcome(examples[example] ?? 0)
      const shared = Object.fromEntries(
        valuesOf(senders[index] ?? {}).map(({dimension, value}) => [dimension.name, value]),
      )
      return trafficOutcomeOf(
        outcome,
        witnessDecider(answering, {node: gated, isWanted: each => each === number, shared}),
      )
    })
    if (place === 0) return [{words: '', trafficOutcomes}]
    const {regions, more} = regionsOf(space, packets, domain)
    const rest = more === 0 ? [] : [{words: `${humanCount(more, 'more set')} of packets`, trafficOutcomes}]
    return [...regions.map(region => ({words: regionWords(space, region), trafficOutcomes})), ...rest]
  })
}
