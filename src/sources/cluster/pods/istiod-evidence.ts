import {istiodsOfRevision} from '../../../formats/kube-pod/istiod-pod.js'
import {type Answer, answered, type Gap, missing} from '../../../model/evidence/answer.js'
import {type Artifact, type EvidenceId, evidenceRow, type Provenance} from '../../../model/evidence/evidence.js'
import {type KubeObject, type PodRef, podLabel} from '../../../model/kube/kube-object.js'
import {failureFromError, WireFailure} from '../../../wire/wire-failure.js'
import {LIMITS} from '../../limits.js'
import type {CallLimits} from '../api/api.js'
import {gapOfFailure} from '../api/gap-of-failure.js'
import {listAllPages} from '../api/list.js'
import type {ClusterSettings} from '../credentials/settings.js'
import type {Live} from '../live.js'
import {canFallBackToExec} from './fall-back-to-exec.js'

/** istiod's monitoring port also serves the debug endpoints, to loopback clients without a token. */
const DEBUG_PORT = 15_014

interface Replica {
  readonly ref: PodRef
  readonly port: number
}

/**
 * A debug endpoint of the control plane. For one proxy it is read from the replica the proxy is connected to, found among all that
 * are running; for a replica it is read from the subject itself. Provenance names the replica that answered.
 */
export async function istiodEvidence(
  live: Live,
  id: EvidenceId,
  subject: PodRef,
  page: string,
  settings: Pick<ClusterSettings, 'istioNamespace' | 'revision'>,
): Promise<Answer<Artifact>> {
  const {title, maxBytes, deadlineMs} = evidenceRow(id)
  const limits = {maxBytes, deadlineMs: Math.min(deadlineMs, LIMITS.istiodMs)}
  try {
    if (id !== 'istiod.config_dump') return await ofReplica(live, id, subject, page, limits)
    const replicas = await istiods(live, settings)
    if (replicas.length === 0) {
      const which = settings.revision === undefined ? '' : ` of revision ${settings.revision}`
      const hint = 'Specify its namespace with -i and its revision with -r.'
      return missing(title, 'not-found', `no istiod${which} is running in namespace ${settings.istioNamespace}`, hint)
    }
    const path = `${page}?proxyID=${encodeURIComponent(podLabel(subject))}&include_eds=true`
    const answers = await Promise.all(replicas.map(replica => askReplica(live, replica, path, limits)))
    const holder = answers.find(each => each.body !== undefined && isJson(each.body))
    if (holder?.body === undefined) return {ok: false, gap: noAnswerGap(title, subject, answers)}
    return answered({id, bytes: holder.body, provenance: provenanceOf(holder.replica.ref, path)})
  } catch (error) {
    return {ok: false, gap: gapOfFailure(title, failureFromError(error))}
  }
}

async function ofReplica(
  live: Live,
  id: EvidenceId,
  subject: PodRef,
  page: string,
  limits: CallLimits,
): Promise<Answer<Artifact>> {
  const pod = await live.pod(subject)
  const {body, failure} = await askReplica(live, {ref: subject, port: debugPort(pod.annotations)}, page, limits)
  if (body !== undefined) return answered({id, bytes: body, provenance: provenanceOf(subject, page)})
  const {title} = evidenceRow(id)
  if (failure?.kind === 'port-closed' && pod.labels.app !== 'istiod') {
    return missing(title, 'not-applicable', `${podLabel(subject)} is not an istiod`)
  }
  return {ok: false, gap: gapOfFailure(title, failure ?? new WireFailure('lost', 'no answer'))}
}

interface ReplicaAnswer {
  readonly replica: Replica
  readonly body?: Buffer
  readonly failure?: WireFailure
}

async function askReplica(live: Live, replica: Replica, path: string, limits: CallLimits): Promise<ReplicaAnswer> {
  try {
    return {replica, body: await live.podPage(replica.ref, replica.port, path, limits)}
  } catch (error) {
    const failure = failureFromError(error)
    if (!canFallBackToExec(failure)) return {replica, failure}
    const body = await insideIstiod(live, replica.ref, path, limits)
    return body === undefined ? {replica, failure} : {replica, body}
  }
}

/** The same endpoint through pilot-discovery in istiod's container; its own failure is not reported, only the first one. */
async function insideIstiod(live: Live, ref: PodRef, path: string, limits: CallLimits): Promise<Buffer | undefined> {
  try {
    const outcome = await live.exec(ref, 'discovery', ['pilot-discovery', 'request', 'GET', `/${path}`], limits)
    return outcome.exitCode === 0 ? Buffer.from(outcome.stdout) : undefined
  } catch (error) {
    if (error instanceof WireFailure) return undefined
    throw error
  }
}

function provenanceOf(replica: PodRef, path: string): Provenance {
  return {capturedAt: new Date().toISOString(), from: podLabel(replica), path}
}

function noAnswerGap(title: string, subject: PodRef, answers: readonly ReplicaAnswer[]): Gap {
  const recorded = answers.find(each => each.failure?.details.recordedGap !== undefined)?.failure?.details.recordedGap
  if (recorded !== undefined) return recorded
  const faults = answers.filter(each => each.failure !== undefined && each.failure.details.httpStatus !== 404)
  const [fault] = faults
  if (fault?.failure !== undefined) {
    const detail = faults.map(each => `${podLabel(each.replica.ref)}: ${each.failure?.message}`).join('; ')
    return {...gapOfFailure(title, fault.failure), detail}
  }
  const asked = answers.map(each => podLabel(each.replica.ref)).join(', ')
  return missing(title, 'not-found', `${podLabel(subject)} is not connected to any istiod (queried ${asked})`).gap
}

/** Running istiod pods, optionally of one revision: by its label, or by the tag's webhook configuration. */
async function istiods(
  live: Live,
  settings: Pick<ClusterSettings, 'istioNamespace' | 'revision'>,
): Promise<readonly Replica[]> {
  const {found} = live.istiods
  const current = found !== undefined && Date.now() - found.at <= LIMITS.istiodsCurrentMs
  const pods = current ? found.pods : listIstiods(live, settings)
  if (!current) live.istiods.found = {pods, at: Date.now()}
  try {
    return (await pods).map(replicaOf)
  } catch (error) {
    // The failure is for those who waited for this list; the next one asks again.
    if (live.istiods.found?.pods === pods) live.istiods.found = undefined
    throw error
  }
}

async function listIstiods(
  live: Live,
  settings: Pick<ClusterSettings, 'istioNamespace' | 'revision'>,
): Promise<readonly KubeObject[]> {
  const path = `/api/v1/namespaces/${encodeURIComponent(settings.istioNamespace)}/pods?${new URLSearchParams({
    labelSelector: 'app=istiod',
    fieldSelector: 'status.phase=Running',
  }).toString()}`
  const pods = await listAllPages(live.api, path)
  live.remember(pods)
  return await istiodsOfRevision(pods, settings.revision, tag => webhooksOfTag(live, tag))
}

/** The webhook configurations that make a tag; none without permission to read them: then no istiod is found, which the caller says. */
async function webhooksOfTag(live: Live, tag: string): Promise<readonly KubeObject[]> {
  const query = new URLSearchParams({labelSelector: `istio.io/tag=${tag}`})
  try {
    const path = `/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations?${query.toString()}`
    return await listAllPages(live.api, path)
  } catch (error) {
    if (error instanceof WireFailure && error.kind === 'forbidden') return []
    throw error
  }
}

function replicaOf(pod: KubeObject): Replica {
  const ref = {namespace: pod.metadata.namespace ?? '', name: pod.metadata.name}
  return {ref, port: debugPort(pod.metadata.annotations ?? {})}
}

/** istioctl asks the port of the scrape annotation as well (istioctl/pkg/multixds). */
function debugPort(annotations: Readonly<Record<string, string>>): number {
  const port = Number(annotations['prometheus.io/port'])
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : DEBUG_PORT
}

/** istiod says in plain text, with status 200 or 404 by version, that a proxy is connected elsewhere. */
function isJson(body: Buffer): boolean {
  return /^\s*[[{]/.test(body.subarray(0, 64).toString('latin1'))
}
