import {matchesLabels, requirementsOf} from '../model/selector.js'
import type {Reading, RegisteredHost} from './registry.js'
import type {ProxyPlace} from './scope.js'
import type {IstioState} from './state.js'

/** A port the proxy's own application is served on. */
export interface InboundPort {
  readonly port: number
  readonly reading: Reading
}

/** One proxy in one state of the mesh: what its configuration is made of. */
export interface Viewpoint {
  readonly state: IstioState
  readonly place: ProxyPlace
  readonly ports: readonly InboundPort[]
}

/** Ports of the proxy itself: istiod makes no chains for them (istio.io, "Ports used by Istio"). */
const RESERVED = [15_001, 15_006, 15_008, 15_020, 15_021, 15_090]

function selects({selector, namespace}: RegisteredHost, place: ProxyPlace): boolean {
  return (
    selector !== undefined && namespace === place.namespace && matchesLabels(requirementsOf(selector), place.labels)
  )
}

/** The ports Services serve a workload on; of several Services on one port the oldest names the protocol. */
export function inboundPorts(
  state: IstioState,
  place: ProxyPlace,
  portNamed: (name: string) => number | undefined,
): readonly InboundPort[] {
  const found = new Map<number, InboundPort>()
  for (const host of state.hosts.filter(each => selects(each, place)))
    for (const {target, reading} of host.ports) {
      const port = typeof target === 'number' ? target : portNamed(target)
      if (port !== undefined && !found.has(port) && !RESERVED.includes(port)) found.set(port, {port, reading})
    }
  return [...found.values()]
}
