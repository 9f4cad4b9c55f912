import type {IpPort} from '../../model/envoy/request.js'
import type {ZtunnelDump} from '../../model/istio/ztunnel.js'
import {podLabel} from '../../model/kube/kube-object.js'
import {objectLabel} from '../../model/kube/pod.js'
import {policiesFor} from '../authorization/applying.js'
import {ALONE, decideByObjects} from '../authorization/decide.js'
import {drawnEvenly} from '../envoy/evenly.js'
import {isHttpLike, istioProtocol} from '../ports/istio-protocol.js'
import {decideByPolicies, policiesFor as ztunnelPolicies} from '../ztunnel/rbac.js'
import {ending, openEnding, type PathEnding} from './ending.js'
import {TERMINATED} from './failures.js'
import type {Speech} from './speech.js'
import type {MeshPod, MeshWorld, Site} from './world.js'
import {principalOf, throughTunnel, workloadOf, type ZtunnelArrival} from './ztunnel-path.js'

// A sidecar whose own configuration was not read, in a mesh with ambient pods: what it does follows from the objects and from what
// ztunnel has of it (istio.io, "Ambient and sidecars"; recordings of Istio 1.31).

/** A connection at such a sidecar. */
export interface UnreadArrival extends ZtunnelArrival {
  readonly site: Site
  /** What the ztunnel of its node knows. */
  readonly neighbour: ZtunnelDump
  readonly to: IpPort
  readonly source: string
}

/** Whether a proxy reads HTTP on the port: unless a Service declares it as something else. */
function readsHttp(world: MeshWorld, to: IpPort, speech: Speech): boolean {
  const port = world.serviceAt(to.ip)?.ports.find(each => each.port === to.port)
  const protocol = port === undefined ? 'unknown' : istioProtocol(port)
  return speech.head !== undefined && (protocol === 'unknown' || isHttpLike(protocol))
}

/** A proxy answers an HTTP request whose connection failed. */
function seenThroughProxy(end: PathEnding, isHttp: boolean): PathEnding {
  if (!isHttp || end.attempt.kind !== 'failure') return end
  return {...end, attempt: {kind: 'answer', status: end.attempt.failure.status, after: 0}}
}

/** The status a route answers with, or why the objects do not tell which way the request takes; undefined where it goes to the Service. */
function routed(world: MeshWorld, to: IpPort, speech: Speech): number | string | undefined {
  const service = world.serviceAt(to.ip)
  if (service === undefined || speech.head === undefined) return undefined
  const route = world.routeOf(service, speech.head.path.replace(/[?#].*$/s, ''))
  return typeof route === 'string' ? `${route} routes requests for ${objectLabel(service.object)}` : route
}

/** A request that its application sends: to a pod of the Service, tunnelled where both sides speak HBONE. */
export function outOfUnreadSidecar(arrival: UnreadArrival): PathEnding {
  const {world, site, neighbour, to, source, speech, draw, legs} = arrival
  const own = workloadOf(neighbour, site.pod)
  const unknown = `the proxy configuration of ${podLabel(site.pod.ref)} is unknown: ${site.proxyGap}`
  const route = routed(world, to, speech)
  if (own !== undefined && typeof route === 'number') {
    const because = `a VirtualService answers with ${route}`
    legs.push({kind: 'ztunnel', pod: site.pod, role: 'client', text: `its sidecar: ${because}`})
    return ending({kind: 'answer', status: route, after: 0}, 'answered', 'proxy-answers', because, {pod: site.pod})
  }
  if (own === undefined || route !== undefined)
    return openEnding(route === undefined ? unknown : `${unknown}; ${route}`, site.pod)
  const service = world.serviceAt(to.ip)
  const backends = service === undefined ? [to] : (world.backends(service, to.port) ?? [])
  const backend = drawnEvenly(draw, 'an endpoint', backends)
  if (backend === undefined) return openEnding(unknown, site.pod)
  const pod = world.podAt(backend.ip)
  const isHttp = readsHttp(world, to, speech)
  const tunnelled = own.nativeTunnel && pod?.mode === 'ambient'
  const how = tunnelled ? 'HBONE' : pod?.mode === 'sidecar' ? 'mTLS' : 'plaintext'
  const text = `its sidecar, assumed to have the configuration istiod makes of the objects, sends ${how}`
  legs.push({kind: 'ztunnel', pod: site.pod, role: 'client', text})
  if (tunnelled) return seenThroughProxy(throughTunnel(arrival, backend, principalOf(own), source), isHttp)
  const uriSans = [`spiffe://${principalOf(own)}`]
  const certificate = {uriSans, dnsSans: [], subject: '', trusted: true, expired: false}
  const tls = pod?.mode === 'sidecar' ? {sni: '', alpn: ['istio'], certificate} : undefined
  const onward = {...speech, tls}
  if (pod === site.pod) return seenThroughProxy(intoUnreadSidecar({...arrival, to: backend, speech: onward}), isHttp)
  return seenThroughProxy(arrival.plain(backend, onward), isHttp)
}

/** Why the mTLS mode refuses the connection, by the policy ztunnel gets for a PeerAuthentication; undefined where it does not. */
export function refusedPlaintext(neighbour: ZtunnelDump, pod: MeshPod, to: IpPort, source: string): string | undefined {
  const workload = workloadOf(neighbour, pod)
  if (workload === undefined) return undefined
  const strict = ztunnelPolicies(workload, neighbour.policies).filter(({name}) => /^(istio_)?converted_/.test(name))
  const judged = {principal: undefined, sourceIp: source, destinationIp: to.ip, destinationPort: to.port}
  const {allowed, by} = decideByPolicies(strict, judged)
  return allowed
    ? undefined
    : `${podLabel(pod.ref)} accepts only mTLS (${by?.namespace}/${by?.name}), and receives plaintext`
}

/** A request that arrives for its application. */
export function intoUnreadSidecar(arrival: UnreadArrival): PathEnding {
  const {world, site, neighbour, to, source, speech, legs} = arrival
  const {pod} = site
  const [uri] = speech.tls?.certificate?.uriSans ?? []
  const refused = uri === undefined ? refusedPlaintext(neighbour, pod, to, source) : undefined
  if (refused !== undefined) return ending(TERMINATED, 'tls-mismatch', 'plain-text-to-mtls', refused, {pod})
  const {head} = speech
  const asked = {
    tcp: head === undefined || !world.speaksHttp(pod, to.port),
    identity: uri ?? null,
    directIp: source,
    remoteIp: source,
    destinationIp: to.ip,
    port: to.port,
    sni: undefined,
    host: head?.headers.find(([key]) => key === 'host')?.[1],
    method: head?.method,
    path: head?.path.replace(/[?#].*$/s, ''),
    headers: head?.headers,
    claims: null,
  }
  const subject = {namespace: pod.ref.namespace, labels: pod.labels}
  const policies = policiesFor(subject, world.authorizations, world.rootNamespace)
  const decision = decideByObjects(policies, asked, ALONE)
  if (decision.verdict === 'unknown' || decision.verdict === 'external') return openEnding(decision.because, pod)
  if (decision.verdict === 'denied') {
    const {by} = decision
    const policy = by === undefined ? 'none' : `${by.policy.object.namespace}/${by.policy.object.name}`
    const attempt = asked.tcp ? TERMINATED : ({kind: 'answer', status: 403, after: 0} as const)
    return ending(attempt, 'denied', by === undefined ? 'no-allow-policy' : 'policy', decision.because, {pod, policy})
  }
  const text = 'its sidecar, assumed to have the configuration istiod makes of the objects, takes it'
  legs.push({kind: 'ztunnel', pod, role: 'server', text})
  return arrival.application(site, to, {...speech, tls: undefined})
}
