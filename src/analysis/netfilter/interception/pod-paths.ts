import type {IpAddress} from '../../../model/kernel/ip-address.js'
import type {NetworkNamespace} from '../../../model/kernel/network-namespace.js'
import {type IpFamily, type Ruleset, ruleCount} from '../../../model/kernel/ruleset.js'
import type {Answering} from '../packet-sets/answers.js'
import {createDiagram, MOST_NODES} from '../packet-sets/diagram.js'
import {packetSpace} from '../packet-sets/dimensions.js'
import {whyGivenUp} from '../packet-sets/given-up.js'
import {outcomeTable} from '../packet-sets/outcomes.js'
import {type PathFunctions, pathFunctions} from '../packet-sets/path-function.js'
import {withDefaultRoute} from '../packet-walk/default-network.js'

/** The interface and address by which others reach the pod in a family: the first that is neither loopback nor link-local. */
export function primaryAddress(
  machine: NetworkNamespace,
  family: IpFamily,
): {device: string; own: IpAddress} | undefined {
  for (const {name, addresses} of machine.interfaces) {
    const own = addresses.find(
      address => address.family === family && (family === 'ip' || address.bits >> 118n !== 0x3fan),
    )
    if (name !== 'lo' && own !== undefined) return {device: name, own}
  }
  return undefined
}

/** A family's packets with the paths rules give them, from the interface others reach the pod by. */
export interface PodPaths {
  readonly paths: PathFunctions
  readonly machine: NetworkNamespace
  readonly device: string
  readonly own: IpAddress
  readonly answering: (inbound: boolean) => Answering
}

/** Room to begin with; more is made as needed. */
const NODES_PER_RULE = 64

function podPaths(
  rulesets: readonly Ruleset[],
  given: NetworkNamespace,
  family: IpFamily,
  place: {readonly device: string; readonly own: IpAddress},
  bound: number,
): PodPaths {
  const machine = withDefaultRoute(given, family, place.device)
  const rules = rulesets.reduce((sum, set) => sum + ruleCount(set), 0)
  const space = packetSpace(createDiagram(rules * NODES_PER_RULE, bound), family, rulesets, machine)
  const table = outcomeTable()
  const paths = pathFunctions(space, table, rulesets, machine)
  return {
    paths,
    machine,
    ...place,
    answering: inbound => ({paths, table, machine, device: place.device, inbound}),
  }
}

/**
 * What is asked about the paths of all packets of a family. Where the rules split packets into more parts than `bound` nodes hold, `beyond` answers
 * instead, with what was given up on. Undefined when the pod has no address of the family.
 */
export function askPaths<T>(
  rulesets: readonly Ruleset[],
  given: NetworkNamespace,
  family: IpFamily,
  ask: (found: PodPaths) => T,
  beyond: (why: string) => T,
  bound = MOST_NODES,
): T | undefined {
  const place = primaryAddress(given, family)
  if (place === undefined) return undefined
  let found: PodPaths | undefined
  try {
    found = podPaths(rulesets, given, family, place, bound)
    return ask(found)
  } catch (error) {
    return beyond(whyGivenUp(error, found === undefined ? [] : [found.paths]))
  }
}
