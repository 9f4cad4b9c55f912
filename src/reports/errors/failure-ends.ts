import type {Failure} from '../../analysis/access-failures/failures.js'
import {ipIn, isForwardedFor} from '../../analysis/access-failures/peer.js'
import {sideOf} from '../../analysis/log-explanation/side.js'
import type {MeshPod} from '../../analysis/request-path/world.js'
import type {Mesh} from '../../evidence/mesh-world/mesh.js'
import type {AccessLogEntry} from '../../model/envoy/log-line.js'
import {type PodRef, podLabel} from '../../model/kube/kube-object.js'

/** The access log of a pod's proxy. */
export interface WrittenLog {
  readonly pod: MeshPod
  readonly entries: readonly AccessLogEntry[]
}

type Ends = Pick<Failure, 'from' | 'to' | 'caller'>
type KnownMesh = Pick<Mesh, 'pods' | 'world'>

/** The pods whose proxies sent requests on, by the request id that both sides write. */
export function callersOf(logs: readonly WrittenLog[]): ReadonlyMap<string, MeshPod> {
  const sent = logs.flatMap(({pod, entries}) =>
    entries.flatMap(entry =>
      entry.requestId !== undefined && sideOf(entry) === 'client' ? [[entry.requestId, pod] as const] : [],
    ),
  )
  return new Map(sent)
}

function nameOf({workload, ref}: MeshPod): string {
  return `${workload}.${ref.namespace}`
}

/** The pod with the address; one in the network of its node shares that of the node with others. */
function podAt(pods: readonly MeshPod[], ip: string | undefined): MeshPod | undefined {
  return ip === undefined ? undefined : pods.find(each => !each.hostNetwork && each.addresses.includes(ip))
}

function portIn(address: string | undefined): string {
  return /:(\d+)$/.exec(address ?? '')?.[1] ?? '?'
}

function tunnelEnds(entry: AccessLogEntry, {pods, world}: KnownMesh): Ends {
  const {localAddress, remoteAddress, service, destinationPod, sourcePod} = entry
  const named = (ref: PodRef | undefined) =>
    pods.find(each => ref !== undefined && podLabel(each.ref) === podLabel(ref))
  const client = named(sourcePod) ?? podAt(pods, ipIn(remoteAddress))
  const server = named(destinationPod) ?? podAt(pods, ipIn(localAddress))
  const ip = ipIn(localAddress) ?? '?'
  const known = world.serviceAt(ip)?.object
  const called = known === undefined ? ip : `${known.name}.${known.namespace}`
  const whom = server === undefined ? (service ?? called) : nameOf(server)
  return {
    from: client === undefined ? (ipIn(remoteAddress) ?? '?') : nameOf(client),
    to: `${whom}:${portIn(localAddress)}`,
  }
}

/** Who opened the connection to a server: a remote address of X-Forwarded-For is that of a client before it. */
function callerOf(entry: AccessLogEntry, {pods}: KnownMesh, callers: ReadonlyMap<string, MeshPod>): Ends['caller'] {
  if (!isForwardedFor(entry.remoteAddress)) return podAt(pods, ipIn(entry.remoteAddress))?.ref
  return callers.get(entry.requestId ?? '')?.ref
}

/** The ends of a request of a server's line: behind a gateway they are the gateway and the server. */
function serverEnds(
  {pod}: WrittenLog,
  entry: AccessLogEntry,
  mesh: KnownMesh,
  callers: ReadonlyMap<string, MeshPod>,
): Ends {
  const caller = callerOf(entry, mesh, callers)
  const sender = caller && mesh.pods.find(({ref}) => podLabel(ref) === podLabel(caller))
  const ip = ipIn(entry.remoteAddress) ?? '?'
  const unnamed = isForwardedFor(entry.remoteAddress) ? 'a proxy that wrote X-Forwarded-For' : ip
  return {
    from: sender === undefined ? unnamed : nameOf(sender),
    to: `${nameOf(pod)}:${portIn(entry.localAddress)}`,
    caller,
  }
}

function clientEnds({pod}: WrittenLog, entry: AccessLogEntry, {pods}: KnownMesh): Ends {
  const [, port, , host] = /^outbound\|(\d+)\|([^|]*)\|(.+)$/.exec(entry.cluster ?? '') ?? []
  const to = host === undefined ? (entry.authority ?? entry.localAddress ?? '?') : `${host}:${port}`
  const ip = ipIn(entry.remoteAddress)
  const sender = podAt(pods, ip)
  const onNode = pods.some(({nodeIp}) => nodeIp !== undefined && nodeIp === ip)
  if (sender !== undefined) return {from: nameOf(sender), to}
  if (pod.mode === 'sidecar') return {from: nameOf(pod), to}
  return {from: onNode ? `node ${ip}` : (ip ?? '?'), to}
}

/** A failure with the ends of its request, by the line one of its proxies wrote. */
export function failureOf(
  log: WrittenLog,
  entry: AccessLogEntry,
  mesh: KnownMesh,
  callers: ReadonlyMap<string, MeshPod>,
): Failure {
  const side = sideOf(entry)
  const base = {entry, side, writer: podLabel(log.pod.ref)}
  if (entry.form === 'ztunnel') return {...base, ...tunnelEnds(entry, mesh)}
  return {...base, ...(side === 'server' ? serverEnds(log, entry, mesh, callers) : clientEnds(log, entry, mesh))}
}
