import {setMaxListeners} from 'node:events'
import {redactEvidence, redactGap, redactObject} from '../../formats/redact/redact.js'
import {type Answer, type Gap, isFailure, missing} from '../../model/answer.js'
import {boundedMap} from '../../model/bounded-map.js'
import {type EvidenceId, evidenceRow} from '../../model/evidence.js'
import {type KubeObject, type PodRef, podLabel} from '../../model/kube-object.js'
import {UserError} from '../../model/user-error.js'
import {
  type BlobRef,
  BUNDLE_VERSION,
  type BundleIndex,
  type EvidenceEntry,
  type ObjectsEntry,
} from '../../sources/bundle/layout.js'
import type {Sink} from '../../sources/bundle/sink.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'
import {type Estimate, estimateOf} from './estimate.js'

import type {CapturePlan, EvidenceTask, ObjectTask} from './plan.js'
import {type SummaryRow, summaryOf} from './summary.js'

export interface CaptureOptions {
  readonly path: string
  readonly tool: string
  readonly redact: boolean
  readonly concurrency: number
  readonly signal: AbortSignal
  /** Whether to go on, asked once after the first pod: its size and time tell what all of them will cost. */
  readonly agree: (estimate: Estimate) => boolean
  readonly progress: (progress: CaptureProgress) => void
  readonly now?: () => Date
}

export interface CaptureProgress {
  readonly podsDone: number
  readonly pods: number
  readonly bytes: number
  readonly gaps: number
}

export interface CaptureReport extends Report {
  readonly path: string
  readonly packedBytes: number
  readonly redacted: boolean
  readonly pods: number
  readonly rows: readonly SummaryRow[]
}

/** A step may take this much longer than the catalogue grants it before it is given up here as well. */
const GRACE_MS = 10_000
const LIST_MS = 120_000

function interrupted(): UserError {
  return new UserError('interrupted: no bundle was written', {exitCode: 130})
}

/** The answer, or a gap when it takes too long or the user gave up: no step can hold a capture for ever. */
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

function keptGap(gap: Gap, {redact}: CaptureOptions): Gap {
  return redact ? redactGap(gap) : gap
}

/** Objects as the bundle keeps them: one list document per kind and namespace. */
function listDocument(task: ObjectTask, objects: readonly KubeObject[], redact: boolean): Uint8Array {
  const items = redact ? objects.map(redactObject) : objects
  return Buffer.from(JSON.stringify({apiVersion: task.apiVersion, kind: `${task.kind}List`, items}))
}

async function captureObjects(
  source: Source,
  sink: Sink,
  task: ObjectTask,
  options: CaptureOptions,
): Promise<ObjectsEntry> {
  const {kind, namespace} = task
  const query = namespace === '*' ? {kind} : {kind, namespace}
  const answer = await within(`${kind} objects`, LIST_MS, options.signal, () => source.objects(query))
  const held = answer.ok
    ? await sink.add(listDocument(task, answer.value, options.redact))
    : keptGap(answer.gap, options)
  return {...task, held}
}

async function captureOne(
  source: Source,
  sink: Sink,
  id: EvidenceId,
  pod: PodRef,
  options: CaptureOptions,
): Promise<EvidenceEntry> {
  const what = `${evidenceRow(id).title} of ${podLabel(pod)}`
  const limitMs = evidenceRow(id).deadlineMs + GRACE_MS
  const answer = await within(what, limitMs, options.signal, () => source.evidence(id, pod))
  const at = {namespace: pod.namespace, pod: pod.name, id}
  if (!answer.ok) return {...at, provenance: {}, held: keptGap(answer.gap, options)}
  const {bytes, provenance} = answer.value
  const {path, argv, ...rest} = provenance
  const kept: BlobRef = await sink.add(options.redact ? redactEvidence(id, bytes) : bytes)
  return {
    ...at,
    provenance: {...rest, ...(path === undefined ? {} : {path}), ...(argv === undefined ? {} : {argv})},
    held: kept,
  }
}

/** One pod's evidence, one piece after the other: a proxy answers one admin call at a time. */
async function capturePod(
  source: Source,
  sink: Sink,
  task: EvidenceTask,
  options: CaptureOptions,
): Promise<readonly EvidenceEntry[]> {
  const entries: EvidenceEntry[] = []
  for (const id of task.ids) entries.push(await captureOne(source, sink, id, task.pod, options))
  return entries
}

const bytesOf = (entries: readonly {readonly held: BlobRef | Gap}[]) =>
  entries.reduce((sum, {held}) => sum + ('sha256' in held ? held.bytes : 0), 0)
const gapsOf = (entries: readonly {readonly held: BlobRef | Gap}[]) =>
  entries.flatMap(({held}) => ('sha256' in held ? [] : [held]))

/** Gaps worth a word: what was not captured before, or a kind the cluster does not have, is no failure of this run. */
function failures(objects: readonly ObjectsEntry[], evidence: readonly EvidenceEntry[]): readonly Gap[] {
  return [...gapsOf(objects).filter(gap => gap.reason !== 'not-found'), ...gapsOf(evidence)].filter(isFailure)
}

/** Copies what a plan names from a source into a bundle: redacted, bounded, every failure kept as a gap with its reason. */
export async function captureReport(
  source: Source,
  sink: Sink,
  plan: CapturePlan,
  options: CaptureOptions,
): Promise<CaptureReport> {
  // Every step under way listens for an interruption.
  setMaxListeners(0, options.signal)
  const now = options.now ?? (() => new Date())
  const capturedAt = source.origin.capturedAt ?? now().toISOString()
  try {
    const objects = await boundedMap(plan.objects, options.concurrency, task =>
      captureObjects(source, sink, task, options),
    )
    const [first, ...others] = plan.evidence
    if (first === undefined) throw new UserError('there is nothing to capture')
    const started = performance.now()
    const entries = [...(await capturePod(source, sink, first, options))]
    const measured = {objectBytes: bytesOf(objects), podBytes: bytesOf(entries), podMs: performance.now() - started}
    const estimate = estimateOf(measured, plan.evidence.length, options.concurrency)
    if (!options.agree(estimate))
      throw new UserError(`this capture would hold about ${estimate.text}`, {
        hint: 'Name fewer pods, a namespace with -n or a selector with -l, or say --yes.',
      })
    let podsDone = 1
    let bytes = bytesOf(objects) + bytesOf(entries)
    let gaps = gapsOf(entries).length
    const tell = () => options.progress({podsDone, pods: plan.evidence.length, bytes, gaps})
    tell()
    const rest = await boundedMap(others, options.concurrency, async task => {
      const found = await capturePod(source, sink, task, options)
      podsDone += 1
      bytes += bytesOf(found)
      gaps += gapsOf(found).length
      tell()
      return found
    })
    const evidence = [...entries, ...rest.flat()]
    const index: BundleIndex = {
      version: BUNDLE_VERSION,
      capturedAt,
      from: source.origin.label,
      tool: options.tool,
      defaultNamespace: source.defaultNamespace,
      redacted: options.redact,
      evidence,
      objects,
    }
    const packedBytes = await sink.finish(index)
    return {
      origin: source.origin,
      gaps: failures(objects, evidence),
      notes: options.redact ? [] : ['nothing was redacted: this bundle may hold keys, tokens and passwords'],
      path: options.path,
      packedBytes,
      redacted: options.redact,
      pods: plan.evidence.length,
      rows: summaryOf(objects, evidence),
    }
  } catch (error) {
    await sink.abort()
    throw error
  }
}
