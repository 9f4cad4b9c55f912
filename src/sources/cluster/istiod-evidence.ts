import {type Answer, answered, missing} from '../../model/answer.js'
import {type Artifact, type EvidenceId, evidenceRow} from '../../model/evidence.js'
import {type KubeObject, type PodRef, podLabel} from '../../model/kube-object.js'
import {failureFromError, WireFailure} from '../../wire/wire-failure.js'
import {gapOfFailure} from './gap-of-failure.js'
import {listObjects} from './list.js'
import type {Live} from './live.js'
import type {ClusterSettings} from './settings.js'

/** istiod's monitoring port also serves the debug pages, to callers from loopback without a token. */
const DEBUG_PORT = 15_014
/** A control plane that does not answer at all should not hold a report back for long. */
const ISTIOD_MS = 10_000

interface Replica {
  readonly ref: PodRef
  readonly port: number
}

/**
 * A debug page of the control plane: of every replica, for pages about all proxies (their lists are joined), or of the one replica
 * that holds a proxy's connection. Provenance names the replicas that answered.
 */
export async function istiodEvidence(
  live: Live,
  id: EvidenceId,
  subject: PodRef,
  page: string,
  settings: Pick<ClusterSettings, 'istioNamespace' | 'revision'>,
): Promise<Answer<Artifact>> {
  const {title, maxBytes, deadlineMs} = evidenceRow(id)
  try {
    const replicas = await istiods(live, settings)
    if (replicas.length === 0) {
      const which = settings.revision === undefined ? '' : ` of revision ${settings.revision}`
      return missing(
        title,
        'not-found',
        `no istiod${which} runs in namespace ${settings.istioNamespace}`,
        'Name its namespace with -i, its revision with -r.',
      )
    }
    const perProxy = id === 'istiod.config_dump'
    const path = perProxy ? `${page}?proxyID=${encodeURIComponent(podLabel(subject))}` : page
    const limits = {maxBytes, deadlineMs: Math.min(deadlineMs, ISTIOD_MS)}
    const answers = await Promise.all(
      replicas.map(async replica => {
        try {
          return {replica, body: await live.podPage(replica.ref, replica.port, path, limits)}
        } catch (error) {
          return {replica, failure: failureFromError(error)}
        }
      }),
    )
    const told = answers.flatMap(each => (each.body === undefined || (perProxy && !isJson(each.body)) ? [] : [each]))
    const provenance = {
      capturedAt: new Date().toISOString(),
      from: told.map(each => podLabel(each.replica.ref)).join(', '),
      path,
    }
    const [first] = told
    if (first?.body !== undefined && (perProxy || told.length === answers.length)) {
      const bytes =
        perProxy || told.length === 1 ? first.body : joinLists(told.map(each => each.body ?? Buffer.alloc(0)))
      return answered({id, bytes, provenance})
    }
    return {ok: false, gap: notTold(title, subject, perProxy, answers)}
  } catch (error) {
    return {ok: false, gap: gapOfFailure(title, failureFromError(error))}
  }
}

function notTold(
  title: string,
  subject: PodRef,
  perProxy: boolean,
  answers: readonly {replica: Replica; body?: Buffer; failure?: WireFailure}[],
) {
  const recorded = answers.find(each => each.failure?.details.recordedGap !== undefined)?.failure?.details.recordedGap
  if (recorded !== undefined) return recorded
  const faults = answers.filter(each => each.failure !== undefined && each.failure.details.httpStatus !== 404)
  const [fault] = faults
  if (fault?.failure !== undefined) {
    const gap = gapOfFailure(title, fault.failure)
    return {...gap, detail: faults.map(each => `${podLabel(each.replica.ref)}: ${each.failure?.message}`).join('; ')}
  }
  const asked = answers.map(each => podLabel(each.replica.ref)).join(', ')
  const detail = perProxy
    ? `no istiod holds a connection of ${podLabel(subject)} (asked ${asked})`
    : `${asked} has no such page`
  return missing(title, 'not-found', detail).gap
}

/** Running istiod pods, of one revision when it is named: by its label, or by the tag's webhook configuration. */
async function istiods(
  live: Live,
  settings: Pick<ClusterSettings, 'istioNamespace' | 'revision'>,
): Promise<readonly Replica[]> {
  const path = `/api/v1/namespaces/${encodeURIComponent(settings.istioNamespace)}/pods?${new URLSearchParams({
    labelSelector: 'app=istiod',
    fieldSelector: 'status.phase=Running',
  }).toString()}`
  const pods = await listObjects(live.api, path)
  live.remember(pods)
  if (settings.revision === undefined) return pods.map(replicaOf)
  const ofRevision = (revision: string) =>
    pods.filter(pod => (pod.metadata.labels?.['istio.io/rev'] ?? 'default') === revision)
  const named = ofRevision(settings.revision)
  if (named.length > 0) return named.map(replicaOf)
  const revision = await revisionOfTag(live, settings.revision)
  return revision === undefined ? [] : ofRevision(revision).map(replicaOf)
}

/** A tag is a webhook configuration with the label istio.io/tag; its istio.io/rev is the revision it stands for. */
async function revisionOfTag(live: Live, tag: string): Promise<string | undefined> {
  const query = new URLSearchParams({labelSelector: `istio.io/tag=${tag}`})
  try {
    const path = `/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations?${query.toString()}`
    const [webhook] = await listObjects(live.api, path)
    return webhook?.metadata.labels?.['istio.io/rev']
  } catch (error) {
    // Without permission to read webhooks a tag cannot be resolved; the caller then says that no istiod was found.
    if (error instanceof WireFailure && error.kind === 'forbidden') return undefined
    throw error
  }
}

function replicaOf(pod: KubeObject): Replica {
  const port = Number(pod.metadata.annotations?.['prometheus.io/port'])
  const ref = {namespace: pod.metadata.namespace ?? '', name: pod.metadata.name}
  return {ref, port: Number.isInteger(port) && port > 0 && port < 65_536 ? port : DEBUG_PORT}
}

/** istiod says in plain text, with status 200 or 404 by version, that a proxy is connected elsewhere. */
function isJson(body: Buffer): boolean {
  return /^\s*[[{]/.test(body.subarray(0, 64).toString('latin1'))
}

function joinLists(bodies: readonly Buffer[]): Buffer {
  const entries = bodies.flatMap((body): unknown[] => {
    const list: unknown = JSON.parse(body.toString('utf8'))
    return Array.isArray(list) ? list : []
  })
  return Buffer.from(JSON.stringify(entries))
}
