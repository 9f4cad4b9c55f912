import {chainOwner} from '../chain-owners.js'
import type {RuleDifference} from './drift.js'

function isRuntimeChain(name: string): boolean {
  return chainOwner(name)?.kind === 'pod'
}

/** True for rules that the runtime adds inside every pod of its kind: Docker's embedded DNS, and KubeVirt's network of the VM. */
export function isOfRuntime({kind, place, actual}: RuleDifference): boolean {
  if (kind !== 'foreign') return false
  const jumps = actual.flatMap(({actions}) =>
    actions.flatMap(action => (action.kind === 'jump' || action.kind === 'goto' ? [action.chain] : [])),
  )
  return isRuntimeChain(place.slice(place.lastIndexOf('/') + 1)) || (jumps.length > 0 && jumps.every(isRuntimeChain))
}

/** The sidecar's own ports for health and metrics, which no application serves: 15020, 15021 and 15090 (istio.io, "Ports used by Istio"). */
const OWN_PORTS: ReadonlySet<string> = new Set(['15020', '15021', '15090'])

/** True for a difference that changes no packet of an application: it exempts ports of the sidecar, or the container runtime made it. */
export function isHarmless(difference: RuleDifference): boolean {
  return exemptsOwnPorts(difference) || isOfRuntime(difference)
}

/** True for a difference that only exempts ports of the sidecar itself from capture: it changes where packets go, but none of an application. */
export function exemptsOwnPorts({kind, actual}: RuleDifference): boolean {
  return (
    kind === 'extra' &&
    actual.length > 0 &&
    actual.every(({conditions, actions}) => {
      const ports = conditions.filter(({field, negated}) => field === 'destination-port' && !negated)
      const own = ports.length > 0 && ports.every(({values}) => values.every(value => OWN_PORTS.has(value)))
      return own && actions.every(({kind: action}) => action === 'return')
    })
  )
}
