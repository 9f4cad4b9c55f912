import type {
  InjectionDecision,
  InjectionStep,
  InjectionWebhook,
  InjectorSettings,
  NamespaceModel,
} from '../../model/istio/injection.js'
import {type IstioVersion, isOlder} from '../../model/istio/istio-version.js'
import {INJECT_LABEL, INJECTION_LABEL, REVISION_LABEL} from '../../model/istio/mesh-keys.js'
import type {PodModel} from '../../model/kube/pod.js'
import {type Labels, matchesLabels} from '../../model/kube/selector.js'
import {whyNotSelected} from './why-not-selected.js'

/** Namespaces excluded from injection. */
export const SYSTEM_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage']

export interface InjectionInputs {
  readonly pod: PodModel
  readonly namespace: NamespaceModel
  readonly webhooks: readonly InjectionWebhook[]
  readonly injectors: readonly InjectorSettings[]
  readonly version?: IstioVersion
}

/** Since Istio 1.27 only "true" and "false" are valid; before, y/yes/true/on meant yes and any other value no. */
function injectValue(value: string | undefined, version: IstioVersion | undefined): boolean | undefined {
  if (value === undefined || value === '') return undefined
  if (isOlder(version, 1, 27)) return ['y', 'yes', 'true', 'on'].includes(value.toLowerCase())
  return value === 'true' ? true : value === 'false' ? false : undefined
}

type Verdict = Pick<InjectionDecision, 'injected' | 'decidedBy' | 'reason'>

/** What the webhook decides once it is called (istio, pkg/kube/inject, injectRequired): host network, system namespace, label or annotation, selectors, policy. */
function webhookDecision(
  {pod}: InjectionInputs,
  injector: InjectorSettings | undefined,
  version: IstioVersion | undefined,
): Verdict {
  const label = injectValue(pod.labels[INJECT_LABEL], version)
  if (label !== undefined) {
    const reason = `the pod's label ${INJECT_LABEL}: "${pod.labels[INJECT_LABEL]}" ${label ? 'enables it' : 'disables it'}`
    return {injected: label, decidedBy: 'pod label', reason}
  }
  const annotation =
    pod.labels[INJECT_LABEL] === undefined ? injectValue(pod.annotations[INJECT_LABEL], version) : undefined
  if (annotation !== undefined) {
    const reason = `the pod's annotation ${INJECT_LABEL}: "${pod.annotations[INJECT_LABEL]}" ${annotation ? 'enables it' : 'disables it'}`
    return {injected: annotation, decidedBy: 'pod annotation', reason}
  }
  const matches = (selectors: InjectorSettings['never']) =>
    selectors.some(selector => selector.length > 0 && matchesLabels(selector, pod.labels))
  if (injector !== undefined && matches(injector.never)) {
    return {
      injected: false,
      decidedBy: 'neverInjectSelector',
      reason: "the injector's neverInjectSelector matches the pod",
    }
  }
  if (injector !== undefined && matches(injector.always)) {
    return {
      injected: true,
      decidedBy: 'alwaysInjectSelector',
      reason: "the injector's alwaysInjectSelector matches the pod",
    }
  }
  const policy = injector?.policy ?? 'enabled'
  const reason = `the injector's policy is "${policy}", which the pod does not override`
  return {injected: policy === 'enabled', decidedBy: 'policy', reason}
}

function labelsText(labels: Labels): string {
  const shown = [INJECTION_LABEL, REVISION_LABEL].filter(key => labels[key] !== undefined)
  return shown.length === 0 ? 'no injection label' : shown.map(key => `${key}=${labels[key]}`).join(', ')
}

/** Whether a pod created now would get a sidecar: which webhook the API server calls, then what that webhook decides. */
export function decideInjection(inputs: InjectionInputs): InjectionDecision {
  const {pod, namespace, webhooks, injectors} = inputs
  const hook = webhooks.find(
    each => matchesLabels(each.namespaceSelector, namespace.labels) && matchesLabels(each.objectSelector, pod.labels),
  )
  const steps: InjectionStep[] = [
    {question: `namespace ${namespace.name}`, answer: labelsText(namespace.labels)},
    {
      question: 'pod',
      answer: [
        pod.labels[INJECT_LABEL] === undefined
          ? `no label ${INJECT_LABEL}`
          : `label ${INJECT_LABEL}="${pod.labels[INJECT_LABEL]}"`,
        ...(pod.labels[REVISION_LABEL] === undefined ? [] : [`label istio.io/rev=${pod.labels[REVISION_LABEL]}`]),
        ...(pod.annotations[INJECT_LABEL] === undefined
          ? []
          : [`annotation ${INJECT_LABEL}="${pod.annotations[INJECT_LABEL]}"`]),
      ].join(', '),
    },
    {question: 'webhook called', answer: hook === undefined ? 'none' : `${hook.name} of ${hook.configuration}`},
  ]
  if (hook === undefined) {
    return {injected: false, ...whyNotSelected(pod, namespace, webhooks), steps}
  }
  const chosen = {webhook: hook, revision: hook.revision}
  if (pod.hostNetwork) {
    const reason = 'the pod uses the host network, where a sidecar cannot capture anything'
    return {injected: false, decidedBy: 'host network', reason, ...chosen, steps}
  }
  if (SYSTEM_NAMESPACES.includes(namespace.name)) {
    const reason = `nothing is injected in the system namespace ${namespace.name}`
    return {injected: false, decidedBy: 'system namespace', reason, ...chosen, steps}
  }
  const injector = injectors.find(each => each.revision === hook.revision) ?? injectors[0]
  // The release of the injector decides; the pod's sidecar may be older.
  const version = injector?.version ?? inputs.version
  const verdict = webhookDecision(inputs, injector, version)
  return {
    ...verdict,
    ...chosen,
    version,
    steps: [...steps, {question: 'webhook decision by', answer: verdict.decidedBy}],
  }
}
