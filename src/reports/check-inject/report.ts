import type {WebhookVerdict} from '../../analysis/injection/webhook-verdict.js'
import {isEnrolledInAmbient, podMode} from '../../analysis/pod-mode/pod-mode.js'
import {type PredictionAssumption, predictInjection} from '../../evidence/injection/prediction.js'
import {objectCache} from '../../evidence/mesh-objects/object-cache.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {readPod} from '../../formats/kube-pod/parse.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {type Gap, gapSentence} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {InjectionDecision} from '../../model/istio/injection.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {objectLabel, type PodModel} from '../../model/kube/pod.js'
import type {Labels} from '../../model/kube/selector.js'
import {byText} from '../../model/text/order.js'
import type {Source} from '../../sources/source.js'
import {type Report, required} from '../report.js'

const DEFAULTS_ASSUMED = "no webhooks in the given files: Istio's default webhooks are assumed"
const MAX_LISTED = 6

export interface InjectAnswer {
  readonly pod: PodModel
  readonly decision: InjectionDecision
  /** Why, in one clause. */
  readonly because: string
  /** What is assumed because no file shows it. */
  readonly assumed: readonly PredictionAssumption[]
  readonly webhooks: readonly WebhookVerdict[]
  /** The pod joins the mesh through ztunnel instead: its label or that of its namespace says so. */
  readonly ambient: boolean
  /** Whether it has a sidecar now; absent for templates and hypothetical pods. */
  readonly has?: boolean
}

/** A pod that could not be checked, and why. */
export interface Unanswered {
  readonly pod: PodModel
  readonly gap: Gap
}

export interface CheckInjectReport extends Report {
  readonly answers: readonly InjectAnswer[]
  readonly unanswered: readonly Unanswered[]
}

/** A hypothetical pod with these labels in that namespace. */
export function hypotheticalPod(labels: Labels, namespace: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: 'a-pod-with-these-labels', namespace, labels},
    spec: {containers: []},
  }
}

/** What was assumed, each once. */
function assumptions(answers: readonly InjectAnswer[]): readonly string[] {
  const unknown = answers.filter(({assumed}) => assumed.includes('namespace')).map(({pod}) => pod.object.namespace)
  return [
    ...(answers.some(({assumed}) => assumed.includes('webhooks')) ? [DEFAULTS_ASSUMED] : []),
    ...[...new Set(unknown)].map(
      name => `Namespace ${name} is not in the given files: injection is assumed to be enabled`,
    ),
  ]
}

function remarks({pod, decision, webhooks, ambient, has}: InjectAnswer, several: boolean): readonly string[] {
  const inject = webhooks.filter(({injects}) => injects)
  const it = several ? objectLabel(pod.object) : 'the pod'
  return [
    ...(inject.length > 1
      ? [
          `${inject.map(({configuration}) => configuration).join(' and ')} both inject${several ? ` ${it}` : ''}, which can lead to errors`,
        ]
      : []),
    ...(ambient && !decision.injected
      ? [`${it} is enrolled in ambient mode (istio.io/dataplane-mode): ztunnel carries its traffic, without a sidecar`]
      : []),
    ...(has === false && decision.injected
      ? [`${it} has no sidecar although it would be injected now: recreate it`]
      : []),
    ...(has === true && !decision.injected ? [`${it} has a sidecar, but would have none if recreated`] : []),
  ]
}

/** The error for an unknown namespace, with the existing ones. */
async function noNamespace(source: Source, name: string): Promise<UserError> {
  const all = await source.objects({kind: 'Namespace'})
  const names = all.ok ? all.value.map(({metadata}) => metadata.name).sort(byText) : []
  const some = `${names.slice(0, MAX_LISTED).join(', ')}${names.length > MAX_LISTED ? `, and ${names.length - MAX_LISTED} more` : ''}`
  return new UserError(`namespace ${name} not found in ${source.origin.label}`, {
    ...definedFields({hint: names.length === 0 ? undefined : `Namespaces: ${some}.`}),
  })
}

/** The error when no pod could be checked: its Namespace does not exist, or may not be read. */
async function nothingKnown(source: Source, {pod, gap}: Unanswered): Promise<UserError> {
  if (gap.reason === 'not-captured') return await noNamespace(source, pod.object.namespace)
  return new UserError(gapSentence(gap), {gap})
}

/** Whether pods created now would get a sidecar, by which webhook, and why. */
export async function checkInjectReport(
  given: Source,
  objects: readonly KubeObject[],
  istioNamespace: string,
): Promise<CheckInjectReport> {
  const source = noted(given)
  const gaps: Gap[] = []
  const cache = objectCache(source, istioNamespace)
  const known = await cache.list('webhooks', '')
  const files = !source.traits.complete
  if (!files && required(known, source).length === 0) {
    throw new UserError('no Istio injection webhook is present', {
      hint: 'No pod can be injected. Is Istio installed, and with which revision?',
    })
  }
  // Files rarely contain the injector's settings; the defaults are used then.
  const injectors = await cache.settings.injectors()
  if (!injectors.ok) gaps.push(injectors.gap)
  const answers: InjectAnswer[] = []
  const unanswered: Unanswered[] = []
  for (const pod of objects.map(readPod).filter(each => each !== undefined)) {
    const namespace = await cache.namespace(pod.object.namespace)
    if (namespace.ok || files) {
      const {decision, because, verdicts, assumed} = await predictInjection(cache, pod)
      const has = pod.exists ? {has: podMode(pod) === 'sidecar'} : {}
      const ambient = isEnrolledInAmbient(pod, namespace.ok ? namespace.value.labels : {})
      answers.push({pod, decision, because, webhooks: verdicts, assumed, ambient, ...has})
    } else unanswered.push({pod, gap: namespace.gap})
  }
  const [first] = unanswered
  if (first !== undefined && answers.length === 0) throw await nothingKnown(source, first)
  gaps.push(...new Set(unanswered.map(({gap}) => gap)))
  const several = objects.length > 1
  const notes = [...assumptions(answers), ...answers.flatMap(each => remarks(each, several))]
  return {...answeredFrom(source), gaps, notes, answers, unanswered}
}
