import {setMaxListeners} from 'node:events'
import {answeredFrom, noted} from '../../evidence/provenance.js'
import {type Redaction, SAME_PLACEHOLDER} from '../../formats/redact/placeholder.js'
import {boundedMap} from '../../model/collections/bounded-map.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {type Gap, isFailure} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
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
import {captureObjects, capturePod} from './gather.js'
import type {CapturePlan} from './plan.js'
import {type SummaryRow, summaryOf} from './summary.js'

export interface CaptureOptions {
  readonly path: string
  readonly tool: string
  readonly redact: boolean
  /** What replaces secrets; the same word for all unless given. */
  readonly redaction?: Redaction
  readonly concurrency: number
  readonly signal: AbortSignal
  /** Asks whether to continue, once after the first pod, with an estimate for all pods. */
  readonly agree: (estimate: Estimate) => boolean
  readonly progress: (progress: CaptureProgress) => void
  readonly now?: () => Date
  /** The earlier capture that the source continues, as it is named to people. */
  readonly resumed?: string
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

const bytesOf = (entries: readonly {readonly held: BlobRef | Gap}[]) =>
  entries.reduce((sum, {held}) => sum + ('sha256' in held ? held.bytes : 0), 0)
const gapsOf = (entries: readonly {readonly held: BlobRef | Gap}[]) =>
  entries.flatMap(({held}) => ('sha256' in held ? [] : [held]))

/** Gaps worth reporting: data missing from an earlier capture, or a kind the cluster does not have, is not a failure. */
function failures(objects: readonly ObjectsEntry[], evidence: readonly EvidenceEntry[]): readonly Gap[] {
  return [...gapsOf(objects).filter(gap => gap.reason !== 'not-found'), ...gapsOf(evidence)].filter(isFailure)
}

function notesOf({redact, resumed}: CaptureOptions, capturedAt: string): readonly string[] {
  return [
    ...(redact ? [] : ['not redacted: this bundle may contain keys, tokens and passwords']),
    ...(resumed === undefined
      ? []
      : [`what ${resumed} holds of ${capturedAt} was kept; only what had failed was read again, and says when`]),
  ]
}

/** Copies the planned data from a source into a bundle: redacted, bounded, each failure recorded as a gap with its reason. */
export async function captureReport(
  given: Source,
  sink: Sink,
  plan: CapturePlan,
  options: CaptureOptions,
): Promise<CaptureReport> {
  const source = noted(given)
  // Every running step listens for an interrupt.
  setMaxListeners(0, options.signal)
  const redaction = options.redact ? (options.redaction ?? SAME_PLACEHOLDER) : undefined
  const gathering = {source, sink, redaction, signal: options.signal}
  const now = options.now ?? (() => new Date())
  const capturedAt = source.origin.capturedAt ?? now().toISOString()
  try {
    const lists = await boundedMap(plan.objects, options.concurrency, task =>
      captureObjects(task, plan.namespaces, gathering),
    )
    const objects = lists.flat()
    const [first, ...others] = plan.evidence
    if (first === undefined) throw new UserError('nothing to capture')
    const started = performance.now()
    const entries = [...(await capturePod(first, gathering))]
    const measured = {objectBytes: bytesOf(objects), podBytes: bytesOf(entries), podMs: performance.now() - started}
    const estimate = estimateOf(measured, plan.evidence.length, options.concurrency)
    if (!options.agree(estimate))
      throw new UserError(`this capture is large: ${estimate.text}`, {
        hint: 'Specify fewer pods, a namespace with -n or a selector with -l, or use --yes.',
      })
    let podsDone = 1
    let bytes = bytesOf(objects) + bytesOf(entries)
    let gaps = gapsOf(entries).length
    const tell = () => options.progress({podsDone, pods: plan.evidence.length, bytes, gaps})
    tell()
    const rest = await boundedMap(others, options.concurrency, async task => {
      const found = await capturePod(task, gathering)
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
      ...definedFields({resumedAt: options.resumed === undefined ? undefined : now().toISOString()}),
      from: source.origin.label,
      tool: options.tool,
      defaultNamespace: source.defaultNamespace,
      redacted: options.redact,
      evidence,
      objects,
    }
    const packedBytes = await sink.finish(index)
    return {
      ...answeredFrom(source),
      gaps: failures(objects, evidence),
      notes: notesOf(options, capturedAt),
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
