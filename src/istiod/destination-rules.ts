import {at, field, listOf, numberOf, objectOf, textMapOf, textOf, textsOf} from '../formats/decode.js'
import {groupedBy} from '../model/collections/grouped-by.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import {type Labels, matchesLabels, requirementsOf} from '../model/kube/selector.js'
import {isExportedTo, type RegisteredHost} from './registry.js'
import {hostFits, type ProxyPlace} from './scope.js'
import {type IstioState, selectorOf} from './state.js'

/** A name in an object in full: one without a dot belongs to the object's own namespace. */
export function fullHost(name: string, namespace: string, domain: string): string {
  return name.includes('.') || name.includes('*') ? name : `${name}.${namespace}.svc.${domain}`
}

/** The DestinationRules that count for a host, of one level of lookup, merged: the first gives the policy, all give subsets. */
export interface MergedRule {
  readonly objects: readonly KubeObject[]
  readonly policy: unknown
  readonly subsets: readonly Subset[]
}

export interface Subset {
  readonly name: string
  readonly labels: Labels
  readonly policy: unknown
}

function subsetsOf(objects: readonly KubeObject[]): readonly Subset[] {
  const found = new Map<string, Subset>()
  for (const object of objects)
    for (const each of listOf(object, 'spec', 'subsets')) {
      const name = textOf(each, 'name') ?? ''
      if (!found.has(name))
        found.set(name, {name, labels: textMapOf(each, 'labels'), policy: objectOf(each, 'trafficPolicy')})
    }
  return [...found.values()]
}

/**
 * Rules for one host in one namespace merge when they are exported to the same namespaces; otherwise the newest takes precedence
 * (istio.io, 1.24 change notes: DestinationRules with different exportTo).
 */
function merged(all: readonly KubeObject[]): MergedRule {
  const groups = [...groupedBy(all, each => [...textsOf(each, 'spec', 'exportTo')].sort().join(' ')).values()]
  const objects = groups.at(-1) ?? all
  const policy = objects.map(each => objectOf(each, 'spec', 'trafficPolicy')).find(each => each !== undefined)
  return {objects, policy, subsets: subsetsOf(objects)}
}

/** The rule with the most specific matching host in one namespace; `none` when its rules are for other workloads. */
function atLevel(
  rules: readonly KubeObject[],
  host: string,
  place: ProxyPlace,
  domain: string,
): MergedRule | 'none' | undefined {
  const named = rules.map(
    rule => [fullHost(textOf(rule, 'spec', 'host') ?? '', rule.metadata.namespace ?? 'default', domain), rule] as const,
  )
  const fitting = named.filter(([name]) => hostFits(name, host))
  const exact = fitting.some(([name]) => name === host)
  const longest = exact ? host : [...fitting].sort(([a], [b]) => b.length - a.length)[0]?.[0]
  const mine = fitting.filter(([name]) => name === longest).map(([, rule]) => rule)
  if (mine.length === 0) return undefined
  const selector = (rule: KubeObject) => selectorOf(rule, 'workloadSelector', 'matchLabels')
  const selecting = mine.filter(rule => {
    const wanted = selector(rule)
    return (
      wanted !== undefined &&
      rule.metadata.namespace === place.namespace &&
      matchesLabels(requirementsOf(wanted), place.labels)
    )
  })
  const plain = mine.filter(rule => selector(rule) === undefined)
  const chosen = selecting.length > 0 ? selecting : plain
  return chosen.length === 0 ? 'none' : merged(chosen)
}

/**
 * The rule that counts for a host: of the client's namespace, then of the host's, then of the root namespace; the first level
 * with a fitting host ends the search (istio.io, "Destination Rule", and measured on istiod).
 */
export function ruleFor(
  state: IstioState,
  place: ProxyPlace,
  {host, namespace}: RegisteredHost,
): MergedRule | undefined {
  const {rootNamespace, clusterDomain} = state.settings
  const all = state.objects('DestinationRule')
  // Also in the client's own namespace: a rule exported to others alone does not count there.
  const of = (home: string) =>
    all.filter(
      rule =>
        rule.metadata.namespace === home && isExportedTo(textsOf(rule, 'spec', 'exportTo'), home, place.namespace),
    )
  const levels =
    place.namespace === rootNamespace
      ? [of(namespace), of(rootNamespace)]
      : [of(place.namespace), of(namespace), of(rootNamespace)]
  for (const level of levels) {
    const found = atLevel(level, host, place, clusterDomain)
    if (found !== undefined) return found === 'none' ? undefined : found
  }
  return undefined
}

/** The settings for a port: its own replace the general ones whole. */
export function policyAt(policy: unknown, port: number): unknown {
  const own = listOf(policy, 'portLevelSettings').find(each => numberOf(each, 'port', 'number') === port)
  return own ?? policy
}

/** What the settings of a subset for a port replace whole, even where they do not say it. */
const WHOLE_BY_PORT = ['connectionPool', 'outlierDetection', 'loadBalancer', 'tls'] as const

/** The settings of a cluster: those of the port, replaced field by field by those of the subset, and whole by those of the subset for the port. */
export function trafficPolicy(rule: MergedRule | undefined, port: number, subset: Subset | undefined): unknown {
  const base = objectOf({base: policyAt(rule?.policy, port)}, 'base') ?? {}
  if (subset?.policy === undefined) return rule?.policy === undefined ? undefined : base
  const own = {...base, ...objectOf({own: subset.policy}, 'own')}
  const byPort = listOf(subset.policy, 'portLevelSettings').find(each => numberOf(each, 'port', 'number') === port)
  if (byPort === undefined) return own
  return {...own, ...Object.fromEntries(WHOLE_BY_PORT.map(name => [name, field(byPort, name)]))}
}

function endpointTlsOf(policy: unknown, port: number): unknown {
  const own = listOf(policy, 'portLevelSettings').find(
    each => numberOf(each, 'port', 'number') === port && objectOf(each, 'tls') !== undefined,
  )
  return field(own, 'tls') ?? field(policy, 'tls')
}

/**
 * The TLS settings that say whether endpoints are sent mTLS: unlike those of the cluster, a port that says nothing about TLS takes
 * what the rule says, and a subset what the rule says for all (measured on istiod, EDS).
 */
export function endpointTls(rule: MergedRule | undefined, port: number, subset: Subset | undefined): unknown {
  return endpointTlsOf(subset?.policy, port) ?? endpointTlsOf(rule?.policy, port)
}

/** The TLS settings of a cluster; undefined when the rule leaves them to istiod. */
export function tlsSettings(rule: MergedRule | undefined, port: number, subset: Subset | undefined): unknown {
  return field(trafficPolicy(rule, port, subset), 'tls')
}

/** Whether the proxy reads the Secret a rule names: a gateway does, a sidecar only for a rule with a workloadSelector (istio.io, ClientTLSSettings). */
export function readsSecrets({gateway}: ProxyPlace, rule: MergedRule | undefined): boolean {
  return (
    gateway || rule?.objects.some(each => selectorOf(each, 'workloadSelector', 'matchLabels') !== undefined) === true
  )
}

/** Whether TLS settings are dropped, and plaintext is sent, because their Secret is not read. */
export function dropsTls(settings: unknown, reads: boolean): boolean {
  const credential = textOf(settings, 'credentialName') ?? ''
  const mode = textOf(settings, 'mode')
  return (
    (mode === 'SIMPLE' || mode === 'MUTUAL') && credential !== '' && !credential.startsWith('configmap://') && !reads
  )
}

/** Whether hosts that fail are ejected. */
export function hasOutlierDetection(policy: unknown): boolean {
  return at(policy, 'outlierDetection') !== undefined
}
