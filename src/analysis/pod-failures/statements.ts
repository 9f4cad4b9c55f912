import type {KubeEvent} from '../../model/kube/kube-event.js'
import type {NodeModel} from '../../model/kube/kube-node.js'
import {type Container, isOver, type ObjectRef, type PodModel} from '../../model/kube/pod.js'
import {humanCount} from '../../model/text/human-count.js'
import {type FailureCause, failureCause, START_FAILURES} from './causes.js'

/** A failure that Kubernetes reported, and what it means. */
export interface ReportedFailure {
  readonly cause: FailureCause
  readonly from: string
  readonly reason: string
  readonly message: string
  /** The container it is about. */
  readonly container?: string
}

type Statement = Omit<ReportedFailure, 'cause'>

/** Conditions that report a failure, with the status they have then; the reason of an event of a failure (kube-controller-manager, kubelet, scheduler). */
const CONDITIONS: Readonly<Record<string, string>> = {ReplicaFailure: 'True', Failed: 'True', PodScheduled: 'False'}
const EVENTS = [
  'FailedCreate',
  'FailedCreatePodSandBox',
  'FailedMount',
  'FailedScheduling',
  'Failed',
  'ErrImagePull',
  'FailedKillPod',
  'InspectFailed',
  'Evicted',
  'NetworkNotReady',
  'DeadlineExceeded',
  'BackoffLimitExceeded',
]
/** Ends that tell why a container is started again and again. */
const LOOP_REASONS = ['OOMKilled', ...START_FAILURES]
const WAITING = ['PodInitializing', 'ContainerCreating']
/** Components of the mesh that pods of a node or all pods depend on, by their labels (Istio's charts). */
const COMPONENTS: readonly (readonly [label: string, value: string])[] = [
  ['k8s-app', 'istio-cni-node'],
  ['app', 'ztunnel'],
  ['app', 'istiod'],
]

/** The names of a workload's pods and of what stands between: the name, a hash, and one more part for pods. */
function isOfWorkload({kind, namespace, name}: ObjectRef, {object, workload, exists}: PodModel): boolean {
  if (namespace !== object.namespace) return false
  if (name === object.name && kind === object.kind) return true
  if (name === workload.name && kind === workload.kind) return true
  const rest = name.startsWith(`${workload.name}-`) ? name.slice(workload.name.length + 1).split('-') : []
  if (kind === 'Pod') return !exists && rest.length > 0 && rest.length <= 2
  return (kind === 'ReplicaSet' || kind === 'Job') && rest.length === 1
}

/** The last end of a container that is started again and again, as words. */
function endWords(restarts: number, reason: string, exitCode: number | undefined): string {
  const code = exitCode === undefined ? '' : ` (exit code ${exitCode})`
  return `restarted ${humanCount(restarts, 'time')}, last ended: ${reason}${code}`
}

/** Why a container is started again and again, by the reason of its last end. */
function loopReason(ended: string): string {
  return LOOP_REASONS.includes(ended) ? ended : 'CrashLoopBackOff'
}

/** What the node of a pod says, when it does not answer any more. */
function nodeStatements({status}: PodModel, nodes: readonly NodeModel[]): readonly Statement[] {
  const node = nodes.find(({name}) => name === status?.node)
  if (node?.notReady === undefined) return []
  return [
    {
      from: `condition Ready of Node ${node.name}`,
      reason: 'NodeNotReady',
      message: `Node ${node.name}: ${node.notReady}`,
    },
  ]
}

/** A component of the mesh whose containers run and that is not ready. */
function componentStatements({labels, status, containers}: PodModel): readonly Statement[] {
  const component = COMPONENTS.find(([label, value]) => labels[label] === value)
  const runs = containers.every(({state, role}) => role !== 'app' || state?.state === 'running')
  if (component === undefined || status === undefined || status.ready || status.phase !== 'Running' || !runs) return []
  return [{from: 'condition Ready', reason: 'MeshComponentNotReady', message: `${component[1]} is not ready`}]
}

/** Failures in a row after which the kubelet calls a container not ready (Kubernetes API, Probe: failureThreshold). */
const READINESS_FAILURES = 3

/** The probe of an application's container that is not ready, by the events of the pod: what restarts it, or keeps it from traffic. */
function probeStatement(container: Container, {object}: PodModel, events: readonly KubeEvent[]): Statement | undefined {
  const {name, state, injected, role} = container
  if (injected || role === 'init' || state === undefined || state.ready) return undefined
  const own = events.filter(
    ({about, container: of}) =>
      about.kind === 'Pod' && about.name === object.name && about.namespace === object.namespace && of === name,
  )
  const failed = (probe: RegExp) => own.find(({reason, message}) => reason === 'Unhealthy' && probe.test(message))
  const killed = own.find(
    ({reason, message}) => reason === 'Killing' && / failed (?:liveness|startup) probe/.test(message),
  )
  const unready = failed(/^Readiness probe failed/)
  const event =
    killed !== undefined && state.restarts > 0
      ? (failed(/ failed startup/.test(killed.message) ? /^Startup/ : /^Liveness/) ?? killed)
      : state.state === 'running' && (unready?.count ?? 0) >= READINESS_FAILURES
        ? unready
        : undefined
  if (event === undefined) return undefined
  const from = `event ${event.reason} of Pod ${object.name} (${humanCount(event.count, 'time')})`
  return {from, reason: 'Unhealthy', message: event.message, container: name}
}

/** The end of an application's container that was started before and is about to be started again. */
function endedStatement({name, state, injected, role}: Container): Statement | undefined {
  if (injected || role === 'init' || state?.state !== 'terminated' || state.restarts === 0) return undefined
  const {reason = 'Error', exitCode, restarts} = state
  const message = endWords(restarts, reason, exitCode)
  return {from: `status of container ${name}`, reason: loopReason(reason), message, container: name}
}

/** Why a container waits, by its status. */
function waitingStatement({name, state, injected}: Container): Statement | undefined {
  if (state?.state !== 'waiting' || state.reason === undefined || WAITING.includes(state.reason)) return undefined
  const from = `status of container ${name}`
  const {reason, message = '', restarts, lastReason, lastExitCode, lastMessage} = state
  if (reason !== 'CrashLoopBackOff') return {from, reason, message, container: name}
  // The rules about the sidecar and istio-init say what their ends mean.
  if (injected) return undefined
  if (lastReason === undefined) return {from, reason, message, container: name}
  // The runtime's words about a failed start; after a run the message is the container's own.
  const ended =
    START_FAILURES.includes(lastReason) && lastMessage !== undefined
      ? lastMessage
      : endWords(restarts, lastReason, lastExitCode)
  return {from, reason: loopReason(lastReason), message: ended, container: name}
}

function statements(pod: PodModel, events: readonly KubeEvent[]): readonly Statement[] {
  const conditions = pod.conditions
    .filter(({type, status}) => Object.hasOwn(CONDITIONS, type) && CONDITIONS[type] === status)
    .map(({type, reason = type, message = ''}) => ({from: `condition ${type}`, reason, message}))
  const containers = pod.containers
    .map(each => probeStatement(each, pod, events) ?? waitingStatement(each) ?? endedStatement(each))
    .filter(each => each !== undefined)
  const {reason, message = ''} = pod.status ?? {}
  const whole = reason === undefined ? [] : [{from: 'status of the pod', reason, message}]
  const reported = events
    .filter(({about, warning, reason: why}) => warning && EVENTS.includes(why) && isOfWorkload(about, pod))
    .map(event => ({
      from: `event ${event.reason} of ${event.about.kind} ${event.about.name}${event.count > 1 ? ` (${event.count} times)` : ''}`,
      reason: event.reason,
      message: event.message,
    }))
  return [...conditions, ...containers, ...whole, ...componentStatements(pod), ...reported]
}

/** True when the pod, or the workload a template is in, is up: what was reported before is over. */
function isUp({status, conditions}: PodModel): boolean {
  if (status !== undefined) return status.ready
  return conditions.some(({type, status: value}) => type === 'Available' && value === 'True')
}

/** Why Kubernetes itself says that the pod is not created or does not start, one statement for each cause; none once it is up. */
export function reportedFailures(
  pod: PodModel,
  events: readonly KubeEvent[],
  nodes: readonly NodeModel[] = [],
): readonly ReportedFailure[] {
  const ofNode = isOver(pod) ? [] : nodeStatements(pod, nodes)
  const ofPod = isUp(pod) && !isOver(pod) ? [] : statements(pod, events)
  const found = new Map<FailureCause, ReportedFailure>()
  for (const each of [...ofNode, ...ofPod]) {
    const cause = failureCause(each.reason, each.message)
    if (cause !== undefined && !found.has(cause)) found.set(cause, {...each, cause})
  }
  return [...found.values()]
}
