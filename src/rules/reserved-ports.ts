import type {ReservedPort} from '../model/istio/reserved-ports.js'

/** The parameter for ports a team reserves in addition to Istio's. */
export const EXTRA_PORTS = {
  type: 'ports',
  default: [],
  about: 'additional reserved ports (TCP and UDP), such as those of a node agent',
} as const

/** A team's ports in the form of Istio's reserved ports. */
export function extraPorts(ports: readonly number[]): readonly ReservedPort[] {
  return ports.map(port => ({port, protocols: ['tcp', 'udp'], owner: 'organisation', purpose: 'this organisation'}))
}
