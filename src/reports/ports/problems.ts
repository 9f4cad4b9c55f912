import type {PortRow} from '../../analysis/ports/port-map.js'
import type {PodMode} from '../../model/istio/pod-mode.js'
import {socketAddress} from '../../model/kernel/socket.js'

/** A declared port that does not work as declared: what is wrong and how to fix it. */
export interface PortProblem {
  readonly port: number
  readonly protocol: 'tcp' | 'udp'
  readonly severity: 'error' | 'warning' | 'info'
  readonly what: string
  readonly remedy: string
}

function claimants(row: PortRow): string {
  const containers = row.declaredBy.map(name => `container ${name}`)
  const services = row.bound.map(({service, port}) => `Service ${service.object.name}:${port.port}`)
  return [...containers, ...services].join(', ')
}

/** Why a server is expected there: `target of Service details:9090`, `declared by container app`. */
function declaredBy(row: PortRow): string {
  const services = row.bound.map(({service, port}) => `Service ${service.object.name}:${port.port}`)
  return [
    ...(row.declaredBy.length === 0 ? [] : [`declared by container ${row.declaredBy.join(', ')}`]),
    ...(services.length === 0 ? [] : [`target of ${services.join(', ')}`]),
  ].join(', ')
}

function clash(row: PortRow): Omit<PortProblem, 'port' | 'protocol' | 'severity'> {
  const purpose = row.reserved?.purpose ?? 'the mesh'
  const users = claimants(row)
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
        what: `listens on ${socket === undefined ? 'loopback' : socketAddress(socket)} only (${declaredBy(row)})`,
        remedy: `The sidecar connects to the pod's own address (since Istio 1.10): listen on 0.0.0.0 or [::].`,
      }
    case 'not listening':
      if (mode === 'gateway' || mode === 'waypoint') {
        return {
          severity: 'info',
          what: `nothing is listening (${declaredBy(row)})`,
          remedy: 'No Gateway server uses it.',
        }
      }
      return {
        severity: row.bound.length > 0 ? 'error' : 'warning',
        what: `nothing is listening (${declaredBy(row)})`,
        remedy: 'Start a server on it, or correct the port in the Service or container.',
      }
    case 'not started':
      return {
        severity: 'info',
        what: `the container has not started (${declaredBy(row)})`,
        remedy: 'Find out first why the pod is not ready: run meshctl check.',
      }
    case 'bypasses the sidecar':
      return {
        severity: 'warning',
        what: `excluded from capture: connections bypass the sidecar (${declaredBy(row)})`,
        remedy: 'mTLS and policies do not apply to it; remove it from the exclude list unless this is intentional.',
      }
    case 'undeclared':
      return row.protocol === 'udp'
        ? undefined
        : {
            severity: 'info',
            what: 'listening, but no container port or Service declares it',
            remedy: 'Declare it so that policies by port apply to it.',
          }
    default:
      return undefined
  }
}

const ORDER = {error: 0, warning: 1, info: 2}

/** The ports with problems, worst first. */
export function portProblems(rows: readonly PortRow[], mode: PodMode | 'unknown'): readonly PortProblem[] {
  const known = mode === 'unknown' ? 'none' : mode
  return rows
    .flatMap((row): PortProblem[] => {
      const problem = problemOf(row, known)
      return problem === undefined ? [] : [{port: row.port, protocol: row.protocol, ...problem}]
    })
    .sort((a, b) => ORDER[a.severity] - ORDER[b.severity] || a.port - b.port)
}
