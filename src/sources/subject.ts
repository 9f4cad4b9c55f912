import {listOf, numberOf, objectOf, textMapOf, textOf, textsOf} from '../formats/decode.js'
import {readPod} from '../formats/kube-pod/parse.js'
import {hasProxy} from '../formats/kube-pod/proxy-pod.js'
import {definedFields} from '../model/collections/defined-fields.js'
import {gapSentence} from '../model/evidence/answer.js'
import {UserError} from '../model/evidence/user-error.js'
import {kindOf} from '../model/kube/kinds.js'
import {type KubeObject, type PodRef, podLabel, podRefOf} from '../model/kube/kube-object.js'
import type {ObjectRef} from '../model/kube/pod.js'
import {matchesLabels, parseSelector, type Requirement, requirementsOf} from '../model/kube/selector.js'
import {notFoundError} from './not-found.js'
import type {Source} from './source.js'

/** What a user typed to name pods: `pod`, `pod.ns`, `deploy/x`, `deploy/x.ns`, with `-n`, or `-l selector`. */
export interface Target {
  readonly name?: string | undefined
  readonly namespace?: string | undefined
  readonly allNamespaces?: boolean | undefined
  readonly selector?: string | undefined
  /** Among several pods, those with a sidecar come first. */
  readonly preferSidecar?: boolean | undefined
  /** True when objects of the mesh configuration are asked about as well: files without workloads are then no error. */
  readonly configuration?: boolean
}

/** The pod chosen, and, when there was a choice, a sentence saying which and why. */
export interface Subject {
  readonly pod: PodRef
  readonly chosen?: string
}

interface TypedName {
  readonly type?: string
  readonly name: string
  readonly namespace: string | undefined
}

/** Splits `TYPE/NAME.NS` as istioctl does: the namespace is what follows the last dot after the last slash. */
export function splitTarget(text: string): TypedName {
  const slash = text.lastIndexOf('/')
  const typed = slash > 0
  const rest = typed ? text.slice(slash + 1) : text
  const dot = rest.lastIndexOf('.')
  const name = dot > 0 ? rest.slice(0, dot) : rest
  const namespace = dot > 0 ? rest.slice(dot + 1) : undefined
  return typed ? {type: text.slice(0, slash), name, namespace} : {name, namespace}
}

/** True when every container that should be ready is: the pod's Ready condition. */
export function isReady(pod: KubeObject): boolean {
  return listOf(pod, 'status', 'conditions').some(
    each => textOf(each, 'type') === 'Ready' && textOf(each, 'status') === 'True',
  )
}

const PHASE_ORDER = ['Running', 'Unknown', 'Pending']

function rank(pod: KubeObject): readonly number[] {
  const phase = PHASE_ORDER.indexOf(textOf(pod, 'status', 'phase') ?? 'Unknown')
  const restarts = listOf(pod, 'status', 'containerStatuses').map(each => numberOf(each, 'restartCount') ?? 0)
  const readySince = listOf(pod, 'status', 'conditions').find(each => textOf(each, 'type') === 'Ready')
  return [
    textOf(pod, 'spec', 'nodeName') === undefined ? 1 : 0,
    phase < 0 ? 9 : phase,
    isReady(pod) ? 0 : 1,
    Date.parse(textOf(readySince, 'lastTransitionTime') ?? '') || Number.MAX_SAFE_INTEGER,
    -Math.max(0, ...restarts),
    Date.parse(textOf(pod, 'metadata', 'creationTimestamp') ?? '') || Number.MAX_SAFE_INTEGER,
  ]
}

/** Orders pods as `kubectl logs deploy/x` chooses one: scheduled, running, ready, ready for longest, most restarts, oldest. */
export function byPreference(a: KubeObject, b: KubeObject): number {
  const left = rank(a)
  const right = rank(b)
  const at = left.findIndex((value, index) => value !== right[index])
  if (at < 0) return a.metadata.name < b.metadata.name ? -1 : 1
  return (left[at] ?? 0) - (right[at] ?? 0)
}

async function list(
  source: Source,
  kind: string,
  namespace: string | undefined,
  name?: string,
  labels?: readonly Requirement[],
): Promise<readonly KubeObject[]> {
  const answer = await source.objects({
    kind,
    namespace,
    name,
    ...definedFields({labels: labels === undefined || labels.length === 0 ? undefined : labels}),
  })
  if (answer.ok) return answer.value
  throw new UserError(`cannot look up ${kind} in ${source.origin.label}: ${gapSentence(answer.gap)}`)
}

/** The label requirements by which a workload or Service names its pods. */
function podRequirements(owner: KubeObject, word: string): readonly Requirement[] {
  if (owner.kind === 'Service') {
    const selector = textMapOf(owner, 'spec', 'selector')
    if (Object.keys(selector).length > 0) return requirementsOf(selector)
    throw new UserError(`"${word}" does not refer to a pod: Service ${owner.metadata.name} has no selector`)
  }
  const simple = textMapOf(owner, 'spec', 'selector', 'matchLabels')
  const plain = owner.kind === 'ReplicationController' ? textMapOf(owner, 'spec', 'selector') : {}
  const expressions = listOf(owner, 'spec', 'selector', 'matchExpressions').map(each => ({
    key: textOf(each, 'key') ?? '',
    operator: (textOf(each, 'operator') ?? 'Exists') as Requirement['operator'],
    values: textsOf(each, 'values'),
  }))
  const all = [...requirementsOf({...simple, ...plain}), ...expressions]
  if (all.length === 0 || objectOf(owner, 'spec', 'selector') === undefined) {
    throw new UserError(`"${word}" does not refer to a pod: ${owner.kind} ${owner.metadata.name} has no pod selector`)
  }
  return all
}

function isOf(workload: ObjectRef | undefined, kind: string, name: string): boolean {
  return workload?.kind === kind && workload.name === name
}

/** The object of `TYPE/NAME.NS`, or of `TYPE/NAME` where the dot belongs to the name, as in the names istiod gives WorkloadEntries (`vm-10.0.0.7`). */
async function ownerNamed(source: Source, kind: string, text: string, target: Target): Promise<KubeObject | undefined> {
  const home = target.namespace ?? source.defaultNamespace
  const {name, namespace} = splitTarget(text)
  const [dotted] = await list(source, kind, namespace ?? home, name)
  if (dotted !== undefined || namespace === undefined) return dotted
  return (await list(source, kind, home, text.slice(text.lastIndexOf('/') + 1)))[0]
}

/** The machine of a WorkloadEntry in the form of a pod, where the question can be about one (`machines.ts`). */
async function machineOf(source: Source, {kind, metadata}: KubeObject): Promise<readonly KubeObject[]> {
  const found = await list(source, 'Pod', metadata.namespace, metadata.name)
  const machines = found.filter(pod => isOf(readPod(pod)?.workload, kind, metadata.name))
  if (machines.length > 0) return machines
  throw new UserError(
    `WorkloadEntry ${metadata.name} is a machine outside Kubernetes: this question reads what runs there`,
    {
      hint: `Ask on the machine, or with --from ssh:HOST. 'meshctl describe workloadentry/${metadata.name}' shows what its objects say.`,
    },
  )
}

async function podsOf(source: Source, text: string, target: Target): Promise<readonly KubeObject[]> {
  const {type, name, namespace = target.namespace ?? source.defaultNamespace} = splitTarget(text)
  if (type === undefined || kindOf(type)?.kind === 'Pod') {
    const anywhere = target.allNamespaces === true && splitTarget(text).namespace === undefined
    const found = await list(source, 'Pod', anywhere ? undefined : namespace, name)
    if (found.length > 0) return found
    const undotted =
      splitTarget(text).namespace === undefined
        ? []
        : await list(source, 'Pod', target.namespace ?? source.defaultNamespace, text)
    if (undotted.length > 0) return undotted
    throw await notFoundError(source, {kind: 'Pod', resource: 'pods', name, namespace})
  }
  const kind = kindOf(type)
  if (name === '') throw new UserError(`"${text}" names no ${kind?.kind ?? type}: put its name behind the slash`)
  if (kind === undefined) {
    throw new UserError(`"${text}": meshctl does not know the resource type "${type}"`, {
      hint: 'Use a kind that creates or selects pods: pod, deploy, sts, ds, rs, job, cronjob, rollout, svc.',
      next: `deploy/${name}, or the name of a pod`,
    })
  }
  const owner = await ownerNamed(source, kind.kind, text, target)
  if (owner === undefined) {
    throw await notFoundError(source, {...kind, name, namespace, prefix: `${type}/`})
  }
  if (kind.kind === 'WorkloadEntry') return await machineOf(source, owner)
  if (kind.kind === 'CronJob') {
    // It picks no pods itself: it makes Jobs, and those make pods.
    const all = await list(source, 'Pod', owner.metadata.namespace)
    return all.filter(pod => isOf(readPod(pod)?.workload, kind.kind, owner.metadata.name))
  }
  const requirements = podRequirements(owner, text)
  const pods = await list(source, 'Pod', owner.metadata.namespace ?? namespace, undefined, requirements)
  const chosen = pods.filter(pod => matchesLabels(requirements, pod.metadata.labels ?? {}))
  // A Service sends to machines as well; a workload of Kubernetes runs pods alone.
  return owner.kind === 'Service' ? chosen : chosen.filter(pod => readPod(pod)?.workload.kind !== 'WorkloadEntry')
}

/** Every pod a target names, in order of preference; naming none that exists is an error that says what to type instead. */
export async function resolvePods(source: Source, target: Target): Promise<readonly KubeObject[]> {
  if (target.name !== undefined) return [...(await podsOf(source, target.name, target))].sort(byPreference)
  const namespace = target.allNamespaces === true ? undefined : (target.namespace ?? source.defaultNamespace)
  const requirements = target.selector === undefined ? [] : parseSelector(target.selector)
  const pods = (await list(source, 'Pod', namespace, undefined, requirements)).filter(pod =>
    matchesLabels(requirements, pod.metadata.labels ?? {}),
  )
  return [...pods].sort(byPreference)
}

/** Pods with a sidecar first, in kubectl's order among themselves. */
function sidecarsFirst(pods: readonly KubeObject[]): readonly KubeObject[] {
  return [...pods.filter(hasProxy), ...pods.filter(pod => !hasProxy(pod))]
}

function choice(pods: readonly KubeObject[], target: Target): string | undefined {
  const [first] = pods
  if (first === undefined || (pods.length === 1 && target.selector === undefined && !(target.name ?? '').includes('/')))
    return undefined
  const state =
    textOf(first, 'metadata', 'deletionTimestamp') !== undefined
      ? 'terminating'
      : isReady(first)
        ? 'ready'
        : 'not ready'
  const of = pods.length === 1 ? 'the only pod' : `of ${pods.length} pods`
  return `using ${podLabel(podRefOf(first))} (${state}, ${of} of ${target.name ?? `selector ${target.selector}`})`
}

/** The one pod a question is about: named, chosen from a workload or selector, or implied by the source. */
export async function resolveSubject(source: Source, target: Target): Promise<Subject> {
  if (target.name === undefined && target.selector === undefined) {
    if (source.impliedSubject !== undefined) return {pod: source.impliedSubject}
    throw new UserError('name a pod: NAME, NAME.NAMESPACE, deploy/NAME, or -l SELECTOR')
  }
  if (source.impliedSubject !== undefined) return {pod: source.impliedSubject}
  const found = await resolvePods(source, target)
  const pods = target.preferSidecar === true ? sidecarsFirst(found) : found
  const [first] = pods
  if (first === undefined) {
    throw new UserError(`no pods match ${JSON.stringify(target.name ?? target.selector)} in ${source.origin.label}`, {
      next: 'look at the labels: kubectl get pods --show-labels',
    })
  }
  const chosen = choice(pods, target)
  return {pod: podRefOf(first), chosen}
}

/** Every pod a question is about: all a workload or selector names, or the one the source implies. */
export async function resolveSubjects(source: Source, target: Target): Promise<readonly PodRef[]> {
  if (source.impliedSubject !== undefined) return [source.impliedSubject]
  if (target.name === undefined && target.selector === undefined) return [(await resolveSubject(source, target)).pod]
  return (await resolvePods(source, target)).map(podRefOf)
}
