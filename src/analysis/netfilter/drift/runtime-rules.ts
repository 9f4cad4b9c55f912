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
