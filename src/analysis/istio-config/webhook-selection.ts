import {INJECT_LABEL, INJECTION_LABEL, REVISION_LABEL} from '../../model/istio/mesh-keys.js'
import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {LabelSelector, WebhooksConfig} from '../../model/istio-config/kubernetes.js'
import type {Labels} from '../../model/kube/selector.js'
import {labelSelectorMatches} from './label-selection.js'

function isIstios(name: string): boolean {
  return name.endsWith('istio.io')
}

/** True when an injection webhook selects pods with these labels in a namespace with those. */
export function isInjected(configurations: readonly WebhooksConfig[], namespace: Labels, pod: Labels): boolean {
  return configurations.some(({webhooks}) =>
    webhooks.some(
      ({name, namespaceSelector, objectSelector}) =>
        isIstios(name) &&
        labelSelectorMatches(namespaceSelector, namespace) &&
        labelSelectorMatches(objectSelector, pod),
    ),
  )
}

function revisionsOf({object, webhooks}: WebhooksConfig): readonly string[] {
  const inSelector = ({matchLabels, expressions}: LabelSelector) => [
    ...(matchLabels[REVISION_LABEL] === undefined ? [] : [matchLabels[REVISION_LABEL]]),
    ...expressions.flatMap(({key, values}) => (key === REVISION_LABEL ? values : [])),
  ]
  const own = object.labels[REVISION_LABEL]
  return [
    ...(own === undefined ? [] : [own]),
    ...webhooks.flatMap(each => [...inSelector(each.namespaceSelector), ...inSelector(each.objectSelector)]),
  ]
}

/** The webhook configurations of Istio: those that name a revision, or have a webhook of its domain. */
export function injectionConfigurations(all: readonly WebhooksConfig[]): readonly WebhooksConfig[] {
  return all.filter(each => revisionsOf(each).length > 0 || each.webhooks.some(({name}) => isIstios(name)))
}

/** Every combination of the injection label and a revision. */
function combinations(key: string, values: readonly string[], revisions: readonly string[]): readonly Labels[] {
  const bases: readonly Labels[] = [{}, ...values.map(value => ({[key]: value}))]
  return bases.flatMap(base => [base, ...revisions.map(revision => ({...base, [REVISION_LABEL]: revision}))])
}

/** The configurations that select some pods together with others, with the names of those. */
export function overlaps(configurations: readonly WebhooksConfig[]): ReadonlyMap<ConfigObject, ReadonlySet<string>> {
  const revisions = [...new Set(configurations.flatMap(revisionsOf))]
  const namespaces = combinations(INJECTION_LABEL, ['enabled', 'disabled'], revisions)
  const pods = combinations(INJECT_LABEL, ['true', 'false'], revisions)
  const found = new Map<ConfigObject, Set<string>>()
  const all = configurations.flatMap(({object, webhooks}) => webhooks.map(webhook => ({object, webhook})))
  const numbers = new Map(configurations.map(({object}, at) => [object, at] as const))
  /** Sets of configurations that were met before: most labels are selected by the same ones. */
  const met = new Set<string>()
  for (const namespace of namespaces) {
    const here = all.filter(({webhook}) => labelSelectorMatches(webhook.namespaceSelector, namespace))
    for (const pod of pods) {
      const objects = new Set(
        here.filter(({webhook}) => labelSelectorMatches(webhook.objectSelector, pod)).map(({object}) => object),
      )
      const key = [...objects].map(object => numbers.get(object)).join()
      if (objects.size < 2 || met.has(key)) continue
      met.add(key)
      for (const object of objects) {
        const names = found.get(object) ?? new Set<string>()
        for (const other of objects) if (other !== object) names.add(other.ref.name)
        found.set(object, names)
      }
    }
  }
  return found
}
