import {isObject, textOf} from '../../formats/decode.js'
import type {Redaction} from '../../formats/redact/placeholder.js'
import {redactEvidence, redactGap, redactObject} from '../../formats/redact/redact.js'
import {boundedMap} from '../../model/collections/bounded-map.js'
import {type Answer, answered, type Gap, isFailure, missing} from '../../model/evidence/answer.js'
import {type EvidenceId, evidenceRow} from '../../model/evidence/evidence.js'
import {UserError} from '../../model/evidence/user-error.js'
import {kindOf, kindWord} from '../../model/kube/kinds.js'
import {type KubeObject, type PodRef, podLabel} from '../../model/kube/kube-object.js'
import {type BlobRef, type EvidenceEntry, isBlob, type ObjectsEntry} from '../../sources/bundle/layout.js'
import type {Sink} from '../../sources/bundle/sink.js'
import type {Source} from '../../sources/source.js'
import type {EvidenceTask, ObjectTask} from './plan.js'

/** API groups whose CRD schemas are kept. */
const MESH_GROUP = /(^|\.)istio\.io$|^gateway\.networking\.k8s\.io$/

/** Removes the schemas of CRDs that are not part of the mesh, which are megabytes in most clusters. */
function stripCrdSchemas(object: KubeObject): KubeObject {
  const {spec} = object
  if (object.kind !== 'CustomResourceDefinition' || !isObject(spec) || MESH_GROUP.test(textOf(spec, 'group') ?? ''))
    return object
  const versions = Array.isArray(spec.versions) ? spec.versions.map(withoutSchema) : spec.versions
  return {...object, spec: {...spec, versions}}
}

function withoutSchema(version: unknown): unknown {
  if (!isObject(version)) return version
  const {schema, ...rest} = version
  return rest
}

/** The input, output and limits of one capture step. */
export interface Gathering {
  readonly source: Source
  readonly sink: Sink
  /** Undefined keeps secrets as they are. */
  readonly redaction: Redaction | undefined
  readonly signal: AbortSignal
}

/** Extra time on top of the catalogue's deadline before a step is aborted. */
const GRACE_MS = 10_000
const LIST_MS = 120_000

function interrupted(): UserError {
  return new UserError('interrupted: no bundle was written', {exitCode: 130})
}

/** The answer, or a gap after a timeout or an interrupt: no step can block a capture. */
async function within<T>(
  what: string,
  deadlineMs: number,
  signal: AbortSignal,
  step: () => Promise<Answer<T>>,
): Promise<Answer<T>> {
  if (signal.aborted) throw interrupted()
  return await new Promise<Answer<T>>((resolve, reject) => {
    const timer = setTimeout(
      () => done(() => resolve(missing(what, 'timeout', `no answer within ${Math.round(deadlineMs / 1000)} s`))),
      deadlineMs,
    )
    const onAbort = () => done(() => reject(interrupted()))
    const done = (settle: () => void) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      settle()
    }
    signal.addEventListener('abort', onAbort, {once: true})
    step().then(
      answer => done(() => resolve(answer)),
      error => done(() => reject(error)),
    )
  })
}

function keptGap(gap: Gap, {redaction}: Gathering): Gap {
  return redaction === undefined ? gap : redactGap(gap, redaction.at(gap.what))
}

function objectLabel({kind, metadata: {name, namespace}}: KubeObject): string {
  return `${kind} ${namespace === undefined || namespace === '' ? '' : `${namespace}/`}${name}`
}

/** Objects as stored in the bundle: one list document per kind and namespace. */
function listDocument(task: ObjectTask, objects: readonly KubeObject[], redaction: Redaction | undefined): Uint8Array {
  const stripped = objects.map(stripCrdSchemas)
  const items =
    redaction === undefined ? stripped : stripped.map(object => redactObject(object, redaction.at(objectLabel(object))))
  return Buffer.from(JSON.stringify({apiVersion: task.apiVersion, kind: `${task.kind}List`, items}))
}

/** The same, or a gap for objects nested too deeply to be read and written: those of custom resources may be. */
function listOf(
  task: ObjectTask,
  objects: readonly KubeObject[],
  redaction: Redaction | undefined,
): Answer<Uint8Array> {
  try {
    return answered(listDocument(task, objects, redaction))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return missing(`${task.kind} objects`, 'unreadable', 'one of them is nested too deeply')
  }
}

async function captureList(task: ObjectTask, gathering: Gathering): Promise<ObjectsEntry> {
  const {kind, namespace} = task
  const word = kindWord(task)
  const query = namespace === '*' ? {kind: word} : {kind: word, namespace}
  const answer = await within(`${kind} objects`, LIST_MS, gathering.signal, () => gathering.source.objects(query))
  const document = answer.ok ? listOf(task, answer.value, gathering.redaction) : answer
  const held = document.ok ? await gathering.sink.add(document.value) : keptGap(document.gap, gathering)
  return {...task, held}
}

/** A planned list; if cluster-wide listing is forbidden, the namespaces are listed one by one and the refusal is recorded. */
export async function captureObjects(
  task: ObjectTask,
  namespaces: readonly string[],
  gathering: Gathering,
): Promise<readonly ObjectsEntry[]> {
  const entry = await captureList(task, gathering)
  const refused = !isBlob(entry.held) && entry.held.reason === 'forbidden'
  if (!refused || task.namespace !== '*' || kindOf(kindWord(task))?.namespaced !== true) return [entry]
  const one = (namespace: string) => captureList({...task, namespace}, gathering)
  return [entry, ...(await boundedMap(namespaces, 1, one))]
}

async function captureOne(id: EvidenceId, pod: PodRef, gathering: Gathering): Promise<EvidenceEntry> {
  const what = `${evidenceRow(id).title} of ${podLabel(pod)}`
  const limitMs = evidenceRow(id).deadlineMs + GRACE_MS
  const answer = await within(what, limitMs, gathering.signal, () => gathering.source.evidence(id, pod))
  const at = {namespace: pod.namespace, pod: pod.name, id}
  if (!answer.ok) return {...at, provenance: {}, held: keptGap(answer.gap, gathering)}
  const {bytes, provenance, guess} = answer.value
  if (guess === true) {
    const gap = missing(evidenceRow(id).title, 'unreadable', `${provenance.from} is nothing meshctl recognises`).gap
    return {...at, provenance: {}, held: keptGap(gap, gathering)}
  }
  const {path, argv, ...rest} = provenance
  const kept: BlobRef = await gathering.sink.add(
    gathering.redaction === undefined ? bytes : redactEvidence(id, bytes, gathering.redaction.at(what)),
  )
  return {
    ...at,
    provenance: {...rest, path, argv},
    held: kept,
  }
}

/** A failure to read what the pod cannot have is not counted. */
function asNotApplicable(entry: EvidenceEntry): EvidenceEntry {
  const {held} = entry
  return 'sha256' in held || !isFailure(held) || held.reason === 'not-found'
    ? entry
    : {...entry, held: {...held, reason: 'not-applicable'}}
}

/** An istiod that answers that it knows no such proxy has answered: a proxy that is not connected has no configuration there. */
function withoutConnection(entry: EvidenceEntry): EvidenceEntry {
  const {held, id} = entry
  return !('sha256' in held) && held.reason === 'not-found' && evidenceRow(id).how.via === 'istiod'
    ? {...entry, held: {...held, reason: 'not-applicable'}}
    : entry
}

/** One pod's evidence, sequentially: a proxy answers one admin call at a time. */
export async function capturePod(task: EvidenceTask, gathering: Gathering): Promise<readonly EvidenceEntry[]> {
  const entries: EvidenceEntry[] = []
  for (const id of task.ids) {
    const entry = withoutConnection(await captureOne(id, task.pod, gathering))
    entries.push(task.cannotHave?.(id) === true ? asNotApplicable(entry) : entry)
  }
  return entries
}
