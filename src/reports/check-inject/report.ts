import type {WebhookVerdict} from '../../analysis/injection/webhook-verdict.js'
import {podMode} from '../../analysis/pod-mode/pod-mode.js'
import {type PredictionAssumption, predictInjection} from '../../evidence/injection/prediction.js'
import {objectCache} from '../../evidence/mesh-objects/object-cache.js'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {readPod} from '../../formats/kube-pod/parse.js'
import {type Gap, gapSentence} from '../../model/answer.js'
import type {InjectionDecision} from '../../model/injection.js'
import type {KubeObject} from '../../model/kube-object.js'
import {byText} from '../../model/order.js'
import {objectLabel, type PodModel} from '../../model/pod.js'
import type {Labels} from '../../model/selector.js'
import {UserError} from '../../model/user-error.js'
import type {Source} from '../../sources/source.js'
import {type Report, required} from '../report.js'

const PLAIN = 'no webhooks are among the files: those of a plain installation are assumed'
const LISTED = 6

export interface InjectAnswer {
  readonly pod: PodModel
  readonly decision: InjectionDecision
  /** Why, in one clause. */
  readonly because: string
  /** What is taken for granted because no file shows it. */
  readonly assumed: readonly PredictionAssumption[]
  readonly webhooks: readonly WebhookVerdict[]
  /** Whether it has a sidecar now; absent for templates and for pods that are only asked about. */
  readonly has?: boolean
}

/** A pod nothing can be said about, and why. */
export interface Unanswered {
  readonly pod: PodModel
  readonly gap: Gap
}

export interface CheckInjectReport extends Report {
  readonly answers: readonly InjectAnswer[]
  readonly unanswered: readonly Unanswered[]
}

/** A pod that does not exist, of these labels, in that namespace. */
export function imaginedPod(labels: Labels, namespace: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: 'a-pod-with-these-labels', namespace, labels},
    spec: {containers: []},
  }
}

/** What was taken for granted, said once. */
function assumptions(answers: readonly InjectAnswer[]): readonly string[] {
  const unknown = answers.filter(({assumed}) => assumed.includes('namespace')).map(({pod}) => pod.object.namespace)
  return [
    ...(answers.some(({assumed}) => assumed.includes('webhooks')) ? [PLAIN] : []),
    ...[...new Set(unknown)].map(
      name => `Namespace ${name} is not among the files: it is taken that it asks for sidecars`,
    ),
  ]
}

function remarks({pod, decision, webhooks, has}: InjectAnswer, several: boolean): readonly string[] {
  const inject = webhooks.filter(({injects}) => injects)
  const it = several ? objectLabel(pod.object) : 'the pod'
  return [
    ...(inject.length > 1
      ? [
          `${inject.map(({configuration}) => configuration).join(' and ')} both inject${several ? ` ${it}` : ''}, which can lead to errors`,
        ]
      : []),
    ...(has === false && decision.injected
      ? [`${it} has no sidecar: it was created before this was so; create it anew`]
      : []),
    ...(has === true && !decision.injected ? [`${it} has a sidecar from before; created anew it would have none`] : []),
  ]
}

/** The error for a namespace that is not there, with those that are. */
async function noNamespace(source: Source, name: string): Promise<UserError> {
  const all = await source.objects({kind: 'Namespace'})
  const names = all.ok ? all.value.map(({metadata}) => metadata.name).sort(byText) : []
  const some = `${names.slice(0, LISTED).join(', ')}${names.length > LISTED ? `, and ${names.length - LISTED} more` : ''}`
  return new UserError(`there is no namespace ${name} in ${source.origin.label}`, {
    ...(names.length === 0 ? {} : {hint: `There are ${some}.`}),
  })
}

/** The error when no pod at all could be judged: its Namespace is not there, or may not be read. */
async function nothingKnown(source: Source, {pod, gap}: Unanswered): Promise<UserError> {
  if (gap.reason === 'not-captured') return await noNamespace(source, pod.object.namespace)
  return new UserError(gapSentence(gap), {gap})
}

/** Whether pods would get a sidecar if they were created now, by which webhook, and what decides it. */
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
      hint: 'Nothing will ever be injected: is Istio installed, and with which revision?',
    })
  }
  // Files hardly ever hold the injector's settings; a plain installation's are as good.
  const injectors = await cache.settings.injectors()
  if (!injectors.ok) gaps.push(injectors.gap)
  const answers: InjectAnswer[] = []
  const unanswered: Unanswered[] = []
  for (const pod of objects.map(readPod).filter(each => each !== undefined)) {
    const namespace = await cache.namespace(pod.object.namespace)
    if (namespace.ok || files) {
      const {decision, because, verdicts, assumed} = await predictInjection(cache, pod)
      const has = pod.exists ? {has: podMode(pod) === 'sidecar'} : {}
      answers.push({pod, decision, because, webhooks: verdicts, assumed, ...has})
    } else unanswered.push({pod, gap: namespace.gap})
  }
  const [first] = unanswered
  if (first !== undefined && answers.length === 0) throw await nothingKnown(source, first)
  gaps.push(...new Set(unanswered.map(({gap}) => gap)))
  const several = objects.length > 1
  const notes = [...assumptions(answers), ...answers.flatMap(each => remarks(each, several))]
  return {...answeredFrom(source), gaps, notes, answers, unanswered}
}
