import {logReasons} from '../../analysis/sync-reason/log-reason.js'
import {listOf, objectOf, textMapOf, textOf} from '../../formats/decode.js'
import {parseConfigDump} from '../../formats/envoy-config-dump/parse.js'
import {hasProxy, podRevision} from '../../formats/kube-pod/proxy-pod.js'
import type {Gap} from '../../model/answer.js'
import {type KubeObject, type PodRef, podLabel, podRefOf} from '../../model/kube-object.js'
import type {SyncProblem} from '../../model/sync-problem.js'
import type {Source} from '../../sources/source.js'

const PROXY = 'istio-proxy'

/** Why the proxy container is not running, in the kubelet's words; undefined when it runs. */
function notStarted(pod: KubeObject): string | undefined {
  const statuses = [...listOf(pod, 'status', 'containerStatuses'), ...listOf(pod, 'status', 'initContainerStatuses')]
  const proxy = statuses.find(status => textOf(status, 'name') === PROXY)
  if (proxy === undefined) return textOf(pod, 'status', 'phase') === 'Pending' ? 'the pod is Pending' : undefined
  if (objectOf(proxy, 'state', 'running') !== undefined) return undefined
  const waiting = objectOf(proxy, 'state', 'waiting') ?? objectOf(proxy, 'state', 'terminated')
  const reason = textOf(waiting, 'reason') ?? 'not started'
  const message = textOf(waiting, 'message')
  return message === undefined ? reason : `${reason}: ${message}`
}

/** The version of configuration Envoy runs: istiod's push time and number; '' when it never got any, undefined when that cannot be seen. */
async function runningVersion(source: Source, pod: PodRef): Promise<string | undefined> {
  const artifact = await source.evidence('envoy.config_dump', pod, {sections: ['clusters', 'listeners']})
  if (!artifact.ok) return undefined
  const dump = parseConfigDump(artifact.value)
  if (!dump.ok) return undefined
  const versions = ['Clusters', 'Listeners'].map(name => textOf(dump.value.sections.get(name), 'version_info') ?? '')
  return versions.find(version => version !== '') ?? ''
}

/** The reasons a pod's own proxy log gives, told in words with the lines; a log that cannot be read is a gap. */
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
  const [first, ...others] = logReasons(Buffer.from(log.value.bytes).toString('utf8'))
  if (first === undefined) return undefined
  const began = [first, ...others].flatMap(reason => reason.since ?? []).sort()[0]
  return {
    reason: first.words,
    advice: first.advice,
    evidence: [first.line.replace(/\t/g, ' ')],
    ...(began === undefined ? {} : {since: began}),
  }
}

/** A pod whose proxy no istiod lists: whether it lost its istiod or never had one, and why as far as can be seen. */
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
  const note = version ? {note: `it runs the configuration of ${version.split('/')[0]}`} : {}
  const wanted = podRevision(pod)
  if (why === undefined && revisions.size > 0 && !revisions.has(wanted)) {
    const reason = `it was injected for revision ${wanted}, and no istiod of that revision runs`
    const advice = `Restart the pod so that it is injected for ${[...revisions].join(' or ')}, or bring the revision back.`
    return {...base, kind, ...note, reason, advice}
  }
  if (why === undefined) return {...base, kind, ...note, reason: 'no istiod lists a connection from it'}
  return {...base, kind, ...note, ...why}
}

/** A live pod without a proxy in a namespace whose label asks for one, and who refused it; undefined for every other pod. */
export function noSidecarProblem(
  pod: KubeObject,
  namespaces: ReadonlyMap<string, KubeObject>,
): SyncProblem | undefined {
  const {namespace = 'default', name} = pod.metadata
  const labels = namespaces.get(namespace)?.metadata.labels ?? {}
  const asks = labels['istio-injection'] === 'enabled' || labels['istio.io/rev'] !== undefined
  if (!asks || hasProxy(pod) || labels['istio-injection'] === 'disabled') return undefined
  const inject = 'sidecar.istio.io/inject'
  const byLabel = textMapOf(pod, 'metadata', 'labels')[inject]
  const byAnnotation = textMapOf(pod, 'metadata', 'annotations')[inject]
  const hostNetwork = pod.spec !== undefined && objectOf(pod, 'spec')?.hostNetwork === true
  const reason =
    byLabel === 'false'
      ? `its label ${inject}=false refuses injection`
      : byAnnotation === 'false'
        ? `its annotation ${inject}=false refuses injection`
        : hostNetwork
          ? 'it uses the host network, where nothing is injected'
          : 'it was made without one: before injection was switched on, or while the injection webhook failed'
  return {kind: 'no-sidecar', proxy: podLabel({namespace, name}), types: [], reason}
}
