import {INJECT_LABEL, INJECTION_LABEL, REVISION_LABEL} from '../../model/istio/mesh-keys.js'
import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {LabelSelector, WebhooksConfig} from '../../model/istio-config/kubernetes.js'
import type {Labels} from '../../model/kube/selector.js'
import {byText} from '../../model/text/order.js'
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

/** Webhooks that select the same pods as one of a configuration, by CONFIGURATION/WEBHOOK in alphabetical order. */
export interface WebhookOverlap {
  readonly object: ConfigObject
  readonly others: readonly string[]
}

/** The sets of other webhooks that select some pods together with a webhook, also of the same configuration; each set once for a configuration. */
export function overlaps(configurations: readonly WebhooksConfig[]): readonly WebhookOverlap[] {
  const revisions = [...new Set(configurations.flatMap(revisionsOf))]
  const namespaces = combinations(INJECTION_LABEL, ['enabled', 'disabled'], revisions)
  const pods = combinations(INJECT_LABEL, ['true', 'false'], revisions)
  const found = new Map<string, WebhookOverlap>()
  const all = configurations.flatMap(({object, webhooks}) =>
    webhooks.map(webhook => ({object, webhook, name: `${object.ref.name}/${webhook.name}`})),
  )
  /** Sets of webhooks that were met before: most labels are selected by the same ones. */
  const met = new Set<string>()
  for (const namespace of namespaces) {
    const here = all.filter(({webhook}) => labelSelectorMatches(webhook.namespaceSelector, namespace))
    for (const pod of pods) {
      const together = here.filter(({webhook}) => labelSelectorMatches(webhook.objectSelector, pod))
      const names = [...new Set(together.map(({name}) => name))].sort(byText)
      const key = names.join(' ')
      if (names.length < 2 || met.has(key)) continue
      met.add(key)
      for (const {object, name} of together) {
        const others = names.filter(other => other !== name)
        found.set(`${object.ref.name} ${others.join(' ')}`, {object, others})
      }
    }
  }
  return [...found.values()]
}
