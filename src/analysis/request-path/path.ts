import type {Draw, Surroundings} from '../../model/envoy/proxy.js'
import type {InnerConnection, IpPort} from '../../model/envoy/request.js'
import type {UpstreamCall} from '../../model/envoy/upstream-call.js'
import type {ZtunnelDump} from '../../model/istio/ztunnel.js'
import {podLabel} from '../../model/kube/kube-object.js'
import {objectLabel} from '../../model/kube/pod.js'
import {drawnEvenly} from '../envoy/evenly.js'
import {traceRequest} from '../envoy/trace.js'
import {application, atStranger, byUnknownSender, inPod, outside} from './arrivals.js'
import {ending, openEnding, type PathEnding} from './ending.js'
import {CERTIFICATE_REFUSED, CONNECT_TIMEOUT, REFUSED, UNREACHABLE} from './failures.js'
import type {Flow, Journey} from './journey.js'
import {enteringPod, leavingPod, NODE_PROCESS, type Opener, type Passing} from './kernel.js'
import type {Leg, ProxyRole} from './legs.js'
import {assumedListener, listensOn} from './listening.js'
import {stoppedByNetworkPolicy} from './network-policy.js'
import {proxyEnding} from './proxy-ending.js'
import {envoyRequest, passedOn, type Speech} from './speech.js'
import {intoUnreadSidecar, outOfUnreadSidecar} from './unread-sidecar.js'
import {destinationText} from './unroutable.js'
import type {MeshPod, MeshWorld, Site} from './world.js'
import {ztunnelAway} from './ztunnel-away.js'
import {outOfPod, plainIntoPod, throughTunnel, type ZtunnelArrival} from './ztunnel-path.js'

/** More proxies in sequence than this are a loop. */
const MAX_DEPTH = 12

function opener(site: Site): Opener {
  const {uid = 1337, gid = 1337} = site.kernel?.traits ?? {}
  return {uid, gid, boundTo: undefined}
}

/** The identity of a proxy in the terms of policies at ztunnel: its SPIFFE id without the scheme. */
function principalOf({certificate, pod}: Site): string {
  const id = certificate?.uriSans[0]?.replace(/^spiffe:\/\//, '')
  return id ?? `cluster.local/ns/${pod.ref.namespace}/sa/${pod.serviceAccount}`
}

function sentBy(journey: Journey, site: Site, call: UpstreamCall, from: Speech): PathEnding {
  const speech = passedOn(call, from, site, journey.world.now)
  if (call.hbone) {
    const source = site.pod.addresses[0] ?? ''
    return throughTunnel(arrivalOf(journey, source, speech), call.address, principalOf(site), source)
  }
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
  /** Arrives in a tunnel that the proxy itself ended. */
  readonly inner?: InnerConnection
}

function throughProxy(journey: Journey, site: Site, role: ProxyRole, arrival: Arrival, speech: Speech): PathEnding {
  const {world, draw, legs} = journey
  const asked = envoyRequest(speech, {...arrival, source: {ip: arrival.source, port: 0}})
  const request = arrival.inner === undefined ? asked : {...asked, inner: arrival.inner}
  const common = {kind: 'proxy', pod: site.pod, role, request, speech} as const
  if (site.proxy === undefined && site.neighbour !== undefined) {
    const {destination: to, source} = arrival
    const unread = {...arrivalOf(journey, source, speech), site, neighbour: site.neighbour, to, source}
    return role === 'client' ? outOfUnreadSidecar(unread) : intoUnreadSidecar(unread)
  }
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
  const decision = traceRequest({...site.proxy, resolve: world.addressesOf}, request, surroundings)
  const refused = refusedServer(site, speech, decision.facts.handshake?.kind === 'agreed')
  const end =
    refused === undefined
      ? proxyEnding(decision, site, speech, arrival.destination.port, last)
      : ending(CERTIFICATE_REFUSED, 'tls-mismatch', 'server-certificate-refused', refused, {pod: site.pod})
  const own: Leg = {...common, decision, ending: end}
  legs.splice(place, refused === undefined ? 0 : legs.length - place, own)
  return end
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
  // The packet walk asked the sockets where it knows the rules; without rules they decide alone.
  if (site.kernel === undefined && listensOn(site, address) === false) {
    const because = `nothing listens on ${destinationText(address)} of ${podLabel(site.pod.ref)}`
    return ending(REFUSED, 'refused', 'not-listening', because, {pod: site.pod})
  }
  return application(journey, site.pod, address, speech, assumedListener(site, address))
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

function arrivalOf(journey: Journey, source: string, speech: Speech): ZtunnelArrival {
  const {world, legs, draw} = journey
  return {
    world,
    draw,
    legs,
    speech,
    plain: (onward, said, tunnelPort) => overNetwork(journey, {to: onward, source, toMesh: true, tunnelPort}, said),
    application: (of, address, said) => inPod(journey, of, address, said),
  }
}

/** The internal listener behind a waypoint's HBONE listener, and what the latter tells it about the tunnel (istiod's waypoints). */
const WAYPOINT_LISTENER = 'main_internal'

function inWaypoint(
  journey: Journey,
  site: Site,
  to: IpPort,
  principal: string,
  source: string,
  speech: Speech,
): PathEnding {
  const filterState = new Map([
    ['io.istio.peer_principal', `spiffe://${principal}`],
    ['io.istio.local_principal', `spiffe://${principalOf(site)}`],
    ['io.istio.connect_authority', destinationText(to)],
    ['envoy.filters.listener.original_dst.local_ip', destinationText(to)],
    ['envoy.filters.listener.original_dst.remote_ip', source],
  ])
  const inner = {listener: WAYPOINT_LISTENER, filterState}
  return throughProxy(
    journey,
    site,
    'gateway',
    {destination: to, acceptedBy: to, redirected: true, source, inner},
    speech,
  )
}

function byZtunnel(
  journey: Journey,
  site: Site,
  dump: ZtunnelDump,
  port: number,
  flow: Flow,
  speech: Speech,
): PathEnding {
  const {to, source} = flow
  const taken = {
    ...arrivalOf(journey, source, speech),
    site,
    dump,
    to,
    source,
    inWaypoint: (of: Site, address: IpPort, principal: string, client: string, said: Speech) =>
      inWaypoint(journey, of, address, principal, client, said),
  }
  return port === OUTBOUND ? outOfPod(taken) : plainIntoPod(taken)
}

/** The rules lead to ztunnel, and what it knows was not read. */
function withoutZtunnel({world, draw}: Journey, {pod}: Site): PathEnding {
  const away = ztunnelAway(world, pod, draw)
  return away ?? openEnding(`what the ztunnel of ${podLabel(pod.ref)} knows was not read`, pod)
}

function afterKernel(journey: Journey, site: Site, passing: Passing, flow: Flow, speech: Speech): PathEnding {
  const {to, source, toMesh} = flow
  switch (passing.kind) {
    case 'proxy': {
      if (site.ztunnel !== undefined) return byZtunnel(journey, site, site.ztunnel, passing.port, flow, speech)
      if (site.pod.mode === 'ambient') return withoutZtunnel(journey, site)
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
    const backend = drawnEvenly(draw, 'an endpoint', backends)
    if (backend === undefined) return openEnding(`the endpoints of ${name} are unknown`)
    tell(`kube-proxy picks ${destinationText(backend)}`)
    // kube-proxy masquerades a pod that reaches itself through a Service.
    const source = backend.ip === flow.source ? (world.podAt(backend.ip)?.nodeIp ?? flow.source) : flow.source
    return arriveAt(journey, {...flow, source, to: backend, toMesh: true}, speech)
  }
  const beyond = world.beyondObjects(to)
  if (beyond !== undefined) {
    const at = drawnEvenly(draw, 'an endpoint', beyond)
    legs.push({kind: 'outside', address: to, text: 'a Service known only from ztunnel'})
    if (at === undefined)
      return ending(
        REFUSED,
        'no-endpoint',
        'no-endpoint',
        `the Service at ${to.ip} has no endpoint for port ${to.port}`,
      )
    return arriveAt(journey, {...flow, to: at, toMesh: true}, speech)
  }
  return arriveAt(journey, flow, speech)
}

/** A connection arrives at an address: at a pod, or outside. */
function arriveAt(journey: Journey, flow: Flow, speech: Speech): PathEnding {
  const {to, source, toMesh, tunnelPort} = flow
  const stopped = stoppedByNetworkPolicy(journey, source, {ip: to.ip, port: tunnelPort ?? to.port})
  if (stopped !== undefined) return stopped
  const pod = journey.world.podAt(to.ip)
  const onNode = pod === undefined ? journey.world.hostPodAt(to.ip, to.port) : undefined
  if (onNode !== undefined) return application(journey, onNode, to, speech, undefined)
  if (pod === undefined) return outside(journey, to, toMesh)
  if (pod.knownTo !== undefined && pod.mode === 'none') return atStranger(journey, pod, pod.knownTo, flow, speech)
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
  return {legs: journey.legs, ending: byUnknownSender(origin.pod, ended, speech, draw)}
}
