import type {RequestOrigin} from '../../analysis/request-path/path.js'
import type {Speech} from '../../analysis/request-path/speech.js'
import type {MeshPod} from '../../analysis/request-path/world.js'
import {outsideAddresses} from '../../analysis/traffic-policy/outside-addresses.js'
import type {Mesh} from '../../evidence/mesh-world/mesh.js'
import {own} from '../../model/collections/own.js'
import {type Answer, gapSentence} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {ServiceEntryModel} from '../../model/istio/istio-traffic.js'
import {podLabel} from '../../model/kube/kube-object.js'
import type {ServiceModel} from '../../model/kube/kube-service.js'
import {objectLabel} from '../../model/kube/pod.js'
import {matchesLabels, requirementsOf} from '../../model/kube/selector.js'
import {
  isAddress,
  opensTls,
  type PathDestination,
  type PathFlags,
  protocolOf,
  readDestination,
  readHeader,
} from './path-spec.js'
import {declaredHttp, portMeant, type Resolved, resolveHost} from './resolve.js'

/** The source of a request: a pod, or an address outside the mesh; for a gateway, a client outside the mesh. */
export type Begin = {readonly pod: MeshPod} | {readonly ip: string} | {readonly gateway: MeshPod}

/** A request ready to be simulated. */
export interface AskedPath {
  readonly origin: RequestOrigin
  readonly from: string
  readonly resolved: Resolved
  readonly addresses: readonly string[]
  readonly port: number
  readonly speech: Speech
  readonly text: string
  /** Where a client outside reaches the gateway the request enters by: `address:port` with a remark. */
  readonly outside: readonly string[]
  readonly notes: readonly string[]
}

/** The default client outside the cluster (TEST-NET-3, RFC 5737). */
const SOMEONE = '203.0.113.10'
const UID = 1000

const DEFAULT_PORTS: Readonly<Record<string, number>> = {http: 80, grpc: 80, https: 443}

function authority(flags: PathFlags, to: PathDestination, port: number): string {
  const host = flags.host ?? to.host
  return port === own(DEFAULT_PORTS, to.scheme ?? 'http') ? host : `${host}:${port}`
}

function headersOf(flags: PathFlags, host: string, grpc: boolean): readonly (readonly [string, string])[] {
  const given = (flags.header ?? []).map(readHeader)
  const own = given.some(([name]) => name === 'host') ? given : [['host', host] as const, ...given]
  return grpc ? [...own, ['content-type', 'application/grpc'] as const] : own
}

function speechOf(flags: PathFlags, to: PathDestination, port: number, http: boolean): Speech {
  const protocol = protocolOf(flags, to.scheme, http || flags.method !== undefined || flags.path !== undefined)
  const tls = opensTls(flags, to.scheme)
    ? {
        sni: flags.sni ?? (/[a-z]/i.test(to.host) ? to.host : ''),
        alpn: protocol === 'tcp' ? [] : [protocol === 'http/2' ? 'h2' : 'http/1.1'],
        certificate: undefined,
      }
    : undefined
  if (protocol === 'tcp') return {protocol, head: undefined, payload: 'some bytes\n', tls, refuses: undefined}
  const path = flags.path ?? (to.path === '' ? '/' : to.path)
  const grpc = to.scheme === 'grpc' || flags.protocol === 'grpc'
  const headers = headersOf(flags, authority(flags, to, port), grpc)
  const method = (flags.method ?? (grpc ? 'POST' : 'GET')).toUpperCase()
  return {protocol, head: {method, path, headers}, payload: undefined, tls, refuses: undefined}
}

function requestText(speech: Speech, where: string): string {
  const secured = speech.tls === undefined ? '' : speech.head === undefined ? ' over TLS' : ' over HTTPS'
  if (speech.head === undefined) return `TCP${secured} to ${where}`
  const {method, path, headers} = speech.head
  const more = headers.filter(([name]) => name !== 'host').map(([name, value]) => `${name}: ${value}`)
  const host = headers.find(([name]) => name === 'host')?.[1] ?? ''
  return `${method} ${path} (host ${[host, ...more].join(', ')})${secured} to ${where}`
}

/** The Services that lead to a gateway's pods, those that clients outside reach first. */
function servicesBefore(mesh: Mesh, gateway: MeshPod): readonly ServiceModel[] {
  const found = mesh.services.filter(
    ({object, selector, clusterIps}) =>
      object.namespace === gateway.ref.namespace &&
      Object.keys(selector).length > 0 &&
      matchesLabels(requirementsOf(selector), gateway.labels) &&
      clusterIps.length > 0,
  )
  const outward = ['LoadBalancer', 'NodePort']
  return [...found].sort((a, b) => Number(outward.includes(b.type)) - Number(outward.includes(a.type)))
}

interface GatewayDoor {
  readonly resolved: Resolved
  /** The port dialled: a node port stands for the Service port behind it. */
  readonly port: number
  /** What a client outside writes to get there. */
  readonly outside: readonly string[]
}

/** The address and port at which requests from outside reach a gateway: those of its Service, else its own. */
function gatewayDoor(mesh: Mesh, gateway: MeshPod, asked: number): GatewayDoor {
  const services = servicesBefore(mesh, gateway)
  const opens = ({ports}: ServiceModel) => ports.find(each => each.port === asked || each.nodePort === asked)
  const service = services.find(each => opens(each) !== undefined) ?? services[0]
  const name = podLabel(gateway.ref)
  if (service === undefined) {
    const resolved = {
      addresses: gateway.addresses.slice(0, 1),
      service,
      pod: gateway,
      text: `gateway ${name}`,
      known: true,
    }
    return {resolved, port: asked, outside: []}
  }
  const opened = service.ports.find(each => each.port === asked) ?? opens(service)
  const outside = opened === undefined ? [] : outsideAddresses(service, [opened], gateway.nodeIp)
  const at = outside.length === 0 ? '' : `, external address ${outside.join(', ')}`
  const text = `gateway ${name} behind ${objectLabel(service.object)} (${service.type})${at}`
  const resolved = {addresses: service.clusterIps.slice(0, 1), service, pod: undefined, text, known: true}
  return {resolved, port: opened?.port ?? asked, outside}
}

/** A Service's ports, with their names: `9080 (http), 9090`. */
function portWords({ports}: ServiceModel): string {
  return ports.map(({port, name}) => (name === undefined ? `${port}` : `${port} (${name})`)).join(', ')
}

function needPort(port: number | undefined, to: string, service: ServiceModel | undefined): number {
  if (port !== undefined) return port
  const [first] = service?.ports ?? []
  if (service === undefined || first === undefined)
    throw new UserError(`${to} has no port`, {hint: `Write it as ${to}:PORT, or add --port.`})
  throw new UserError(`${to} has no port: ${objectLabel(service.object)} has ${portWords(service)}`, {
    hint: `Write it as ${to}:${first.port}, or add --port ${first.port}.`,
  })
}

/** Says which ports a Service has when the one that is asked for follows from the scheme alone and is none of them. */
function impliedPort(
  destination: PathDestination,
  flags: PathFlags,
  port: number,
  {service}: Resolved,
): readonly string[] {
  const given = flags.port ?? destination.port
  if (given !== undefined || service === undefined || service.ports.length === 0) return []
  if (service.ports.some(each => each.port === port)) return []
  return [`no port was given: ${objectLabel(service.object)} has no port ${port}, only ${portWords(service)}`]
}

/** Builds the request to simulate; throws `SiteNeeded` for pods that must be read first. */
export function askedPath(
  mesh: Mesh,
  begin: Begin,
  to: string,
  flags: PathFlags,
  around: {readonly namespace: string; readonly entries: Answer<readonly ServiceEntryModel[]>},
): AskedPath {
  const destination = readDestination(to)
  const client = 'pod' in begin ? begin.pod : undefined
  const entries = around.entries.ok ? around.entries.value : []
  const home = client?.ref.namespace ?? around.namespace
  const guess =
    flags.port ?? destination.port ?? portMeant({service: undefined, pod: undefined}, destination.scheme) ?? 0
  const door = 'gateway' in begin ? gatewayDoor(mesh, begin.gateway, guess) : undefined
  const byName =
    door?.resolved ??
    resolveHost(mesh, {pod: client, namespace: home}, entries, flags.address ?? destination.host, guess)
  const dialled = needPort(flags.port ?? destination.port ?? portMeant(byName, destination.scheme), to, byName.service)
  const port = door === undefined || dialled !== guess ? dialled : door.port
  const http = 'gateway' in begin || declaredHttp(mesh, byName, port)
  const speech = speechOf(flags, destination, dialled, http)
  const outside =
    door === undefined && byName.service === undefined && byName.pod === undefined && !isAddress(destination.host)
  const uid = flags.uid ?? UID
  const from = 'pod' in begin ? podLabel(begin.pod.ref) : 'ip' in begin ? begin.ip : 'an external client'
  return {
    origin: client === undefined ? {ip: 'ip' in begin ? begin.ip : SOMEONE} : {pod: client, uid, gid: uid},
    from: client === undefined || flags.uid === undefined ? from : `${from} as uid ${uid}`,
    resolved: byName,
    addresses: byName.addresses,
    port,
    speech,
    text: requestText(speech, `${destination.host}:${dialled}`),
    outside: door?.outside ?? [],
    notes: [
      ...(door === undefined ? impliedPort(destination, flags, port, byName) : []),
      ...(byName.known ? [] : [`the address of ${destination.host} is unknown (set --address)`]),
      ...(outside && !around.entries.ok
        ? [`whether a ServiceEntry gives ${destination.host} an address is unknown: ${gapSentence(around.entries.gap)}`]
        : []),
    ],
  }
}
