import {definedFields} from '../../../model/collections/defined-fields.js'
import type {RouteDecision} from '../packet-walk/routing.js'
import {ownAddresses} from './condition-sets.js'
import {FALSE, type Node, TRUE, whereOutcome} from './diagram.js'
import type {HookPaths, PathParts} from './hook-paths.js'
import {chosenSources} from './routes.js'
import {firstStage, otherDevices, type Stage} from './stage.js'

/** The outcomes of packets that processes of the pod send: routed first, then through the hooks. */
export interface Departures {
  /** The kernel selects the source of the packet. */
  outbound(): Node
  /** The process selects the source (bound or transparent). */
  outboundBound(): Node
}

/** The departures of a path; `enter` gives the outcome of what enters a hook. */
export function departures(parts: PathParts, enter: HookPaths): Departures {
  const {table, machine, chains, routes, continuation} = parts
  const {context} = chains
  const {space} = context
  const {diagram} = space
  const {select, settle} = continuation
  const unreachable = diagram.leaf(table.number({kind: 'error', reason: 'no route'}))
  const devices = otherDevices(space, machine)

  /** Sends through the interface of the route; if routes are assumed, also through any that rules name. */
  const depart = (stage: Stage, number: number, decision: RouteDecision): Node => {
    const usual = enter('output', {...stage, decision: number, outName: decision.device})
    if (!machine.assumed || decision.kind !== 'out') return usual
    return devices.reduce((rest, {packets, name}) => {
      const through = enter('output', {...stage, decision: number, outName: name})
      return diagram.choose(packets, through, rest)
    }, usual)
  }

  /** The function of packets a process sends, by the routing decision for each. */
  const sent = (through: (decision: RouteDecision, number: number) => Node): Node =>
    settle(
      select(routes.node, number => {
        const decision = routes.decisions[number]
        return decision === undefined || decision.kind === 'none' ? unreachable : through(decision, number)
      }),
    )

  const outbound = (): Node => {
    const ownSet = ownAddresses(context, 'destination')
    return sent((decision, number) => {
      const parts = chosenSources(context, machine, decision)
      const here = whereOutcome(diagram, routes.node, each => each === number)
      const whole = parts.reduceRight<Node>((rest, {destinations, destination, source}) => {
        if (decision.kind === 'out' && destinations !== TRUE) return rest
        if (source === undefined) return diagram.choose(destinations, unreachable, rest)
        const others = parts.reduce(
          (all, part) => (part.destinations === TRUE ? all : diagram.or(all, part.destinations)),
          FALSE,
        )
        const care = destinations === TRUE ? diagram.and(here, diagram.not(others)) : destinations
        if (care === FALSE || (destinations === TRUE && decision.kind === 'local' && decision.byMark)) return rest
        const stage = firstStage(decision.kind === 'out' ? TRUE : care, {
          source,
          destination: {...definedFields({value: destination}), changed: false},
        })
        return diagram.choose(destinations, depart(stage, number, decision), rest)
      }, unreachable)
      // A mark that selects a table without a route fails before any rule is evaluated.
      return decision.byMark && decision.kind === 'local' ? diagram.choose(ownSet, whole, unreachable) : whole
    })
  }

  const outboundBound = (): Node => sent((decision, number) => depart(firstStage(TRUE, {}), number, decision))

  return {outbound, outboundBound}
}
