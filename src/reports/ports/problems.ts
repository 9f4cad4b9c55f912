import type {PortRow} from '../../analysis/ports/port-map.js'
import type {PodMode} from '../../model/pod-mode.js'
import {socketAddress} from '../../model/socket.js'

/** A port that does not do what it promises: what, why it matters, what to do. */
export interface PortProblem {
  readonly port: number
  readonly protocol: 'tcp' | 'udp'
  readonly severity: 'error' | 'warning' | 'info'
  readonly what: string
  readonly remedy: string
}

function promisers(row: PortRow): string {
  const containers = row.declaredBy.map(name => `container ${name}`)
  const services = row.bound.map(({service, port}) => `Service ${service.object.name}:${port.port}`)
  return [...containers, ...services].join(', ')
}

function clash(row: PortRow): Omit<PortProblem, 'port' | 'protocol' | 'severity'> {
  const purpose = row.reserved?.purpose ?? 'the mesh'
  const users = promisers(row)
  return {
    what: `reserved for ${purpose}, but ${users === '' ? 'an application listens on it' : `claimed by ${users}`}`,
    remedy: 'Give the application another port.',
  }
}

function problemOf(row: PortRow, mode: PodMode): Omit<PortProblem, 'port' | 'protocol'> | undefined {
  const [socket] = row.sockets
  switch (row.verdict) {
    case 'clash':
      return {severity: 'error', ...clash(row)}
    case 'loopback only':
      return {
        severity: row.bound.length > 0 ? 'error' : 'warning',
        what: `listens on ${socket === undefined ? 'the loopback' : socketAddress(socket)} only, promised by ${promisers(row)}`,
        remedy: `The sidecar connects to the pod's own address (since Istio 1.10): listen on 0.0.0.0 or [::].`,
      }
    case 'not listening':
      if (mode === 'gateway' || mode === 'waypoint') {
        return {
          severity: 'info',
          what: `nobody listens, promised by ${promisers(row)}`,
          remedy: 'No Gateway server uses it.',
        }
      }
      return {
        severity: row.bound.length > 0 ? 'error' : 'warning',
        what: `nobody listens, promised by ${promisers(row)}`,
        remedy: 'Start a server on it, or correct the port in the Service or container.',
      }
    case 'not started':
      return {
        severity: 'info',
        what: `promised by ${promisers(row)}, whose container has not started`,
        remedy: 'Find out why the pod is not ready first: meshctl check says so.',
      }
    case 'bypasses the sidecar':
      return {
        severity: 'warning',
        what: `excluded from capture: connections to ${promisers(row)} do not pass the sidecar`,
        remedy: 'No mTLS and no policy apply there; take it out of the exclude list if that is not meant.',
      }
    case 'undeclared':
      return row.protocol === 'udp'
        ? undefined
        : {
            severity: 'info',
            what: 'listens, but no container port or Service names it',
            remedy: 'Declare it so that policies by port apply as meant.',
          }
    default:
      return undefined
  }
}

const ORDER = {error: 0, warning: 1, info: 2}

/** The ports that need a look, worst first. */
export function portProblems(rows: readonly PortRow[], mode: PodMode | 'unknown'): readonly PortProblem[] {
  const known = mode === 'unknown' ? 'none' : mode
  return rows
    .flatMap((row): PortProblem[] => {
      const problem = problemOf(row, known)
      return problem === undefined ? [] : [{port: row.port, protocol: row.protocol, ...problem}]
    })
    .sort((a, b) => ORDER[a.severity] - ORDER[b.severity] || a.port - b.port)
}
