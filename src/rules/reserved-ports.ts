import type {ReservedPort} from '../model/reserved-ports.js'

/** Ports a team reserves beside the mesh's own, as a parameter of the rules about them. */
export const EXTRA_PORTS = {
  type: 'ports',
  default: [],
  about: 'ports, TCP and UDP, that this organisation reserves too, such as those of a node agent',
} as const

/** The ports of a team as the mesh's own are written. */
export function extraPorts(ports: readonly number[]): readonly ReservedPort[] {
  return ports.map(port => ({port, protocols: ['tcp', 'udp'], owner: 'organisation', purpose: 'this organisation'}))
}
