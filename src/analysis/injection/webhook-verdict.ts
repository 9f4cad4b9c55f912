import type {InjectionWebhook} from '../../model/istio/injection.js'
import {INJECTION_LABEL} from '../../model/istio/mesh-keys.js'
import {type Labels, matchesLabels, type Requirement} from '../../model/kube/selector.js'
import {isDeactivated} from './deactivated.js'

/** What one webhook configuration does with a pod, with the reason istioctl gives. */
export interface WebhookVerdict {
  readonly configuration: string
  readonly revision: string
  readonly injects: boolean
  readonly reason: string
}

function matchedLabel(selector: readonly Requirement[], labels: Labels): string {
  const found = selector.find(
    ({key, operator}) => (operator === 'In' || operator === 'NotIn') && labels[key] !== undefined,
  )
  return found === undefined ? '' : `${found.key}=${labels[found.key]}`
}

function selectedLabels(selectors: readonly (readonly Requirement[])[]): string {
  return selectors
    .flat()
    .filter(({operator}) => operator === 'In')
    .flatMap(({key, values}) => values.map(value => `${key}=${value}`))
    .join(', ')
}

function prevented(selector: readonly Requirement[], labels: Labels): string | undefined {
  const found = selector.find(({key, operator, values}) => {
    const value = labels[key]
    return value !== undefined && (operator === 'DoesNotExist' || (operator === 'NotIn' && values.includes(value)))
  })
  return found === undefined ? undefined : `${found.key}=${labels[found.key]}`
}

function decide(
  hooks: readonly InjectionWebhook[],
  namespace: Labels,
  pod: Labels,
): Pick<WebhookVerdict, 'injects' | 'reason'> {
  for (const {namespaceSelector, objectSelector} of hooks) {
    const byNamespace = matchesLabels(namespaceSelector, namespace)
    const byPod = matchesLabels(objectSelector, pod)
    if (byNamespace && byPod) {
      const [ns, own] = [matchedLabel(namespaceSelector, namespace), matchedLabel(objectSelector, pod)]
      if (ns !== '' && own !== '')
        return {injects: true, reason: `Namespace label ${ns} matches, and pod label ${own} matches`}
      const all = ns.includes('kubernetes.io/metadata.name')
        ? ' (Automatic injection is enabled in all namespaces).'
        : ''
      if (ns !== '') return {injects: true, reason: `Namespace label ${ns} matches${all}`}
      if (own !== '') return {injects: true, reason: `Pod label ${own} matches`}
    } else if (byNamespace) {
      const label = prevented(objectSelector, pod)
      if (label !== undefined) return {injects: false, reason: `Pod has ${label} label, preventing injection`}
    } else if (byPod) {
      const value = namespace[INJECTION_LABEL]
      if (value !== undefined && value !== 'enabled')
        return {injects: false, reason: `Namespace has istio-injection=${value} label, preventing injection`}
    }
  }
  if (hooks.some(isDeactivated))
    return {injects: false, reason: 'The injection webhook is deactivated, and will never match labels.'}
  const namespaces = selectedLabels(hooks.map(({namespaceSelector}) => namespaceSelector))
  const pods = selectedLabels(hooks.map(({objectSelector}) => objectSelector))
  const labels = [
    ...(namespaces === '' ? [] : [`namespace labels (${namespaces})`]),
    ...(pods === '' ? [] : [`pod labels (${pods})`]),
  ]
  if (labels.length === 0) return {injects: false, reason: 'Its selectors exclude the pod'}
  return {injects: false, reason: `No matching ${labels.join(' or ')}`}
}

/** What each webhook configuration would do with a pod of these labels, by name (istioctl x check-inject, its table and its reasons). */
export function webhookVerdicts(
  webhooks: readonly InjectionWebhook[],
  namespace: Labels,
  pod: Labels,
): readonly WebhookVerdict[] {
  const names = [...new Set(webhooks.map(({configuration}) => configuration))].sort()
  return names.map(configuration => {
    const hooks = webhooks.filter(each => each.configuration === configuration)
    return {configuration, revision: hooks[0]?.revision ?? '', ...decide(hooks, namespace, pod)}
  })
}
