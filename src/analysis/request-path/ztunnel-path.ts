import type {Draw} from '../../model/envoy/proxy.js'
import type {IpPort} from '../../model/envoy/request.js'
import {HBONE_PORT} from '../../model/istio/reserved-ports.js'
import type {ZtunnelDump, ZtunnelService, ZtunnelWorkload} from '../../model/istio/ztunnel.js'
import {podLabel} from '../../model/kube/kube-object.js'
import {ALONE, decideByObjects} from '../authorization/decide.js'
import {policiesAtWaypoint} from '../authorization/waypoint.js'
import {drawnEvenly} from '../envoy/evenly.js'
import {isHttpLike, istioProtocol} from '../ports/istio-protocol.js'
import {decideByPolicies, type JudgedConnection, policiesFor} from '../ztunnel/rbac.js'
import {ending, openEnding, type PathEnding} from './ending.js'
import {TERMINATED} from './failures.js'
import type {Leg} from './legs.js'
import {stoppedByNetworkPolicy} from './network-policy.js'
import type {Speech} from './speech.js'
import type {MeshPod, MeshWorld, Site} from './world.js'
import {ztunnelAway} from './ztunnel-away.js'

/** What reaches a pod by HBONE or in plaintext, and what its ztunnel hands on. */
export interface ZtunnelArrival {
  readonly world: MeshWorld
  readonly draw: Draw
  readonly legs: Leg[]
  readonly speech: Speech
  /** What happens to a connection that leaves ztunnel unchanged, without HBONE. */
  readonly plain: (to: IpPort, speech: Speech, tunnelPort?: number) => PathEnding
  /** A connection to the application's socket. */
  readonly application: (site: Site, to: IpPort, speech: Speech) => PathEnding
}

/** A connection that ztunnel took from the application of a pod, or for it. */
export interface ZtunnelFlow extends ZtunnelArrival {
  readonly site: Site
  readonly dump: ZtunnelDump
  readonly to: IpPort
  readonly source: string
  /** What the Envoy of a waypoint does with the request that arrived in a tunnel, for the client of that identity. */
  readonly inWaypoint: (site: Site, to: IpPort, principal: string, source: string, speech: Speech) => PathEnding
}

const SILENCE = {kind: 'silence'} as const

function addressOf(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`
}

/** The row of a pod. */
export function workloadOf({workloads}: ZtunnelDump, {ref}: MeshPod): ZtunnelWorkload | undefined {
  return workloads.find(({name, namespace}) => name === ref.name && namespace === ref.namespace)
}

/** The identity of a workload in the terms of policies: `cluster.local/ns/NAMESPACE/sa/ACCOUNT`. */
export function principalOf({trustDomain, namespace, serviceAccount}: ZtunnelWorkload): string {
  return `${trustDomain === '' ? 'cluster.local' : trustDomain}/ns/${namespace}/sa/${serviceAccount}`
}

function tell(
  flow: Pick<ZtunnelFlow, 'legs'>,
  pod: MeshPod,
  role: 'client' | 'server' | 'waypoint',
  text: string,
): void {
  flow.legs.push({kind: 'ztunnel', pod, role, text})
}

function serviceAt({services}: ZtunnelDump, ip: string): ZtunnelService | undefined {
  return services.find(({vips}) => vips.some(vip => vip.slice(vip.indexOf('/') + 1) === ip))
}

/** A healthy endpoint of a Service port, with the port behind it. */
function endpointOf(flow: ZtunnelFlow, service: ZtunnelService, port: number) {
  const {dump, draw} = flow
  const found = Object.values(service.endpoints).flatMap(({workloadUid, port: ports}) => {
    const workload = dump.workloads.find(({uid}) => uid === workloadUid)
    const target = ports[String(port)]
    return workload === undefined || target === undefined || workload.status !== 'Healthy' ? [] : [{workload, target}]
  })
  return drawnEvenly(draw, 'an endpoint', found)
}

/** Why answers of the application do not come back to ztunnel; undefined where they do or the rules are unknown. */
function lostAnswers(site: Site): string | undefined {
  return site.kernel?.marksAnswers === false
    ? `the rules that mark the connections of ztunnel are missing in ${podLabel(site.pod.ref)}: answers are lost`
    : undefined
}

/** The server's side: ztunnel judges the connection by its policies and passes it on to the application. */
function intoPod(
  flow: ZtunnelArrival,
  site: Site,
  to: IpPort,
  principal: string | undefined,
  source: string,
): PathEnding {
  const {pod, ztunnel: dump} = site
  const away = ztunnelAway(flow.world, pod, flow.draw)
  if (away !== undefined) {
    tell(flow, pod, 'server', away.because)
    return away
  }
  const workload = dump === undefined ? undefined : workloadOf(dump, pod)
  const lost = lostAnswers(site)
  if (lost !== undefined) {
    tell(flow, pod, 'server', lost)
    return ending(SILENCE, 'refused', 'packet-dropped', lost, {pod})
  }
  if (dump === undefined) return openEnding(`the ztunnel of ${podLabel(pod.ref)} was not read`, pod)
  if (workload === undefined) return openEnding(`ztunnel does not know ${podLabel(pod.ref)}`, pod)
  const judged: JudgedConnection = {
    principal,
    sourceIp: source,
    destinationIp: to.ip,
    destinationPort: to.port,
  }
  const {allowed, by} = decideByPolicies(policiesFor(workload, dump.policies), judged)
  const who = principal ?? 'plaintext'
  if (!allowed) {
    const policy = by === undefined ? 'none' : `${by.namespace}/${by.name}`
    const because =
      by === undefined
        ? `no ALLOW policy of ${podLabel(pod.ref)} matches the connection (${who})`
        : `policy ${policy} denies the connection to ${podLabel(pod.ref)} (${who})`
    tell(flow, pod, 'server', because)
    const reason = by === undefined ? 'no-allow-policy' : 'policy'
    return ending(TERMINATED, 'denied', reason, because, {pod, policy})
  }
  tell(flow, pod, 'server', `takes ${who}${by === undefined ? '' : `, allowed by ${by.namespace}/${by.name}`}`)
  return flow.application(site, to, flow.speech)
}

/** A workload that is a DNS name: ztunnel resolves it, and a Service of that name is reached by its address. */
function toHostname(flow: ZtunnelFlow, hostname: string, port: number): PathEnding {
  const vip = flow.dump.services.find(each => each.hostname === hostname)?.vips[0]
  tell(flow, flow.site.pod, 'client', `${hostname} is resolved by DNS: sent on in plaintext`)
  if (vip === undefined) return openEnding(`the address of ${hostname} is unknown`, flow.site.pod)
  return flow.plain({ip: vip.slice(vip.indexOf('/') + 1), port}, flow.speech)
}

/** HBONE to a workload: its ztunnel takes it; a sidecar that speaks HBONE takes it as mTLS. */
function toWorkload(flow: ZtunnelFlow, workload: ZtunnelWorkload, port: number, from: ZtunnelWorkload, source: string) {
  const [ip] = workload.workloadIps
  if (ip === undefined) return toHostname(flow, workload.hostname, port)
  const to = {ip, port}
  const pod = flow.world.podAt(ip)
  const principal = principalOf(from)
  if (workload.protocol !== 'HBONE') {
    tell(flow, flow.site.pod, 'client', `${addressOf(ip, port)} is outside ambient: sent on in plaintext`)
    return flow.plain(to, flow.speech)
  }
  if (pod === undefined) return openEnding(`the pod at ${ip} was not captured`)
  if (pod.mode !== 'ambient') return flow.plain(to, {...flow.speech, tls: hboneHandshake(principal, to)}, HBONE_PORT)
  const stopped = stoppedByNetworkPolicy(flow, source, {ip, port: HBONE_PORT})
  return stopped ?? intoPod(flow, flow.world.site(pod), to, principal, source)
}

/** A tunnel that a proxy opens to a pod: the ztunnel or the HBONE listener of the pod takes it, for that identity. */
export function throughTunnel(flow: ZtunnelArrival, to: IpPort, principal: string, source: string): PathEnding {
  const {world, speech} = flow
  const pod = world.podAt(to.ip)
  if (pod === undefined) return openEnding(`the pod at ${to.ip} was not captured`)
  if (pod.mode !== 'ambient') return flow.plain(to, {...speech, tls: hboneHandshake(principal, to)}, HBONE_PORT)
  const stopped = stoppedByNetworkPolicy(flow, source, {ip: to.ip, port: HBONE_PORT})
  return stopped ?? intoPod(flow, world.site(pod), to, principal, source)
}

function hboneHandshake(principal: string, {ip, port}: IpPort): Speech['tls'] {
  const certificate = {uriSans: [`spiffe://${principal}`], dnsSans: [], subject: '', trusted: true, expired: false}
  return {sni: `outbound_.${port}_._.${ip}`, alpn: ['istio'], certificate}
}

interface WaypointHop {
  readonly name: string
  readonly service: ZtunnelService
  /** The workload behind it, and the Service or workload it serves. */
  readonly front: {readonly service?: ZtunnelService; readonly workload?: ZtunnelWorkload; readonly port: number}
}

/** The waypoint judges the request by the policies attached to it and to the Service, then sends it on under its own identity. */
function throughWaypoint(flow: ZtunnelFlow, {name, service, front}: WaypointHop, from: ZtunnelWorkload): PathEnding {
  const {world, speech} = flow
  const reached = endpointOf(flow, service, HBONE_PORT)
  const pod = reached === undefined ? undefined : world.podAt(reached.workload.workloadIps[0] ?? '')
  if (reached === undefined) {
    const because = `waypoint ${name} has no ready pod`
    tell(flow, flow.site.pod, 'client', because)
    return ending(TERMINATED, 'no-endpoint', 'no-endpoint', because, {pod: flow.site.pod})
  }
  const ip = reached.workload.workloadIps[0] ?? ''
  const stopped = stoppedByNetworkPolicy(flow, flow.source, {ip, port: HBONE_PORT})
  if (stopped !== undefined) return stopped
  const waypoint = pod === undefined ? undefined : world.site(pod)
  if (waypoint?.proxy !== undefined) {
    const to = front.workload === undefined ? flow.to : {ip: flow.to.ip, port: front.port}
    tell(flow, waypoint.pod, 'waypoint', `waypoint ${name} takes it from ${principalOf(from)}`)
    return flow.inWaypoint(waypoint, to, principalOf(from), flow.source, speech)
  }
  const target = front.service
  const policies = policiesAtWaypoint(
    {
      namespace: service.namespace,
      waypoint: service.name,
      service: target?.name ?? '',
      serviceNamespace: target?.namespace ?? '',
    },
    world.authorizations,
    world.rootNamespace,
  )
  const {head} = speech
  const declared = world.serviceAt(flow.to.ip)?.ports.find(({port}) => port === front.port)
  const protocol = declared === undefined ? 'unknown' : istioProtocol(declared)
  const http = head !== undefined && (protocol === 'unknown' || isHttpLike(protocol))
  const path = head?.path.replace(/[?#].*$/s, '')
  const host = head?.headers.find(([key]) => key === 'host')?.[1]
  const asked = {
    tcp: !http,
    identity: `spiffe://${principalOf(from)}`,
    directIp: flow.source,
    remoteIp: flow.source,
    destinationIp: flow.to.ip,
    port: front.port,
    sni: undefined,
    host,
    method: head?.method,
    path,
    headers: head?.headers,
    claims: null,
  }
  const decision = decideByObjects(policies, asked, ALONE)
  const place = pod ?? flow.site.pod
  if (decision.verdict === 'denied') {
    const because = `waypoint ${name}: ${decision.because}`
    tell(flow, place, 'waypoint', because)
    const by = decision.by
    const policy = by === undefined ? 'none' : `${by.policy.object.namespace}/${by.policy.object.name}`
    const attempt = !http ? TERMINATED : ({kind: 'answer', status: 403, after: 0} as const)
    return ending(attempt, 'denied', by === undefined ? 'no-allow-policy' : 'policy', because, {pod: place, policy})
  }
  if (decision.verdict === 'unknown') return openEnding(`waypoint ${name}: ${decision.because}`, place)
  tell(flow, place, 'waypoint', `waypoint ${name} passes it on`)
  const behind =
    front.workload === undefined
      ? target === undefined
        ? undefined
        : endpointOf(flow, target, front.port)
      : {workload: front.workload, target: front.port}
  if (behind === undefined)
    return ending(TERMINATED, 'no-endpoint', 'no-endpoint', `waypoint ${name} has no healthy endpoint behind it`, {
      pod: place,
    })
  return toWorkload(flow, behind.workload, behind.target, reached.workload, ip)
}

/** What a waypoint's destination names; undefined for a Service ztunnel does not know. */
function waypointService({services}: ZtunnelDump, destination: string): ZtunnelService | undefined {
  return services.find(
    ({namespace, hostname, vips}) => `${namespace}/${hostname}` === destination || vips.includes(destination),
  )
}

/** A connection of the application that ztunnel took: to a waypoint, to a workload over HBONE, or on in plaintext. */
export function outOfPod(flow: ZtunnelFlow): PathEnding {
  const {dump, to, site, speech} = flow
  const away = ztunnelAway(flow.world, site.pod, flow.draw)
  if (away !== undefined) {
    tell(flow, site.pod, 'client', away.because)
    return away
  }
  const own = workloadOf(dump, site.pod)
  if (own === undefined) {
    const because = `ztunnel does not know ${podLabel(site.pod.ref)}: it is newer than what istiod last sent`
    tell(flow, site.pod, 'client', because)
    return ending(SILENCE, 'refused', 'not-known', because, {pod: site.pod})
  }
  const service = serviceAt(dump, to.ip)
  const workload = dump.workloads.find(({workloadIps}) => workloadIps.includes(to.ip))
  const destination = (service ?? workload)?.waypoint?.destination
  if (destination !== undefined) {
    const waypoint = waypointService(dump, destination)
    if (waypoint === undefined) {
      const because = `ztunnel does not know waypoint ${destination}`
      tell(flow, site.pod, 'client', because)
      return ending(TERMINATED, 'no-endpoint', 'no-endpoint', because, {pod: site.pod})
    }
    tell(flow, site.pod, 'client', `HBONE to waypoint ${waypoint.name}.${waypoint.namespace}`)
    const front = service === undefined ? {workload, port: to.port} : {service, port: to.port}
    const hop = {name: `${waypoint.name}.${waypoint.namespace}`, service: waypoint, front}
    return throughWaypoint(flow, hop as WaypointHop, own)
  }
  if (service !== undefined) {
    if (service.ports[String(to.port)] === undefined) {
      const because = `Service ${service.name}.${service.namespace} has no port ${to.port}`
      tell(flow, site.pod, 'client', because)
      return ending(TERMINATED, 'refused', 'no-service-port', because, {pod: site.pod})
    }
    const reached = endpointOf(flow, service, to.port)
    if (reached === undefined) {
      const because = `Service ${service.name}.${service.namespace} has no healthy endpoint`
      tell(flow, site.pod, 'client', because)
      return ending(TERMINATED, 'no-endpoint', 'no-endpoint', because, {pod: site.pod})
    }
    tell(flow, site.pod, 'client', `Service ${service.hostname}: ${reached.workload.name}`)
    return toWorkload(flow, reached.workload, reached.target, own, flow.source)
  }
  if (workload !== undefined) return toWorkload(flow, workload, to.port, own, flow.source)
  tell(flow, site.pod, 'client', `${addressOf(to.ip, to.port)} is unknown to the mesh: sent on in plaintext`)
  return flow.plain(to, speech)
}

/** Plaintext that arrives at an ambient pod: its ztunnel judges it without an identity. */
export function plainIntoPod(flow: ZtunnelFlow): PathEnding {
  return intoPod(flow, flow.site, flow.to, undefined, flow.source)
}
