import {definedFields} from '../../../model/collections/defined-fields.js'
import {formatIp, type IpAddress} from '../../../model/kernel/ip-address.js'
import type {NetworkNamespace} from '../../../model/kernel/network-namespace.js'
import type {Hook} from '../../../model/kernel/ruleset.js'
import {rewrittenTo} from '../packet-walk/targets.js'
import type {Turn} from '../packet-walk/verdict.js'
import type {Node} from './diagram.js'
import {ANY_OTHER, between, type Dimension, type DimensionName, equalTo, type PacketSpace} from './dimensions.js'
import type {PacketOutcome, Written} from './outcomes.js'
import {keepsMark, rewritesDestination, type Transform, then, UNCHANGED} from './transform.js'

/** A stage of the path: the packets in it, what is known about all of them, and what rules changed. */
export interface Stage {
  /** The packets of the question; for others the outcome is `none`. */
  readonly care: Node
  /** Known for all of them; `changed` when a rule set it. */
  readonly destination: {readonly value?: IpAddress; readonly changed: boolean}
  readonly port: Written<number>
  readonly source: IpAddress | undefined
  readonly sourcePort: number | undefined
  readonly inName: string
  readonly outName: string
  readonly owned: boolean
  readonly done: Transform
  readonly turned: Turn | undefined
  readonly destinationDone: boolean
  readonly sourceDone: boolean
  readonly laps: number
  /** The routing decision in force, by number. */
  readonly decision: number
  /** True when destination or mark were changed at this hook. */
  readonly moved: boolean
}

/** The stage of packets at the start of their path, before any hook. */
export function firstStage(care: Node, known: Partial<Stage>): Stage {
  return {
    care,
    destination: {changed: false},
    port: 'asked',
    source: undefined,
    sourcePort: undefined,
    inName: '',
    outName: '',
    owned: true,
    done: UNCHANGED,
    turned: undefined,
    destinationDone: false,
    sourceDone: false,
    laps: 0,
    decision: -1,
    moved: false,
    ...known,
  }
}

/** The stage after the nat chains of a hook: a connection is translated once in each direction. */
export function afterNat(stage: Stage, hook: Hook): Stage {
  if (rewritesDestination(hook)) return {...stage, destinationDone: true}
  return hook === 'forward' ? stage : {...stage, sourceDone: true}
}

/** The stage after what the rules of a base chain changed. */
export function stageAfter(
  stage: Stage,
  {rewrite, ...marks}: Transform,
  at: {readonly machine: NetworkNamespace; readonly family: PacketSpace['family']; readonly hook: Hook},
): Stage {
  const moved = stage.moved || !keepsMark(marks)
  const marked = {...stage, done: then(stage.done, marks), moved}
  if (rewrite === undefined) return marked
  const to = rewrittenTo(rewrite, {...at, inName: stage.inName, outName: stage.outName})
  const translated = {...marked, ...(rewritesDestination(at.hook) ? {destinationDone: true} : {sourceDone: true})}
  if (rewrite.kind !== 'redirect' && rewrite.kind !== 'dnat')
    return {...translated, source: to.address ?? stage.source, sourcePort: to.port ?? stage.sourcePort}
  return {
    ...translated,
    moved: moved || to.address !== undefined,
    destination: to.address === undefined ? stage.destination : {value: to.address, changed: true},
    port: to.port ?? stage.port,
    turned: rewrite.turn,
  }
}

/** The outcome of packets that reach the end of their path: sent through an interface, or delivered without one. */
export function outcomeOf({done, destination, port, turned}: Stage, device: string | undefined): PacketOutcome {
  const address: Written<string> =
    destination.changed && destination.value !== undefined ? formatIp(destination.value) : 'asked'
  if (device !== undefined) return {kind: 'sent', device, address, port}
  const {tproxy} = done
  return {
    kind: 'delivered',
    address,
    port: tproxy === undefined ? port : Number(tproxy.port),
    transparent: tproxy !== undefined,
    ...definedFields({turned: tproxy === undefined ? turned : ('tproxy' as const)}),
  }
}

/** A key that is equal for equal stages. */
export function stageKey(stage: Stage): string {
  const {destination, source, ...rest} = stage
  return JSON.stringify([destination.value?.bits.toString(), destination.changed, source?.bits.toString(), rest])
}

/** The code of an interface; an unnamed one gets the code after all names. */
function interfaceCode({interfaces}: PacketSpace, name: string): number {
  const code = interfaces.indexOf(name)
  return code < 0 ? interfaces.length : code
}

/** Properties whose value is the same for all packets of a stage. */
export function knownValues(space: PacketSpace, stage: Stage): readonly {dimension: Dimension; value: bigint}[] {
  const {dimensions} = space
  const {destination, port, source, sourcePort, inName, outName, owned} = stage
  const known = (name: DimensionName, value: bigint | number | undefined) =>
    value === undefined ? [] : [{dimension: dimensions[name], value: BigInt(value)}]
  return [
    ...known('destination', destination.value?.bits),
    ...known('destination-port', port === 'asked' ? undefined : port),
    ...known('source', source?.bits),
    ...known('source-port', sourcePort),
    ...known('in-interface', interfaceCode(space, inName)),
    ...known('out-interface', interfaceCode(space, outName)),
    ...known('owner', owned ? undefined : 0),
  ]
}

/** If the interfaces are assumed: those that rules name as well, and any other. */
export function otherDevices(
  space: PacketSpace,
  machine: NetworkNamespace,
): readonly {readonly name: string; readonly packets: Node}[] {
  const {diagram, dimensions, interfaces} = space
  const dimension = dimensions['out-interface']
  const known = new Set(['', 'lo', ...machine.interfaces.map(({name}) => name)])
  const named = interfaces.flatMap((name, code) =>
    known.has(name) ? [] : [{name, packets: equalTo(diagram, dimension, code)}],
  )
  const unnamed = between(diagram, dimension, interfaces.length, Number.MAX_SAFE_INTEGER)
  return machine.assumed && space.asksInterfaces ? [...named, {name: ANY_OTHER, packets: unnamed}] : []
}
