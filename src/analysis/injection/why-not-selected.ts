import type {InjectionDecision, InjectionWebhook, NamespaceModel} from '../../model/injection.js'
import type {PodModel} from '../../model/pod.js'
import {isDeactivated} from './deactivated.js'

const INJECT = 'sidecar.istio.io/inject'
const REVISION = 'istio.io/rev'
const INJECTION = 'istio-injection'

type Reason = Pick<InjectionDecision, 'decidedBy' | 'reason'>

/** The revisions and tags that some webhook serves, and whether plain `istio-injection=enabled` is served. */
export function servedRevisions(webhooks: readonly InjectionWebhook[]): readonly string[] {
  const active = webhooks.filter(hook => !isDeactivated(hook))
  return [...new Set(active.map(hook => hook.tag ?? hook.revision))].sort()
}

/** Whether some webhook of that name, `namespace.…` or `object.…`, serves requests that name no revision. */
function serves(webhooks: readonly InjectionWebhook[], prefix: string): boolean {
  return webhooks.some(hook => hook.name.startsWith(prefix) && !isDeactivated(hook))
}

function known(webhooks: readonly InjectionWebhook[]): string {
  const served = servedRevisions(webhooks)
  return served.length === 0 ? 'there is no injection webhook at all' : `known revisions: ${served.join(', ')}`
}

/** Why no webhook selects a pod, in the order in which people would look for it (istio.io, "Injection concepts": namespace and pod labels). */
export function whyNotSelected(
  pod: PodModel,
  namespace: NamespaceModel,
  webhooks: readonly InjectionWebhook[],
): Reason {
  const refused = pod.labels[INJECT] === 'false'
  const injection = namespace.labels[INJECTION]
  const revision = namespace.labels[REVISION]
  if (refused) return {decidedBy: 'pod label', reason: `the pod's label ${INJECT}: "false" refuses it`}
  if (injection !== undefined && injection !== 'enabled') {
    const pleads = pod.labels[INJECT] === 'true' || pod.labels[REVISION] !== undefined
    const more = pleads ? ', which no label of a pod can override' : ''
    return {decidedBy: 'namespace label', reason: `the namespace says ${INJECTION}=${injection}${more}`}
  }
  if (injection === 'enabled' && !serves(webhooks, 'namespace.')) {
    const reason = `the namespace says ${INJECTION}=enabled, but no webhook serves the default revision (${known(webhooks)})`
    return {decidedBy: 'missing webhook', reason}
  }
  const wanted = revision ?? pod.labels[REVISION]
  if (wanted !== undefined) {
    const where = revision === undefined ? 'pod' : 'namespace'
    return {
      decidedBy: 'missing webhook',
      reason: `the ${where} says ${REVISION}=${wanted}, but no webhook serves that revision (${known(webhooks)})`,
    }
  }
  if (pod.labels[INJECT] === 'true' && !serves(webhooks, 'object.')) {
    const reason = `the pod says ${INJECT}: "true", but no webhook serves the default revision (${known(webhooks)}); it must name one with the label ${REVISION}`
    return {decidedBy: 'missing webhook', reason}
  }
  const annotation =
    pod.annotations[INJECT] === 'true' ? `; the annotation ${INJECT}: "true" alone calls no webhook` : ''
  return {
    decidedBy: 'nobody asks',
    reason: `neither the namespace (${INJECTION}=enabled or ${REVISION}) nor the pod (label ${INJECT}: "true") asks for it${annotation}`,
  }
}
