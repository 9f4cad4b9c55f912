import {parseV4Range} from '../../../model/kernel/ip-address.js'
import type {MatchCondition, Rule} from '../../../model/kernel/ruleset.js'
import type {Flow} from './flow.js'

/** Which rules of a long chain can match at all, by destination port and by IPv4 destination, so that a walk need not try them all. */
export interface ChainIndex {
  candidates(flow: Flow): readonly number[]
}

const WORTH_IT = 32

function positive(rule: Rule, field: MatchCondition['field']): readonly string[] | undefined {
  const found = rule.conditions.find(
    condition => condition.field === field && !condition.negated && condition.values.length > 0,
  )
  return found?.values
}

function put(map: Map<number, number[]>, key: number, place: number): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [place])
  else list.push(place)
}

/**
 * Sorts the rules of a chain of 32 or more: those that ask for one port or one IPv4 range are found by it, all others are always candidates.
 * What a packet's destination is cannot change inside a chain, since every target that changes it also ends the walk.
 */
export function indexChain(rules: readonly Rule[]): ChainIndex | undefined {
  if (rules.length < WORTH_IT) return undefined
  const byPort = new Map<number, number[]>()
  const byMask = new Map<number, Map<number, number[]>>()
  const always: number[] = []
  rules.forEach((rule, place) => {
    const ports = positive(rule, 'destination-port')
    if (ports?.every(port => !port.includes(':')) === true) {
      for (const port of new Set(ports.map(Number))) put(byPort, port, place)
      return
    }
    const ranges = positive(rule, 'destination')
    const range = ranges?.length === 1 ? parseV4Range(ranges[0] ?? '') : undefined
    if (range === undefined) {
      always.push(place)
      return
    }
    const nets = byMask.get(range.mask) ?? new Map<number, number[]>()
    byMask.set(range.mask, nets)
    put(nets, range.bits, place)
  })
  return {
    candidates: flow => {
      const found = [...(byPort.get(flow.destinationPort) ?? []), ...always]
      if (flow.family === 'ip')
        for (const [mask, nets] of byMask) found.push(...(nets.get((flow.destination4 & mask) >>> 0) ?? []))
      return found.sort((a, b) => a - b)
    },
  }
}
