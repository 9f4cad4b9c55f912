import type {Draw} from '../../model/envoy/proxy.js'
import type {IpPort} from '../../model/envoy/request.js'
import type {Attempt} from '../../model/envoy/upstream-call.js'
import type {ZtunnelDump} from '../../model/istio/ztunnel.js'
import {podLabel} from '../../model/kube/kube-object.js'
import {ending, openEnding, type PathEnding} from './ending.js'
import {NOT_TLS, TERMINATED, UNREACHABLE} from './failures.js'
import type {Flow, Journey} from './journey.js'
import {assumedListener, listensOn} from './listening.js'
import {type Speech, waitsForServer} from './speech.js'
import {refusedPlaintext} from './unread-sidecar.js'
import {destinationText, isUnroutable, UNKNOWN_ADDRESS} from './unroutable.js'
import type {MeshPod, Site} from './world.js'

const ANSWERED: Attempt = {kind: 'answer', status: 200, after: 0}

/** The behaviour of the application behind a socket: it responds with 200 if it is known to speak the protocol. */
export function application(
  journey: Journey,
  pod: MeshPod,
  address: IpPort,
  speech: Speech,
  condition: string | undefined,
): PathEnding {
  const {world, legs} = journey
  const tell = (text: string) => legs.push({kind: 'application', pod, address, speech, text})
  const http = world.speaksHttp(pod, address.port)
  if (speech.tls !== undefined && http) {
    tell('receives TLS, but is declared as plain HTTP')
    // A proxy that forwards the bytes of its client has no handshake of its own that could fail.
    return ending(
      speech.forwarded === true ? ANSWERED : NOT_TLS,
      'tls-mismatch',
      'tls-to-plain-text',
      `the application on port ${address.port} receives TLS and replies in plaintext`,
      {
        pod,
      },
    )
  }
  if (speech.tls === undefined && waitsForServer(speech) && http) {
    tell('accepts the connection and waits for a request')
    const because = `the application on port ${address.port} speaks HTTP: the client must send first`
    return ending({kind: 'silence'}, 'refused', 'both-wait', because, {pod})
  }
  tell('accepts the connection')
  const where = `${podLabel(pod.ref)} port ${address.port}`
  const because = `it reaches the application in ${where}`
  return ending(ANSWERED, 'delivered', 'application-reached', because, {pod, condition})
}

/** Whether the application of an ambient pod can be reached on the address by ztunnel, which connects inside the pod. */
export function inPod(journey: Journey, site: Site, to: IpPort, speech: Speech): PathEnding {
  if (listensOn(site, to) !== false) return application(journey, site.pod, to, speech, assumedListener(site, to))
  const because = `nothing listens on ${destinationText(to)} of ${podLabel(site.pod.ref)}`
  return ending(TERMINATED, 'refused', 'not-listening', because, {pod: site.pod})
}

/** An address that is not a captured pod's: outside the mesh, or not known. */
export function outside(journey: Journey, to: IpPort, toMesh: boolean): PathEnding {
  const {world, legs} = journey
  if (toMesh || world.isEndpoint(to.ip)) {
    legs.push({kind: 'outside', address: to, text: 'an endpoint of the mesh whose pod was not read'})
    return openEnding(`the pod at ${to.ip} was not captured: what happens there is unknown`)
  }
  if (to.ip === UNKNOWN_ADDRESS) {
    legs.push({kind: 'outside', address: to, text: 'the name does not resolve to a known address'})
    return openEnding('the address of the name is unknown, and the proxy forwards the connection to it')
  }
  const unroutable = world.wasService(to.ip) ? 'no Service has it any more' : isUnroutable(to.ip)
  if (unroutable !== undefined) {
    legs.push({kind: 'outside', address: to, text: `unroutable: ${unroutable}`})
    return ending(UNREACHABLE, 'refused', 'unreachable', `${to.ip} cannot be reached: ${unroutable}`)
  }
  legs.push({kind: 'outside', address: to, text: 'outside the cluster: unknown'})
  if (!world.complete) return openEnding(`the owner of address ${to.ip} is unknown`)
  const condition = `the server at ${destinationText(to)}, outside the mesh, accepts it`
  const because = `it is sent to ${destinationText(to)}, outside the mesh`
  return ending({kind: 'unknown'}, 'delivered', 'left-mesh', because, {condition})
}

/** A pod that only ztunnel reports: all that is known is whether its mTLS mode accepts plaintext. */
export function atStranger(journey: Journey, pod: MeshPod, dump: ZtunnelDump, flow: Flow, speech: Speech): PathEnding {
  const {to, source} = flow
  const refused = speech.tls === undefined ? refusedPlaintext(dump, pod, to, source) : undefined
  journey.legs.push({kind: 'outside', address: to, text: refused ?? 'a pod of the mesh that was not captured'})
  if (refused === undefined)
    return openEnding(`the pod at ${to.ip} was not captured: what happens there is unknown`, pod)
  return ending(TERMINATED, 'tls-mismatch', 'plain-text-to-mtls', refused, {pod})
}

/** The client gets a response for a failed connection if its pod has a sidecar, which is unknown for a pod that was not captured. */
export function byUnknownSender({knownTo, mode}: MeshPod, end: PathEnding, {head}: Speech, draw: Draw): PathEnding {
  const {attempt} = end
  if (knownTo === undefined || mode !== 'none' || head === undefined || attempt.kind !== 'failure') return end
  if (draw('whether the sender has a sidecar', [1, 1]) === 1) return end
  return {...end, attempt: {kind: 'answer', status: attempt.failure.status, after: 0}}
}
