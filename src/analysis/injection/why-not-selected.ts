import type {InjectionDecision, InjectionWebhook, NamespaceModel} from '../../model/istio/injection.js'
import {INJECT_LABEL, INJECTION_LABEL, REVISION_LABEL} from '../../model/istio/mesh-keys.js'
import type {PodModel} from '../../model/kube/pod.js'
import {isDeactivated} from './deactivated.js'

type Reason = Pick<InjectionDecision, 'decidedBy' | 'reason'>

/** The revisions and tags that some webhook serves, and whether plain `istio-injection=enabled` is served. */
function servedRevisions(webhooks: readonly InjectionWebhook[]): readonly string[] {
  const active = webhooks.filter(hook => !isDeactivated(hook))
  return [...new Set(active.map(hook => hook.tag ?? hook.revision))].sort()
}

/** Whether a webhook of that name, `namespace.…` or `object.…`, serves the default revision. */
function serves(webhooks: readonly InjectionWebhook[], prefix: string): boolean {
  return webhooks.some(hook => hook.name.startsWith(prefix) && !isDeactivated(hook))
}

function known(webhooks: readonly InjectionWebhook[]): string {
  const served = servedRevisions(webhooks)
  return served.length === 0 ? 'no injection webhooks exist' : `known revisions: ${served.join(', ')}`
}

/** Why no webhook selects a pod, in the order to check (istio.io, "Injection concepts": namespace and pod labels). */
export function whyNotSelected(
  pod: PodModel,
  namespace: NamespaceModel,
  webhooks: readonly InjectionWebhook[],
): Reason {
  const optedOut = pod.labels[INJECT_LABEL] === 'false'
  const injection = namespace.labels[INJECTION_LABEL]
  const revision = namespace.labels[REVISION_LABEL]
  if (optedOut) return {decidedBy: 'pod label', reason: `the pod's label ${INJECT_LABEL}: "false" disables it`}
  if (injection !== undefined && injection !== 'enabled') {
    const requested = pod.labels[INJECT_LABEL] === 'true' || pod.labels[REVISION_LABEL] !== undefined
    const more = requested ? ', which a pod label cannot override' : ''
    return {decidedBy: 'namespace label', reason: `the namespace has ${INJECTION_LABEL}=${injection}${more}`}
  }
  if (injection === 'enabled' && !serves(webhooks, 'namespace.')) {
    const reason = `the namespace has ${INJECTION_LABEL}=enabled, but no webhook serves the default revision (${known(webhooks)})`
    return {decidedBy: 'missing webhook', reason}
  }
  const requestedRevision = revision ?? pod.labels[REVISION_LABEL]
  if (requestedRevision !== undefined) {
    const where = revision === undefined ? 'pod' : 'namespace'
    return {
      decidedBy: 'missing webhook',
      reason: `the ${where} has ${REVISION_LABEL}=${requestedRevision}, but no webhook serves that revision (${known(webhooks)})`,
    }
  }
  if (pod.labels[INJECT_LABEL] === 'true' && !serves(webhooks, 'object.')) {
    const reason = `the pod has ${INJECT_LABEL}: "true", but no webhook serves the default revision (${known(webhooks)}); set a revision with the label ${REVISION_LABEL}`
    return {decidedBy: 'missing webhook', reason}
  }
  const annotation =
    pod.annotations[INJECT_LABEL] === 'true' ? `; the annotation ${INJECT_LABEL}: "true" alone has no effect` : ''
  return {
    decidedBy: 'no injection label',
    reason: `neither the namespace (${INJECTION_LABEL}=enabled or ${REVISION_LABEL}) nor the pod (label ${INJECT_LABEL}: "true") enables injection${annotation}`,
  }
}
