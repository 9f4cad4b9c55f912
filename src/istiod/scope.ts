import {listOf, textOf, textsOf} from '../formats/decode.js'
import type {KubeObject} from '../model/kube-object.js'
import {type Labels, matchesLabels, requirementsOf} from '../model/selector.js'
import {isExportedTo, type RegisteredHost} from './registry.js'
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

function importsOf(sidecar: KubeObject): readonly {readonly namespace: string; readonly host: string}[] | undefined {
  const egress = listOf(sidecar, 'spec', 'egress')
  if (egress.length === 0) return undefined
  const home = sidecar.metadata.namespace ?? 'default'
  return egress
    .flatMap(each => textsOf(each, 'hosts'))
    .map(word => {
      const slash = word.indexOf('/')
      const namespace = word.slice(0, slash)
      return {namespace: namespace === '.' ? home : namespace, host: word.slice(slash + 1)}
    })
}

/** Whether the scope of a proxy takes in a host of a namespace, by the hosts its Sidecar imports. */
export function importsHost(state: IstioState, place: ProxyPlace): (namespace: string, host: string) => boolean {
  const sidecar = sidecarFor(state, place)
  const imports = sidecar === undefined ? undefined : importsOf(sidecar)
  if (imports === undefined) return () => true
  const outside = imports.filter(each => each.namespace.startsWith('~'))
  const inside = imports.filter(each => !each.namespace.startsWith('~'))
  const fits = (list: typeof imports, namespace: string, host: string, drop: number) =>
    list.some(each => {
      const wanted = each.namespace.slice(drop)
      return (wanted === '*' || wanted === '' || wanted === namespace) && hostsMeet(each.host, host)
    })
  return (namespace, host) =>
    (inside.length === 0 || fits(inside, namespace, host, 0)) && !fits(outside, namespace, host, 1)
}

/** The hosts a proxy gets configuration for. */
export function hostsInScope(state: IstioState, place: ProxyPlace): readonly RegisteredHost[] {
  const imports = importsHost(state, place)
  return state.hosts.filter(
    each => isExportedTo(each.exportTo, each.namespace, place.namespace) && imports(each.namespace, each.host),
  )
}
