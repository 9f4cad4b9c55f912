import {at, field, listOf, numberOf, objectOf, textMapOf, textOf, textsOf} from '../formats/decode.js'
import type {KubeObject} from '../model/kube-object.js'
import {type Labels, matchesLabels, requirementsOf} from '../model/selector.js'
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

function merged(objects: readonly KubeObject[]): MergedRule {
  const policy = objects.map(each => objectOf(each, 'spec', 'trafficPolicy')).find(each => each !== undefined)
  return {objects, policy, subsets: subsetsOf(objects)}
}

/** The most exact host among the rules of one namespace that fit, and the rules that have it. */
function atLevel(
  rules: readonly KubeObject[],
  host: string,
  place: ProxyPlace,
  domain: string,
): MergedRule | undefined {
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
  return chosen.length === 0 ? undefined : merged(chosen)
}

/**
 * The rule that counts for a host: of the client's namespace, then of the host's, then of the root namespace; the first level
 * with a fitting host ends the search (istio.io, "Destination Rule", and facts measured of istiod).
 */
export function ruleFor(
  state: IstioState,
  place: ProxyPlace,
  {host, namespace}: RegisteredHost,
): MergedRule | undefined {
  const {rootNamespace, clusterDomain} = state.settings
  const all = state.objects('DestinationRule')
  const of = (home: string, exported: boolean) =>
    all.filter(
      rule =>
        rule.metadata.namespace === home &&
        (!exported || isExportedTo(textsOf(rule, 'spec', 'exportTo'), home, place.namespace)),
    )
  const levels =
    place.namespace === rootNamespace
      ? [of(namespace, true), of(rootNamespace, true)]
      : [of(place.namespace, false), of(namespace, true), of(rootNamespace, true)]
  for (const level of levels) {
    const found = atLevel(level, host, place, clusterDomain)
    if (found !== undefined) return found
  }
  return undefined
}

/** The settings for a port: its own replace the general ones whole. */
export function policyAt(policy: unknown, port: number): unknown {
  const own = listOf(policy, 'portLevelSettings').find(each => numberOf(each, 'port', 'number') === port)
  return own ?? policy
}

/** The settings of a cluster: those of the port, replaced field by field by those of the subset. */
export function trafficPolicy(rule: MergedRule | undefined, port: number, subset: Subset | undefined): unknown {
  const base = policyAt(rule?.policy, port)
  if (subset?.policy === undefined) return base
  const own = policyAt(subset.policy, port)
  return {...(objectOf({base}, 'base') ?? {}), ...(objectOf({own}, 'own') ?? {})}
}

/** The TLS settings of a cluster; undefined when the rule leaves them to istiod. */
export function tlsSettings(rule: MergedRule | undefined, port: number, subset: Subset | undefined): unknown {
  return field(trafficPolicy(rule, port, subset), 'tls')
}

/** Whether hosts that fail are ejected. */
export function hasOutlierDetection(policy: unknown): boolean {
  return at(policy, 'outlierDetection') !== undefined
}
