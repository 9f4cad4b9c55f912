import {listOf, numberOf, textOf} from '../formats/decode.js'
import {definedFields} from '../model/collections/defined-fields.js'
import type {IpPort} from '../model/envoy/request.js'
import {matchesLabels, requirementsOf} from '../model/kube/selector.js'
import {type Reading, type RegisteredHost, readingOfProtocol} from './registry.js'
import {type ProxyPlace, sidecarFor} from './scope.js'
import type {IstioState} from './state.js'

/** A socket of the file system. */
export interface SocketPath {
  readonly path: string
}

/** A port the proxy's own application is served on. */
export interface InboundPort {
  readonly port: number
  readonly reading: Reading
  /** Where its connections lead instead of the pod itself: the defaultEndpoint of a Sidecar, an address or a Unix socket. */
  readonly endpoint?: IpPort | SocketPath
}

/** One proxy in one state of the mesh: what its configuration is made of. */
export interface Viewpoint {
  readonly state: IstioState
  readonly place: ProxyPlace
  readonly ports: readonly InboundPort[]
}

/** Ports of the proxy itself: istiod makes no chains for them (istio.io, "Ports used by Istio"). */
const RESERVED = [15_001, 15_006, 15_008, 15_020, 15_021, 15_090]

function selects({selector, namespace}: RegisteredHost, place: ProxyPlace): boolean {
  return (
    selector !== undefined && namespace === place.namespace && matchesLabels(requirementsOf(selector), place.labels)
  )
}

/**
 * `127.0.0.1:8080` is loopback, `0.0.0.0:8080` the address of the pod, `unix:///path` a socket (istio.io, "Sidecar", defaultEndpoint);
 * undefined for the pod itself on the same port.
 */
function endpointIn(
  text: string | undefined,
  port: number,
  addresses: readonly string[],
): IpPort | SocketPath | undefined {
  if (text?.startsWith('unix://') === true) return {path: text.slice('unix://'.length)}
  const match = /^(127\.0\.0\.1|\[::1\]|0\.0\.0\.0|\[::\]):(\d+)$/.exec(text ?? '')
  if (match === null) return undefined
  const [, host = '', target = ''] = match
  if (host === '127.0.0.1' || host === '[::1]')
    return {ip: host === '[::1]' ? '::1' : '127.0.0.1', port: Number(target)}
  const ip = addresses.find(each => each.includes(':') === (host === '[::]'))
  return ip === undefined || Number(target) === port ? undefined : {ip, port: Number(target)}
}

/** The ports of the ingress listeners of the Sidecar that applies; they replace those of Services (istio.io, "Sidecar", ingress). */
function ingressPorts(
  state: IstioState,
  place: ProxyPlace,
  addresses: readonly string[],
): readonly InboundPort[] | undefined {
  const listeners = listOf(sidecarFor(state, place), 'spec', 'ingress')
  if (listeners.length === 0) return undefined
  return listeners.flatMap(each => {
    const port = numberOf(each, 'port', 'number')
    if (port === undefined || RESERVED.includes(port)) return []
    const endpoint = endpointIn(textOf(each, 'defaultEndpoint'), port, addresses)
    const reading = readingOfProtocol(textOf(each, 'port', 'protocol') ?? '', port)
    return [{port, reading, ...definedFields({endpoint})}]
  })
}

/** The ports Services serve a workload on; of several Services on one port the oldest names the protocol. `addresses` are those of its pod. */
export function inboundPorts(
  state: IstioState,
  place: ProxyPlace,
  portNamed: (name: string) => number | undefined,
  addresses: readonly string[] = [],
): readonly InboundPort[] {
  const own = ingressPorts(state, place, addresses)
  if (own !== undefined) return own
  const found = new Map<number, InboundPort>()
  for (const host of state.hosts.filter(each => selects(each, place)))
    for (const {target, reading} of host.ports) {
      const port = typeof target === 'number' ? target : portNamed(target)
      if (port !== undefined && !found.has(port) && !RESERVED.includes(port)) found.set(port, {port, reading})
    }
  return [...found.values()]
}
