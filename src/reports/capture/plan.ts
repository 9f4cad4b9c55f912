import {cniAgentObjects, ztunnelObjects} from '../../evidence/ambient/ztunnels.js'
import {listingOnce} from '../../evidence/asked-once.js'
import {listOf, objectOf, textOf} from '../../formats/decode.js'
import {isIstiod} from '../../formats/kube-pod/istiod-pod.js'
import {hasProxy} from '../../formats/kube-pod/proxy-pod.js'
import {isCniAgent, isWaypointPod, isZtunnel} from '../../formats/kube-pod/ztunnel-pod.js'
import {gapSentence} from '../../model/evidence/answer.js'
import {EVIDENCE_IDS, type EvidenceId, evidenceRow} from '../../model/evidence/evidence.js'
import {UserError} from '../../model/evidence/user-error.js'
import {enrolsInAmbient, isRedirected} from '../../model/istio/mesh-keys.js'
import {groupOf, isMeshWide, KINDS, kindOf} from '../../model/kube/kinds.js'
import {type KubeObject, type PodRef, podRefOf} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {resolvePods, type Target} from '../../sources/subject.js'

/** What to capture. */
export interface CaptureRequest {
  readonly pods: readonly string[]
  readonly target: Omit<Target, 'name'>
  readonly istiod: boolean
  readonly istioNamespace: string
}

/** A list of objects to fetch; `*` means every namespace. */
export interface ObjectTask {
  readonly kind: string
  readonly apiVersion: string
  readonly namespace: string
}

export interface EvidenceTask {
  readonly pod: PodRef
  /** Evidence the pod cannot have: of a proxy when it has none, of running containers when none run. Its absence is not a failure. */
  readonly cannotHave?: (id: EvidenceId) => boolean
  readonly ids: readonly EvidenceId[]
}

export interface CapturePlan {
  /** Namespaces to list if a cluster-wide list is forbidden. */
  readonly namespaces: readonly string[]
  readonly objects: readonly ObjectTask[]
  readonly evidence: readonly EvidenceTask[]
}

/** Never captured: secret, or not used by any report. */
const NEVER = new Set(['Secret'])
/** Captured only in the control plane's namespace: elsewhere they are large, private and unused. */
const CONTROL_PLANE_ONLY = new Set(['ConfigMap'])
const ISTIOD_IDS = EVIDENCE_IDS.filter(id => evidenceRow(id).how.via === 'istiod')
const POD_IDS = EVIDENCE_IDS.filter(id => evidenceRow(id).how.via !== 'istiod')
/** One file per istiod replica, not per proxy. */
const PER_REPLICA: ReadonlySet<EvidenceId> = new Set<EvidenceId>(['istiod.syncz', 'istiod.version', 'istiod.ambientz'])

/** What a pod cannot have by its nature. */
function cannotHave(pod: KubeObject): (id: EvidenceId) => boolean {
  const statuses = ['containerStatuses', 'initContainerStatuses'].flatMap(list => listOf(pod, 'status', list))
  // The native sidecar of a Pending pod may run.
  const runs =
    textOf(pod, 'status', 'phase') === 'Running' ||
    statuses.some(status => objectOf(status, 'state', 'running') !== undefined)
  const ztunnel = isZtunnel(pod)
  const proxy = hasProxy(pod) && !ztunnel
  return id => {
    const {how} = evidenceRow(id)
    if (how.via === 'log') return !runs || !hasContainer(pod, how.container)
    if (how.via === 'exec') return !runs
    if (how.via === 'ztunnel') return !runs || !ztunnel
    return !runs || (how.via === 'istiod' ? !proxy && !isIstiod(pod) : !proxy)
  }
}

function hasContainer(pod: KubeObject, name: string): boolean {
  const all = [...listOf(pod, 'spec', 'containers'), ...listOf(pod, 'spec', 'initContainers')]
  return all.some(each => textOf(each, 'name') === name)
}

type Chosen = Pick<EvidenceTask, 'pod' | 'cannotHave'> & {readonly isNodeAgent?: boolean}

function chosenOf(pod: KubeObject): Chosen {
  return {pod: podRefOf(pod), cannotHave: cannotHave(pod), isNodeAgent: isCniAgent(pod)}
}

/** What a pod can be asked for; only the agent of istio-cni shares the network of its node and sees the sets there. */
function idsOf({isNodeAgent}: Chosen): readonly EvidenceId[] {
  return isNodeAgent === true ? POD_IDS : POD_IDS.filter(id => id !== 'net.ipset')
}

/** True when ztunnel serves a pod, or should: redirected pods, enrolled ones, and waypoints. */
function usesZtunnel(pod: KubeObject, namespace: KubeObject | undefined): boolean {
  const {labels = {}, annotations = {}} = pod.metadata
  return isWaypointPod(pod) || isRedirected(annotations) || enrolsInAmbient(labels, namespace?.metadata.labels ?? {})
}

/**
 * The ztunnels that serve the nodes of pods, with the istio-cni agents beside them; none in a mesh without ztunnel, for pods with sidecars
 * alone, or where they cannot be listed.
 */
async function nodeAgents(source: Source, pods: readonly PodRef[]): Promise<readonly Chosen[]> {
  if (source.impliedSubject !== undefined) return []
  const lists = await Promise.all([ztunnelObjects(source), cniAgentObjects(source)])
  const agents = lists.flatMap(list => (list.ok ? list.value : []))
  if (!agents.some(isZtunnel)) return []
  const nodeOf = (pod: KubeObject) => textOf(pod, 'spec', 'nodeName')
  const [all, namespaces] = await Promise.all([source.objects({kind: 'Pod'}), source.objects({kind: 'Namespace'})])
  const byName = new Map((namespaces.ok ? namespaces.value : []).map(each => [each.metadata.name, each]))
  const ambient = (pod: KubeObject) => usesZtunnel(pod, byName.get(pod.metadata.namespace ?? ''))
  const wanted = new Set(pods.map(({namespace, name}) => `${namespace}/${name}`))
  const nodes = new Set(
    (all.ok ? all.value : [])
      .filter(pod => wanted.has(`${pod.metadata.namespace}/${pod.metadata.name}`) && ambient(pod))
      .map(nodeOf),
  )
  return agents
    .filter(pod => nodes.has(nodeOf(pod)) && !wanted.has(`${pod.metadata.namespace}/${pod.metadata.name}`))
    .map(chosenOf)
}

async function chosenPods(source: Source, request: CaptureRequest): Promise<readonly Chosen[]> {
  if (source.impliedSubject !== undefined) return [{pod: source.impliedSubject}]
  const found =
    request.pods.length === 0
      ? await resolvePods(source, request.target)
      : (await Promise.all(request.pods.map(name => resolvePods(source, {...request.target, name})))).flat()
  const byName = new Map(found.map(pod => [`${pod.metadata.namespace}/${pod.metadata.name}`, chosenOf(pod)] as const))
  if (byName.size > 0) return [...byName.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, chosen]) => chosen)
  const where =
    request.target.allNamespaces === true ? '' : ` in namespace ${request.target.namespace ?? source.defaultNamespace}`
  throw new UserError(`no pods to capture${where} of ${source.origin.label}`, {
    hint: 'Specify pods, a namespace with -n, all namespaces with -A, or a selector with -l.',
  })
}

async function controlPlane(source: Source, istioNamespace: string): Promise<readonly Chosen[]> {
  const answer = await source.objects({kind: 'Pod', namespace: istioNamespace})
  if (!answer.ok) throw new UserError(`cannot find istiod: ${gapSentence(answer.gap)}`)
  const found = answer.value.filter(isIstiod).map(chosenOf)
  if (found.length > 0) return found
  throw new UserError(`no istiod in namespace ${istioNamespace} of ${source.origin.label}`, {
    hint: 'Specify its namespace with -i.',
  })
}

/** The lists of objects to fetch: mesh-wide and cluster-scoped kinds cluster-wide, the others per namespace. */
function objectTasks(
  source: Source,
  namespaces: readonly string[],
  everywhere: boolean,
  istioNamespace: string,
): readonly ObjectTask[] {
  const keyOf = (kind: string, apiVersion: string) => `${groupOf(apiVersion)}/${kind}`
  const extra = (source.kinds?.() ?? []).filter(held => kindOf(held.kind) === undefined && !NEVER.has(held.kind))
  const held = new Map((source.kinds?.() ?? []).map(each => [keyOf(each.kind, each.apiVersion), each.apiVersion]))
  const known = KINDS.filter(each => !NEVER.has(each.kind)).flatMap(({kind, apiVersion, namespaced}): ObjectTask[] => {
    const version = held.get(keyOf(kind, apiVersion)) ?? apiVersion
    if (CONTROL_PLANE_ONLY.has(kind)) return [{kind, apiVersion: version, namespace: istioNamespace}]
    const whole = everywhere || !namespaced || isMeshWide({kind, apiVersion})
    return (whole ? ['*'] : namespaces).map(namespace => ({kind, apiVersion: version, namespace}))
  })
  return [...known, ...extra.map(({kind, apiVersion}) => ({kind, apiVersion, namespace: '*'}))]
}

/** Outside Kubernetes: the workload in the form of a pod, and of other kinds why there are none. Files hold their objects themselves. */
function workloadTasks(source: Source): readonly ObjectTask[] {
  if (!source.traits.live) return []
  return KINDS.filter(each => !NEVER.has(each.kind)).map(({kind, apiVersion}) => ({kind, apiVersion, namespace: '*'}))
}

/** The source of a capture: lists that the plan reads are not fetched again for the bundle. */
export function captureSource(source: Source): Source {
  return listingOnce(source, ['Pod', 'Namespace'])
}

/** Plans what a capture fetches, before anything large is fetched. */
export async function planCapture(source: Source, request: CaptureRequest): Promise<CapturePlan> {
  const pods = await chosenPods(source, request)
  const replicas = request.istiod ? await controlPlane(source, request.istioNamespace) : []
  const isReplica = (pod: PodRef) =>
    replicas.some(({pod: {name, namespace}}) => name === pod.name && namespace === pod.namespace)
  const perProxy = request.istiod ? ISTIOD_IDS.filter(id => !PER_REPLICA.has(id)) : []
  const agents = await nodeAgents(
    source,
    pods.map(({pod}) => pod),
  )
  const proxies = [...pods, ...agents]
    .filter(({pod}) => !isReplica(pod))
    .map(chosen => ({...chosen, ids: [...idsOf(chosen), ...perProxy]}))
  const control = replicas.map(chosen => ({...chosen, ids: [...idsOf(chosen), ...PER_REPLICA]}))
  const namespaces = [...new Set([...pods.map(({pod}) => pod.namespace), request.istioNamespace])]
    .filter(each => each !== '')
    .sort()
  return {
    namespaces,
    objects:
      source.impliedSubject === undefined
        ? objectTasks(source, namespaces, request.target.allNamespaces === true, request.istioNamespace)
        : workloadTasks(source),
    evidence: [...proxies, ...control],
  }
}
