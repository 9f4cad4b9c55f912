import {listOf, numberOf, textOf, textsOf} from '../formats/decode.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import {type Labels, matchesLabels, requirementsOf} from '../model/kube/selector.js'
import {isExportedTo, type Reading, type RegisteredHost, readingOfProtocol} from './registry.js'
import {type IstioState, selectorOf} from './state.js'

/** The proxy whose configuration is asked for. */
export interface ProxyPlace {
  readonly namespace: string
  readonly labels: Labels
  readonly gateway: boolean
}

/** The one Sidecar that applies: with a fitting selector, else of the namespace, else of the root namespace (istio.io, "Sidecar"). */
export function sidecarFor(state: IstioState, {namespace, labels, gateway}: ProxyPlace): KubeObject | undefined {
  if (gateway) return undefined
  const selector = (object: KubeObject) => selectorOf(object, 'workloadSelector', 'labels')
  const own = state.objects('Sidecar').filter(each => each.metadata.namespace === namespace)
  return (
    own.find(each => {
      const wanted = selector(each)
      return wanted !== undefined && matchesLabels(requirementsOf(wanted), labels)
    }) ??
    own.find(each => selector(each) === undefined) ??
    state
      .objects('Sidecar')
      .find(each => each.metadata.namespace === state.settings.rootNamespace && selector(each) === undefined)
  )
}

/** What happens to what is not in scope: passed on, or refused. */
export function outboundMode(state: IstioState, place: ProxyPlace): 'ALLOW_ANY' | 'REGISTRY_ONLY' {
  const own = sidecarFor(state, place)
  const mode = own === undefined ? undefined : textOf(own, 'spec', 'outboundTrafficPolicy', 'mode')
  return (mode ?? state.settings.outboundPolicy) === 'REGISTRY_ONLY' ? 'REGISTRY_ONLY' : 'ALLOW_ANY'
}

/** Whether a name fits another with a `*` at its start. */
export function hostFits(pattern: string, host: string): boolean {
  if (pattern === '*') return true
  return pattern.startsWith('*') ? host.endsWith(pattern.slice(1)) : pattern === host
}

/** Two names of which either may begin with `*` have something in common. */
export function hostsMeet(a: string, b: string): boolean {
  return hostFits(a, b) || hostFits(b, a)
}

/** One egress listener of a Sidecar: the hosts it imports, on one port, which it reads by its own protocol, or on all of theirs. */
interface Egress {
  readonly port: number | undefined
  readonly reading: Reading | undefined
  readonly hosts: readonly {readonly namespace: string; readonly host: string}[]
}

/** `.` is the namespace of the proxy, also in the Sidecar of the root namespace (istio.io, "Sidecar": a global default with `./*`). */
function importedBy(listener: unknown, home: string): Egress['hosts'] {
  return textsOf(listener, 'hosts').map(word => {
    const slash = word.indexOf('/')
    const namespace = word.slice(0, slash)
    return {namespace: namespace === '.' ? home : namespace, host: word.slice(slash + 1)}
  })
}

function egressOf(sidecar: KubeObject, home: string): readonly Egress[] | undefined {
  const egress = listOf(sidecar, 'spec', 'egress')
  if (egress.length === 0) return undefined
  return egress.map(each => {
    const port = numberOf(each, 'port', 'number')
    const reading = port === undefined ? undefined : readingOfProtocol(textOf(each, 'port', 'protocol') ?? '', port)
    return {port, reading, hosts: importedBy(each, home)}
  })
}

function imports({hosts}: Egress, namespace: string, host: string): boolean {
  const outside = hosts.filter(each => each.namespace.startsWith('~'))
  const inside = hosts.filter(each => !each.namespace.startsWith('~'))
  const fits = (list: Egress['hosts'], drop: number) =>
    list.some(each => {
      const wanted = each.namespace.slice(drop)
      return (wanted === '*' || wanted === '' || wanted === namespace) && hostsMeet(each.host, host)
    })
  return (inside.length === 0 || fits(inside, 0)) && !fits(outside, 1)
}

/** Whether the scope of a proxy takes in a host of a namespace, by the hosts its Sidecar imports on any port. */
export function importsHost(state: IstioState, place: ProxyPlace): (namespace: string, host: string) => boolean {
  const sidecar = sidecarFor(state, place)
  const listeners = sidecar === undefined ? undefined : egressOf(sidecar, place.namespace)
  if (listeners === undefined) return () => true
  return (namespace, host) => listeners.some(each => imports(each, namespace, host))
}

/** The host with the ports that some listener imports; undefined when none does. */
function imported(host: RegisteredHost, listeners: readonly Egress[]): RegisteredHost | undefined {
  const importing = listeners.filter(each => imports(each, host.namespace, host.host))
  const ports = host.ports.filter(({port}) => importing.some(each => each.port === undefined || each.port === port))
  if (importing.length === 0 || (ports.length === 0 && host.ports.length > 0)) return undefined
  return ports.length === host.ports.length ? host : {...host, ports}
}

function visibleHosts(state: IstioState, place: ProxyPlace): readonly RegisteredHost[] {
  return state.hosts.filter(each => isExportedTo(each.exportTo, each.namespace, place.namespace))
}

/** The hosts a proxy gets clusters for, with the ports it gets them for. */
export function hostsInScope(state: IstioState, place: ProxyPlace): readonly RegisteredHost[] {
  const sidecar = sidecarFor(state, place)
  const listeners = sidecar === undefined ? undefined : egressOf(sidecar, place.namespace)
  const visible = visibleHosts(state, place)
  if (listeners === undefined) return visible
  return visible.flatMap(host => imported(host, listeners) ?? [])
}

/** The hosts of one egress listener: of a port, which it reads in its own way, or of every port. */
export interface EgressScope {
  readonly port: number | undefined
  readonly reading: Reading | undefined
  readonly hosts: readonly RegisteredHost[]
}

/** The egress listeners of a proxy, in order; without a Sidecar, one for everything. */
export function egressScopes(state: IstioState, place: ProxyPlace): readonly EgressScope[] {
  const sidecar = sidecarFor(state, place)
  const listeners = sidecar === undefined ? undefined : egressOf(sidecar, place.namespace)
  const visible = visibleHosts(state, place)
  if (listeners === undefined) return [{port: undefined, reading: undefined, hosts: visible}]
  return listeners.map(each => ({
    port: each.port,
    reading: each.reading,
    hosts: visible.flatMap(host => imported(host, [each]) ?? []),
  }))
}

/** The visible hosts that are not among those in scope: a proxy gets clusters for one that an imported VirtualService leads to. */
export function hostsOutOfScope(
  state: IstioState,
  place: ProxyPlace,
  inScope: readonly RegisteredHost[],
): readonly RegisteredHost[] {
  const inside = new Set(inScope.map(({host}) => host))
  return visibleHosts(state, place).filter(({host}) => !inside.has(host))
}
