import {isIstiod} from '../../formats/kube-pod/istiod-pod.js'
import {gapSentence} from '../../model/answer.js'
import {EVIDENCE_IDS, type EvidenceId, evidenceRow} from '../../model/evidence.js'
import {isMeshWide, KINDS, kindOf} from '../../model/kinds.js'
import type {PodRef} from '../../model/kube-object.js'
import {podRefOf} from '../../model/kube-object.js'
import {UserError} from '../../model/user-error.js'
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
const PER_REPLICA: ReadonlySet<EvidenceId> = new Set<EvidenceId>(['istiod.syncz', 'istiod.version'])

async function chosenPods(source: Source, request: CaptureRequest): Promise<readonly PodRef[]> {
  if (source.impliedSubject !== undefined) return [source.impliedSubject]
  const found =
    request.pods.length === 0
      ? await resolvePods(source, request.target)
      : (await Promise.all(request.pods.map(name => resolvePods(source, {...request.target, name})))).flat()
  const byName = new Map(found.map(pod => [`${pod.metadata.namespace}/${pod.metadata.name}`, podRefOf(pod)]))
  if (byName.size > 0) return [...byName.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, ref]) => ref)
  const where =
    request.target.allNamespaces === true ? '' : ` in namespace ${request.target.namespace ?? source.defaultNamespace}`
  throw new UserError(`no pods to capture${where} of ${source.origin.label}`, {
    hint: 'Specify pods, a namespace with -n, all namespaces with -A, or a selector with -l.',
  })
}

async function controlPlane(source: Source, istioNamespace: string): Promise<readonly PodRef[]> {
  const answer = await source.objects({kind: 'Pod', namespace: istioNamespace})
  if (!answer.ok) throw new UserError(`cannot find istiod: ${gapSentence(answer.gap)}`)
  const found = answer.value.filter(isIstiod).map(podRefOf)
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
  const extra = (source.kinds?.() ?? []).filter(held => kindOf(held.kind) === undefined && !NEVER.has(held.kind))
  const held = new Map((source.kinds?.() ?? []).map(each => [each.kind, each.apiVersion]))
  const known = KINDS.filter(each => !NEVER.has(each.kind)).flatMap(({kind, apiVersion, namespaced}): ObjectTask[] => {
    const version = held.get(kind) ?? apiVersion
    if (CONTROL_PLANE_ONLY.has(kind)) return [{kind, apiVersion: version, namespace: istioNamespace}]
    const whole = everywhere || !namespaced || isMeshWide({kind, apiVersion})
    return (whole ? ['*'] : namespaces).map(namespace => ({kind, apiVersion: version, namespace}))
  })
  return [...known, ...extra.map(({kind, apiVersion}) => ({kind, apiVersion, namespace: '*'}))]
}

/** Plans what a capture fetches, before anything large is fetched. */
export async function planCapture(source: Source, request: CaptureRequest): Promise<CapturePlan> {
  const pods = await chosenPods(source, request)
  const replicas = request.istiod ? await controlPlane(source, request.istioNamespace) : []
  const isReplica = (pod: PodRef) => replicas.some(each => each.name === pod.name && each.namespace === pod.namespace)
  const perProxy = request.istiod ? ISTIOD_IDS.filter(id => !PER_REPLICA.has(id)) : []
  const proxies = pods.filter(pod => !isReplica(pod)).map(pod => ({pod, ids: [...POD_IDS, ...perProxy]}))
  const control = replicas.map(pod => ({pod, ids: [...POD_IDS, ...PER_REPLICA]}))
  const namespaces = [...new Set([...pods.map(pod => pod.namespace), request.istioNamespace])]
    .filter(each => each !== '')
    .sort()
  return {
    namespaces,
    objects:
      source.impliedSubject === undefined
        ? objectTasks(source, namespaces, request.target.allNamespaces === true, request.istioNamespace)
        : [],
    evidence: [...proxies, ...control],
  }
}
