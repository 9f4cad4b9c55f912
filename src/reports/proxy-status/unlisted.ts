import {logReasons} from '../../analysis/sync-reason/log-reason.js'
import {listOf, objectOf, textMapOf, textOf} from '../../formats/decode.js'
import {parseConfigDump} from '../../formats/envoy-config-dump/parse.js'
import {hasProxy, podRevision} from '../../formats/kube-pod/proxy-pod.js'
import {scrubFields} from '../../formats/redact/scrub.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {Gap} from '../../model/evidence/answer.js'
import {INJECT_LABEL, INJECTION_LABEL, REVISION_LABEL} from '../../model/istio/mesh-keys.js'
import type {SyncProblem} from '../../model/istio/sync-problem.js'
import {type KubeObject, type PodRef, podLabel, podRefOf} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'

const PROXY = 'istio-proxy'

function hasFailedToStart(status: unknown): boolean {
  const reason = textOf(status, 'state', 'waiting', 'reason')
  return reason !== undefined && reason !== 'PodInitializing' && reason !== 'ContainerCreating'
}

/** Why the proxy container is not running, as reported by the kubelet; undefined if it runs. */
function notStarted(pod: KubeObject): string | undefined {
  const statuses = [...listOf(pod, 'status', 'containerStatuses'), ...listOf(pod, 'status', 'initContainerStatuses')]
  const proxy = statuses.find(status => textOf(status, 'name') === PROXY)
  if (proxy === undefined) return textOf(pod, 'status', 'phase') === 'Pending' ? 'the pod is Pending' : undefined
  if (objectOf(proxy, 'state', 'running') !== undefined) return undefined
  const waiting = objectOf(proxy, 'state', 'waiting') ?? objectOf(proxy, 'state', 'terminated')
  const reason = textOf(waiting, 'reason') ?? 'not started'
  const message = textOf(waiting, 'message')
  if (reason === 'PodInitializing') {
    const init = statuses.find(status => /^istio-/.test(textOf(status, 'name') ?? '') && hasFailedToStart(status))
    const cause = textOf(init, 'state', 'waiting', 'reason')
    if (cause !== undefined) return `${textOf(init, 'name')} cannot start: ${cause}`
  }
  return message === undefined ? reason : `${reason}: ${message}`
}

/** The version of configuration Envoy runs: istiod's push time and number; '' if it never received any, undefined if unknown. */
async function runningVersion(source: Source, pod: PodRef): Promise<string | undefined> {
  const artifact = await source.evidence('envoy.config_dump', pod, {sections: ['clusters', 'listeners']})
  if (!artifact.ok) return undefined
  const dump = parseConfigDump(artifact.value)
  if (!dump.ok) return undefined
  const versions = ['Clusters', 'Listeners'].map(name => textOf(dump.value.sections.get(name), 'version_info') ?? '')
  return versions.find(version => version !== '') ?? ''
}

/** The causes found in a pod's proxy log, with the log lines; a log that cannot be read is a gap. */
export async function whyFromLog(
  source: Source,
  pod: PodRef,
  gaps: Gap[],
): Promise<Pick<SyncProblem, 'reason' | 'advice' | 'evidence' | 'since'> | undefined> {
  const log = await source.evidence('log.istio-proxy', pod)
  if (!log.ok) {
    gaps.push(log.gap)
    return undefined
  }
  const [first, ...others] = logReasons(Buffer.from(log.value.bytes).toString('utf8')).map(scrubFields)
  if (first === undefined) return undefined
  const began = [first, ...others].flatMap(reason => reason.since ?? []).sort()[0]
  return {
    reason: first.text,
    advice: first.advice,
    evidence: [first.line.replace(/\t/g, ' ')],
    since: began,
  }
}

/** A pod whose proxy no istiod lists: whether it was disconnected or never connected, and the cause if known. */
export async function unlistedProblem(
  source: Source,
  pod: KubeObject,
  revisions: ReadonlySet<string>,
  gaps: Gap[],
): Promise<SyncProblem> {
  const ref = podRefOf(pod)
  const base = {proxy: podLabel(ref), types: []}
  const waiting = notStarted(pod)
  if (waiting !== undefined) {
    return {...base, kind: 'never-connected', reason: `its istio-proxy container is not running (${waiting})`}
  }
  const [version, why] = await Promise.all([runningVersion(source, ref), whyFromLog(source, ref, gaps)])
  const kind = version === undefined ? 'unknown' : version === '' ? 'never-connected' : 'disconnected'
  const note = version ? {note: `still running the config from ${version.split('/')[0]}`} : {}
  const wanted = podRevision(pod)
  if (why === undefined && revisions.size > 0 && !revisions.has(wanted)) {
    const reason = `it was injected by revision ${wanted}, and no istiod of that revision is running`
    const advice = `Restart the pod to have it injected by ${[...revisions].join(' or ')}, or reinstall the revision.`
    return {...base, kind, ...note, reason, advice}
  }
  if (why === undefined) return {...base, kind, ...note, reason: 'not connected to any istiod'}
  // The log of a restarted container begins with its last run; a proxy that never connected has been waiting since the pod started.
  const started = kind === 'never-connected' ? textOf(pod, 'status', 'startTime') : undefined
  return {...base, kind, ...note, ...why, ...definedFields({since: started})}
}

/** A live pod without a proxy in a namespace with injection enabled, and the reason; undefined for every other pod. */
export function noSidecarProblem(
  pod: KubeObject,
  namespaces: ReadonlyMap<string, KubeObject>,
): SyncProblem | undefined {
  const {namespace = 'default', name} = pod.metadata
  const labels = namespaces.get(namespace)?.metadata.labels ?? {}
  const enabled = labels[INJECTION_LABEL] === 'enabled' || labels[REVISION_LABEL] !== undefined
  if (!enabled || hasProxy(pod) || labels[INJECTION_LABEL] === 'disabled') return undefined
  const inject = INJECT_LABEL
  const byLabel = textMapOf(pod, 'metadata', 'labels')[inject]
  const byAnnotation = textMapOf(pod, 'metadata', 'annotations')[inject]
  const hostNetwork = pod.spec !== undefined && objectOf(pod, 'spec')?.hostNetwork === true
  const problem = (reason: string): SyncProblem => ({
    kind: 'no-sidecar',
    proxy: podLabel({namespace, name}),
    types: [],
    reason,
  })
  if (byLabel === 'false') return problem(`opted out by label ${inject}=false`)
  if (byAnnotation === 'false') return problem(`opted out by annotation ${inject}=false`)
  if (hostNetwork) return problem('it uses the host network, where no sidecar is injected')
  return problem('it was created without one: before injection was enabled, or while the injection webhook failed')
}
