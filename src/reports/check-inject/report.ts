import {decideInjection} from '../../analysis/injection/decision.js'
import {stockWebhooks} from '../../analysis/injection/stock-webhooks.js'
import {type WebhookVerdict, webhookVerdicts} from '../../analysis/injection/webhook-verdict.js'
import {podMode} from '../../analysis/pod-mode/pod-mode.js'
import {readPod} from '../../formats/kube-pod/parse.js'
import type {Gap} from '../../model/answer.js'
import type {InjectionDecision} from '../../model/injection.js'
import type {KubeObject} from '../../model/kube-object.js'
import type {PodModel} from '../../model/pod.js'
import type {Labels} from '../../model/selector.js'
import {UserError} from '../../model/user-error.js'
import type {Source} from '../../sources/source.js'
import {clusterLists} from '../check/lists.js'
import {optional, type Report, required} from '../report.js'

const REVISION = 'istio.io/rev'

const ASSUMED = 'no webhooks are among the files: those of a plain installation are assumed'

export interface InjectAnswer {
  readonly pod: PodModel
  readonly decision: InjectionDecision
  readonly webhooks: readonly WebhookVerdict[]
  /** Whether it has a sidecar now; absent for templates and for pods that are only asked about. */
  readonly has?: boolean
}

export interface CheckInjectReport extends Report {
  readonly answers: readonly InjectAnswer[]
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

function remarks({decision, webhooks, has}: InjectAnswer): readonly string[] {
  const several = webhooks.filter(({injects}) => injects)
  return [
    ...(several.length > 1
      ? [`${several.map(({configuration}) => configuration).join(' and ')} both inject, which can lead to errors`]
      : []),
    ...(has === false && decision.injected
      ? ['the pod has no sidecar: it was created before this was so; create it anew']
      : []),
    ...(has === true && !decision.injected
      ? ['the pod has a sidecar from before; created anew it would have none']
      : []),
  ]
}

/** Whether pods would get a sidecar if they were created now, by which webhook, and what decides it. */
export async function checkInjectReport(
  source: Source,
  objects: readonly KubeObject[],
  istioNamespace: string,
): Promise<CheckInjectReport> {
  const gaps: Gap[] = []
  const lists = clusterLists(source, istioNamespace)
  const known = await lists.webhooks()
  const assumed = !known.ok && source.origin.kind === 'files'
  const cluster = assumed ? [] : required(known, source)
  if (!assumed && cluster.length === 0) {
    throw new UserError('no Istio injection webhook is present', {
      hint: 'Nothing will ever be injected: is Istio installed, and with which revision?',
    })
  }
  const injectors = optional(await lists.injectors(), gaps) ?? []
  const pods = objects.map(readPod).filter(pod => pod !== undefined)
  const answers = await Promise.all(
    pods.map(async (pod): Promise<InjectAnswer> => {
      const namespace = required(await lists.namespace(pod.object.namespace), source)
      const revisions = [namespace.labels[REVISION], pod.labels[REVISION]].filter(each => each !== undefined)
      const webhooks = assumed ? stockWebhooks(revisions) : cluster
      const decision = decideInjection({pod, namespace, webhooks, injectors})
      const verdicts = webhookVerdicts(webhooks, namespace.labels, pod.labels)
      return {pod, decision, webhooks: verdicts, ...(pod.exists ? {has: podMode(pod) === 'sidecar'} : {})}
    }),
  )
  const notes = [...(assumed ? [ASSUMED] : []), ...answers.flatMap(remarks)]
  return {origin: source.origin, gaps, notes, answers}
}
