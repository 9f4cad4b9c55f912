import {groupedBy} from '../../model/collections/grouped-by.js'
import {type IstioVersion, isOlder} from '../../model/istio/istio-version.js'
import type {PodMode} from '../../model/istio/pod-mode.js'
import type {ReservedPort} from '../../model/istio/reserved-ports.js'
import {type ListeningSocket, type SocketProtocol, type SocketTable, socketReach} from '../../model/kernel/socket.js'
import {injectedContainer, type PodModel} from '../../model/kube/pod.js'
import {proxyIds, reservedPorts} from '../pod-mode/pod-mode.js'
import {inboundCapture, isCaptured} from '../traffic-capture/inbound-capture.js'
import {type BoundPort, declaredPorts} from './service-ports.js'

/** How connections from the mesh to a port end. */
export type PortVerdict =
  | 'mesh'
  | 'reachable'
  | 'plain'
  | 'clash'
  | 'loopback only'
  | 'not listening'
  | 'not started'
  | 'bypasses the sidecar'
  | 'undeclared'
  | 'private'
  | 'unknown'

/** One port of a pod: its sockets, its declarations, and how connections to it end. */
export interface PortRow {
  readonly port: number
  readonly protocol: SocketProtocol
  readonly sockets: readonly ListeningSocket[]
  readonly reserved?: ReservedPort
  readonly declaredBy: readonly string[]
  readonly bound: readonly BoundPort[]
  readonly verdict: PortVerdict
}

export interface PortFacts {
  readonly pod: PodModel
  readonly mode: PodMode
  readonly bound: readonly BoundPort[]
  /** Absent when the sockets could not be read. */
  readonly sockets?: SocketTable
  readonly version?: IstioVersion
  /** False where the kernel rules of an ambient pod were read and send nothing inbound to ztunnel. */
  readonly redirected?: boolean
}

const ANY_ADDRESS = ['0.0.0.0', '::', '*']

/** The sockets ztunnel, a process of the node, opens in every pod it serves: there its name is not seen, and its user is root (ztunnel, src/config.rs). */
function isZtunnelSocket({port, address, protocol}: ListeningSocket): boolean {
  if (port === 15_053) return socketReach(address) === 'loopback'
  return protocol === 'tcp' && [15_001, 15_006, 15_008].includes(port) && ANY_ADDRESS.includes(address)
}

/** True when a process of Istio owns the socket (lsof truncates names to nine characters); undefined when neither process nor uid is known. */
export function isMeshSocket(socket: ListeningSocket, pod: PodModel, mode?: PodMode): boolean | undefined {
  if (socket.process !== undefined) return /^(envoy|ztunnel|pilot-(age|dis))/.test(socket.process)
  if (socket.uid === undefined) return undefined
  if (mode === 'ambient' && socket.uid === 0 && isZtunnelSocket(socket)) return true
  const own = injectedContainer(pod, 'istio-proxy')?.security.runAsUser
  return proxyIds(pod).uids.includes(socket.uid) || socket.uid === own
}

function isMeshPort(row: Omit<PortRow, 'verdict'>, facts: PortFacts): boolean {
  if (row.sockets.some(socket => isMeshSocket(socket, facts.pod, facts.mode) === false)) return false
  return row.declaredBy.length === 0 && (row.bound.length === 0 || facts.mode !== 'sidecar')
}

/** True when the containers that would listen are not running yet, so that a missing socket proves nothing. */
function isNotStarted(row: Omit<PortRow, 'verdict'>, pod: PodModel): boolean {
  const apps = pod.containers.filter(container => !container.injected && container.role === 'app')
  const named = apps.filter(container => row.declaredBy.includes(container.name))
  const candidates = named.length > 0 ? named : apps
  return candidates.length > 0 && candidates.every(({state}) => state !== undefined && state.state !== 'running')
}

/**
 * Since Istio 1.10 the sidecar connects to the pod's own address, before that to 127.0.0.1 (istio.io, 1.10 upgrade notes), so a server on
 * loopback only is unreachable from 1.10 on. Include and exclude lists decide about capture for TCP; UDP is never captured.
 */
function verdictOf(row: Omit<PortRow, 'verdict'>, facts: PortFacts): PortVerdict {
  const {mode, pod} = facts
  const isDeclared = row.declaredBy.length > 0 || row.bound.length > 0
  if (row.reserved !== undefined && mode !== 'none' && mode !== 'control-plane') {
    if (isMeshPort(row, facts)) return 'mesh'
    return row.reserved.soft === true ? 'plain' : 'clash'
  }
  if (facts.sockets === undefined) return 'unknown'
  if (row.sockets.length === 0) {
    if (row.protocol === 'udp') return 'unknown'
    return mode !== 'gateway' && isNotStarted(row, pod) ? 'not started' : 'not listening'
  }
  if (['gateway', 'waypoint', 'ztunnel', 'control-plane'].includes(mode)) return isDeclared ? 'plain' : 'mesh'
  const loopback = row.sockets.every(({address}) => socketReach(address) === 'loopback')
  if (loopback && !isDeclared) return 'private'
  if (loopback && mode === 'sidecar' && isOlder(facts.version, 1, 10)) return 'reachable'
  if (loopback) return 'loopback only'
  const byZtunnel =
    mode === 'ambient' &&
    facts.redirected !== false &&
    pod.annotations['ambient.istio.io/bypass-inbound-capture'] !== 'true'
  if (byZtunnel && row.protocol === 'tcp') return isDeclared ? 'reachable' : 'undeclared'
  if (mode !== 'sidecar' || row.protocol === 'udp') return isDeclared ? 'plain' : 'undeclared'
  if (!isCaptured(inboundCapture(pod), row.port)) return isDeclared ? 'bypasses the sidecar' : 'undeclared'
  return isDeclared ? 'reachable' : 'undeclared'
}

function transport(kubernetes: string): SocketProtocol {
  return kubernetes === 'UDP' ? 'udp' : 'tcp'
}

/** Before 1.3, and with listed ports before 1.6, Envoy took both directions on 15001: then nothing listens on 15006. */
function onePort(held: ReservedPort, {mode, sockets}: PortFacts): ReservedPort {
  const tcp = (sockets?.sockets ?? []).filter(({protocol}) => protocol === 'tcp').map(({port}) => port)
  const both = mode === 'sidecar' && held.port === 15001 && tcp.includes(15001) && !tcp.includes(15006)
  return both ? {...held, purpose: 'Envoy capture, inbound and outbound'} : held
}

/** Joins the listening sockets, the declared ports (container ports, Service target ports) and Istio's reserved ports: one row per port. */
export function portMap(facts: PortFacts): readonly PortRow[] {
  const rows = new Map<string, {port: number; protocol: SocketProtocol}>()
  const key = (port: number | undefined, protocol: SocketProtocol) => `${port}/${protocol}`
  const add = (port: number, protocol: SocketProtocol) => rows.set(key(port, protocol), {port, protocol})
  const declared = declaredPorts(facts.pod).filter(each => each.protocol !== 'SCTP')
  for (const socket of facts.sockets?.sockets ?? []) add(socket.port, socket.protocol)
  for (const each of declared) add(each.port, transport(each.protocol))
  for (const {target, port} of facts.bound) if (target !== undefined) add(target, transport(port.protocol))
  const reserved = reservedPorts(facts.mode, facts.pod).map(each => onePort(each, facts))
  const socketsOf = groupedBy(facts.sockets?.sockets ?? [], each => key(each.port, each.protocol))
  const declaredOf = groupedBy(declared, each => key(each.port, transport(each.protocol)))
  const boundOf = groupedBy(facts.bound, each => key(each.target, transport(each.port.protocol)))
  return [...rows.entries()]
    .sort(([, a], [, b]) => a.port - b.port || (a.protocol < b.protocol ? -1 : 1))
    .map(([at, {port, protocol}]) => {
      const row = {
        port,
        protocol,
        sockets: socketsOf.get(at) ?? [],
        reserved: reserved.find(each => each.port === port && each.protocols.includes(protocol)),
        declaredBy: (declaredOf.get(at) ?? []).map(each => each.container),
        bound: boundOf.get(at) ?? [],
      }
      return {...row, verdict: verdictOf(row, facts)}
    })
}
