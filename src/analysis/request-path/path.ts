import type {Draw, Surroundings} from '../../model/envoy/proxy.js'
import type {IpPort} from '../../model/envoy/request.js'
import type {UpstreamCall} from '../../model/envoy/upstream-call.js'
import {parseIp} from '../../model/ip-address.js'
import {podLabel} from '../../model/kube-object.js'
import {objectLabel} from '../../model/pod.js'
import type {ZtunnelDump} from '../../model/ztunnel.js'
import {traceRequest} from '../envoy/trace.js'
import {ending, openEnding, type PathEnding} from './ending.js'
import {CERTIFICATE_REFUSED, CONNECT_TIMEOUT, NOT_TLS, REFUSED, TERMINATED, UNREACHABLE} from './failures.js'
import {enteringPod, leavingPod, NODE_PROCESS, type Opener, type Passing} from './kernel.js'
import type {Leg, ProxyRole} from './legs.js'
import {proxyEnding} from './proxy-ending.js'
import {envoyRequest, passedOn, type Speech, waitsForServer} from './speech.js'
import {destinationText, isUnroutable, UNKNOWN_ADDRESS} from './unroutable.js'
import type {MeshPod, MeshWorld, Site} from './world.js'
import {outOfPod, plainIntoPod} from './ztunnel-path.js'

/** The state of a request in the mesh. */
interface Journey {
  readonly world: MeshWorld
  readonly draw: Draw
  readonly legs: Leg[]
  /** Proxies passed so far, to detect loops. */
  depth: number
}

/** More proxies in sequence than this are a loop. */
const MAX_DEPTH = 12

function opener(site: Site): Opener {
  const {uid = 1337, gid = 1337} = site.kernel?.traits ?? {}
  return {uid, gid, boundTo: undefined}
}

function sentBy(journey: Journey, site: Site, call: UpstreamCall, from: Speech): PathEnding {
  const speech = passedOn(call, from, site, journey.world.now)
  const by = {...opener(site), boundTo: call.from}
  return openConnection(journey, site, {by, byProxy: true, toMesh: call.byControlPlane}, call.address, speech)
}

/** Why the client rejects the certificate of a proxy that accepted the handshake. */
function refusedServer(site: Site, speech: Speech, agreed: boolean): string | undefined {
  return agreed && site.certificate !== undefined ? speech.refuses?.(site.certificate) : undefined
}

/** The opener of a connection, and what is known of its destination. */
interface Opening {
  readonly by: Opener
  readonly byProxy: boolean
  /** istiod lists the address as part of the mesh. */
  readonly toMesh: boolean
}

interface Arrival {
  readonly destination: IpPort
  readonly acceptedBy: IpPort
  readonly redirected: boolean
  readonly source: string
}

function throughProxy(journey: Journey, site: Site, role: ProxyRole, arrival: Arrival, speech: Speech): PathEnding {
  const {world, draw, legs} = journey
  const request = envoyRequest(speech, {...arrival, source: {ip: arrival.source, port: 0}})
  const common = {kind: 'proxy', pod: site.pod, role, request, speech} as const
  if (site.proxy === undefined) {
    const unknown = openEnding(
      `the proxy configuration of ${podLabel(site.pod.ref)} is unknown: ${site.proxyGap}`,
      site.pod,
    )
    legs.push({...common, decision: undefined, ending: unknown})
    return unknown
  }
  if (++journey.depth > MAX_DEPTH) return openEnding('the request loops between proxies', site.pod)
  let last: PathEnding | undefined
  const surroundings: Surroundings = {
    upstream: () => undefined,
    send: call => {
      last = sentBy(journey, site, call, speech)
      return last.attempt
    },
    draw,
    now: world.now,
    patience: Number.POSITIVE_INFINITY,
  }
  const place = legs.length
  const decision = traceRequest(site.proxy, request, surroundings)
  const refused = refusedServer(site, speech, decision.facts.handshake?.kind === 'agreed')
  const end =
    refused === undefined
      ? proxyEnding(decision, site, speech, arrival.destination.port, last)
      : ending(CERTIFICATE_REFUSED, 'tls-mismatch', 'server-certificate-refused', refused, {pod: site.pod})
  const own: Leg = {...common, decision, ending: end}
  legs.splice(place, refused === undefined ? 0 : legs.length - place, own)
  return end
}

/** The behaviour of the application behind a socket: it responds with 200 if it is known to speak the protocol. */
function application(journey: Journey, pod: MeshPod, address: IpPort, speech: Speech): PathEnding {
  const {world, legs} = journey
  const tell = (text: string) => legs.push({kind: 'application', pod, address, speech, text})
  const http = world.speaksHttp(pod, address.port)
  if (speech.tls !== undefined && http) {
    tell('receives TLS, but is declared as plain HTTP')
    return ending(
      NOT_TLS,
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
  const because = `it reaches the application of ${where}`
  return ending({kind: 'answer', status: 200, after: 0}, 'delivered', 'application-reached', because, {pod})
}

function proxyRole(site: Site, inbound: boolean): ProxyRole {
  if (site.pod.mode === 'gateway' || site.pod.mode === 'waypoint') return 'gateway'
  return inbound ? 'server' : 'client'
}

/** A socket of the pod: the proxy's or the application's. */
function socket(journey: Journey, site: Site, address: IpPort, source: string, speech: Speech): PathEnding {
  const bound = (site.proxy?.listeners ?? []).some(
    each => each.bound && each.addresses.some(own => own.port === address.port),
  )
  if (bound || (site.proxy === undefined && proxyRole(site, true) === 'gateway')) {
    const arrival = {destination: address, acceptedBy: address, redirected: false, source}
    return throughProxy(journey, site, proxyRole(site, true), arrival, speech)
  }
  if (proxyRole(site, true) === 'gateway' && !site.pod.ports.includes(address.port)) {
    const because = `nothing listens on port ${address.port} of ${podLabel(site.pod.ref)}: its Envoy has no listener there`
    return ending(REFUSED, 'refused', 'not-listening', because, {pod: site.pod})
  }
  return application(journey, site.pod, address, speech)
}

const FAILED = {
  refused: [REFUSED, 'not-listening'],
  dropped: [CONNECT_TIMEOUT, 'packet-dropped'],
  error: [UNREACHABLE, 'unreachable'],
} as const

function failed(passing: Extract<Passing, {kind: 'fails'}>, pod: MeshPod): PathEnding {
  const [attempt, reason] = FAILED[passing.how]
  return ending(attempt, 'refused', reason, passing.text, {pod})
}

function kernelLeg(
  journey: Journey,
  leg: Omit<Extract<Leg, {kind: 'kernel'}>, 'kind' | 'walk' | 'text'>,
  passing: Passing,
): void {
  const text =
    passing.kind === 'proxy'
      ? `redirected to port ${passing.port}`
      : passing.kind === 'socket'
        ? `${leg.pod.mode === 'sidecar' ? 'not redirected: ' : ''}goes to ${destinationText(passing.address)} in the pod`
        : passing.kind === 'leaves'
          ? `sent to ${destinationText(passing.address)}, not redirected`
          : passing.text
  journey.legs.push({...leg, kind: 'kernel', walk: passing.walk, text})
}

const OUTBOUND = 15_001

/** A connection between two network namespaces. */
interface Flow {
  readonly to: IpPort
  readonly source: string
  readonly toMesh: boolean
}

/** Whether the application of an ambient pod can be reached on the address by ztunnel, which connects inside the pod. */
function inPod(journey: Journey, site: Site, to: IpPort, speech: Speech): PathEnding {
  const listeners = site.kernel?.machine.listeners
  const address = parseIp(to.ip)
  const open =
    listeners === undefined ||
    listeners.some(
      each =>
        each.protocol === 'tcp' &&
        each.port === to.port &&
        (each.address === undefined || (address !== undefined && each.address.bits === address.bits)),
    )
  if (open) return application(journey, site.pod, to, speech)
  const because = `nothing listens on ${destinationText(to)} of ${podLabel(site.pod.ref)}`
  return ending(TERMINATED, 'refused', 'not-listening', because, {pod: site.pod})
}

function byZtunnel(
  journey: Journey,
  site: Site,
  dump: ZtunnelDump,
  port: number,
  flow: Flow,
  speech: Speech,
): PathEnding {
  const {world, draw, legs} = journey
  const {to, source} = flow
  const plain = (onward: IpPort, said: Speech) => overNetwork(journey, {to: onward, source, toMesh: true}, said)
  const apply = (of: Site, address: IpPort, said: Speech) => inPod(journey, of, address, said)
  const taken = {world, draw, legs, site, dump, to, source, speech, plain, application: apply}
  return port === OUTBOUND ? outOfPod(taken) : plainIntoPod(taken)
}

function afterKernel(journey: Journey, site: Site, passing: Passing, flow: Flow, speech: Speech): PathEnding {
  const {to, source, toMesh} = flow
  switch (passing.kind) {
    case 'proxy': {
      if (site.ztunnel !== undefined) return byZtunnel(journey, site, site.ztunnel, passing.port, flow, speech)
      const outbound = passing.port === (site.kernel?.traits.outboundPort ?? OUTBOUND)
      const arrival = {destination: to, acceptedBy: {ip: '0.0.0.0', port: passing.port}, redirected: true, source}
      return throughProxy(journey, site, proxyRole(site, !outbound), arrival, speech)
    }
    case 'socket':
      return socket(journey, site, passing.address, source, speech)
    case 'leaves':
      return overNetwork(journey, {to: passing.address, source, toMesh}, speech)
    case 'fails':
      return failed(passing, site.pod)
    case 'unknown':
      return openEnding(`the kernel of ${podLabel(site.pod.ref)}: ${passing.text}`, site.pod)
  }
}

/** A process of the pod opens a connection. */
function openConnection(journey: Journey, site: Site, opening: Opening, to: IpPort, speech: Speech): PathEnding {
  const {by, byProxy, toMesh} = opening
  const passing = leavingPod(site, by, to)
  kernelLeg(journey, {pod: site.pod, direction: 'out', byProxy, to}, passing)
  const own = site.pod.addresses.find(each => each.includes(':') === to.ip.includes(':')) ?? ''
  return afterKernel(journey, site, passing, {to, source: by.boundTo ?? own, toMesh}, speech)
}

/** The network between pods: a Service address becomes that of an endpoint. */
function overNetwork(journey: Journey, flow: Flow, speech: Speech): PathEnding {
  const {world, legs, draw} = journey
  const {to} = flow
  const service = world.serviceAt(to.ip)
  if (service !== undefined) {
    const backends = world.backends(service, to.port)
    const name = objectLabel(service.object)
    const tell = (text: string) => legs.push({kind: 'service', service, port: to.port, backends, text})
    if (backends === undefined) {
      tell('its endpoints are unknown')
      return openEnding(`the endpoints of ${name} are unknown`)
    }
    if (!service.ports.some(each => each.port === to.port)) {
      tell(`has no port ${to.port}`)
      return ending(REFUSED, 'refused', 'no-service-port', `${name} has no port ${to.port}`)
    }
    if (backends.length === 0) {
      tell('has no ready endpoint')
      return ending(REFUSED, 'no-endpoint', 'no-endpoint', `${name} has no ready endpoint on port ${to.port}`)
    }
    const index =
      backends.length === 1
        ? 0
        : draw(
            'an endpoint',
            backends.map(() => 1),
          )
    const backend = backends[index]
    if (backend === undefined) return openEnding(`the endpoints of ${name} are unknown`)
    tell(`kube-proxy picks ${destinationText(backend)}`)
    // kube-proxy masquerades a pod that reaches itself through a Service.
    const source = backend.ip === flow.source ? (world.podAt(backend.ip)?.nodeIp ?? flow.source) : flow.source
    return arriveAt(journey, {...flow, source, to: backend, toMesh: true}, speech)
  }
  return arriveAt(journey, flow, speech)
}

function outside(journey: Journey, to: IpPort, toMesh: boolean): PathEnding {
  const {world, legs} = journey
  if (toMesh || world.isEndpoint(to.ip)) {
    legs.push({kind: 'outside', address: to, text: 'an endpoint of the mesh whose pod was not read'})
    return openEnding(`the pod at ${to.ip} was not captured: what happens there is unknown`)
  }
  if (to.ip === UNKNOWN_ADDRESS) {
    legs.push({kind: 'outside', address: to, text: 'the name does not resolve to a known address'})
    return openEnding('the address of the name is unknown, and the proxy forwards the connection to it')
  }
  const unroutable = isUnroutable(to.ip)
  if (unroutable !== undefined) {
    legs.push({kind: 'outside', address: to, text: `unroutable: ${unroutable}`})
    return ending(UNREACHABLE, 'refused', 'unreachable', `${to.ip} cannot be reached: ${unroutable}`)
  }
  legs.push({kind: 'outside', address: to, text: 'outside the cluster: unknown'})
  if (!world.complete) return openEnding(`the owner of address ${to.ip} is unknown`)
  return ending({kind: 'unknown'}, 'delivered', 'left-mesh', `it is sent to ${destinationText(to)}, outside the mesh`)
}

/** A connection arrives at an address: at a pod, or outside. */
function arriveAt(journey: Journey, flow: Flow, speech: Speech): PathEnding {
  const {to, source, toMesh} = flow
  const pod = journey.world.podAt(to.ip)
  const onNode = pod === undefined ? journey.world.hostPodAt(to.ip, to.port) : undefined
  if (onNode !== undefined) return application(journey, onNode, to, speech)
  if (pod === undefined) return outside(journey, to, toMesh)
  const site = journey.world.site(pod)
  const byNode = pod.mode === 'ambient' && source === pod.nodeIp
  const passing = enteringPod(site, byNode ? NODE_PROCESS : source, to)
  kernelLeg(journey, {pod, direction: 'in', byProxy: false, to}, passing)
  return afterKernel(journey, site, passing, flow, speech)
}

/** The source of a request: a pod, or an address outside the mesh. */
export type RequestOrigin = {readonly pod: MeshPod; readonly uid: number; readonly gid: number} | {readonly ip: string}

/** The path of one request, for one combination of picks. */
export interface RequestPath {
  readonly legs: readonly Leg[]
  readonly ending: PathEnding
}

/** Simulates a request from source to end. Throws `SiteNeeded` for a pod that must be read first. */
export function followRequest(
  world: MeshWorld,
  origin: RequestOrigin,
  to: IpPort,
  speech: Speech,
  draw: Draw,
): RequestPath {
  const journey: Journey = {world, draw, legs: [], depth: 0}
  if ('ip' in origin) {
    const ended = overNetwork(journey, {to, source: origin.ip, toMesh: false}, speech)
    return {legs: journey.legs, ending: ended}
  }
  const site = world.site(origin.pod)
  const by = {uid: origin.uid, gid: origin.gid, boundTo: undefined}
  const ended = openConnection(journey, site, {by, byProxy: false, toMesh: false}, to, speech)
  return {legs: journey.legs, ending: ended}
}
