import {flagOf, isObject, listOf, numberOf, objectOf, textOf, textsOf} from '../../formats/decode.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {GAP_REASONS, type Gap, type GapReason} from '../../model/evidence/answer.js'
import {type EvidenceId, isEvidenceId, type Provenance} from '../../model/evidence/evidence.js'
import {UserError} from '../../model/evidence/user-error.js'

/** The bundle format this build writes; it reads every version up to it. docs/bundle.md describes it. */
export const BUNDLE_VERSION = 1
export const BUNDLE_INDEX = 'bundle.json'

/** A blob by content: its sha256 in hex and its size in bytes. */
export interface BlobRef {
  readonly sha256: string
  readonly bytes: number
}

export interface EvidenceEntry {
  readonly namespace: string
  readonly pod: string
  readonly id: EvidenceId
  readonly provenance: Provenance
  readonly held: BlobRef | Gap
}

/** One captured list of objects of a kind; `namespace` is `*` for all namespaces (and for cluster-scoped kinds). */
export interface ObjectsEntry {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly held: BlobRef | Gap
}

export interface BundleIndex {
  readonly version: number
  readonly capturedAt: string
  /** When it was last continued: what had failed at `capturedAt` was read again then. */
  readonly resumedAt?: string
  readonly from: string
  readonly tool: string
  readonly defaultNamespace: string
  readonly redacted: boolean
  readonly evidence: readonly EvidenceEntry[]
  readonly objects: readonly ObjectsEntry[]
}

/** True if the entry has bytes rather than a recorded gap. */
export function isBlob(held: BlobRef | Gap): held is BlobRef {
  return 'sha256' in held
}

/** The path of a blob inside a bundle folder or archive. */
export function blobPath(sha256: string): string {
  return `blobs/${sha256}`
}

function held(entry: unknown, where: string): BlobRef | Gap {
  const sha256 = textOf(entry, 'sha256')
  const bytes = numberOf(entry, 'bytes')
  if (sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256) && bytes !== undefined) return {sha256, bytes}
  const gap = objectOf(entry, 'gap')
  const reason = textOf(gap, 'reason')
  if (gap === undefined || reason === undefined)
    throw new UserError(`bundle index: ${where} has neither a blob nor a gap`)
  const hint = textOf(gap, 'hint')
  return {
    what: textOf(gap, 'what') ?? where,
    reason: (Object.hasOwn(GAP_REASONS, reason) ? reason : 'failed') as GapReason,
    detail: textOf(gap, 'detail') ?? reason,
    hint,
  }
}

function provenance(entry: unknown): Provenance {
  const text = (name: string) => {
    const value = textOf(entry, 'provenance', name)
    return value === undefined ? {} : {[name]: value}
  }
  const argv = textsOf(entry, 'provenance', 'argv')
  return {
    ...text('capturedAt'),
    ...text('container'),
    ...text('path'),
    ...text('from'),
    ...definedFields({argv: argv.length > 0 ? argv : undefined}),
  }
}

function evidenceEntry(entry: unknown): EvidenceEntry[] {
  const id = textOf(entry, 'id')
  if (id === undefined || !isEvidenceId(id)) return []
  const namespace = textOf(entry, 'namespace') ?? ''
  const pod = textOf(entry, 'pod') ?? ''
  return [{namespace, pod, id, provenance: provenance(entry), held: held(entry, `${id} of ${pod}.${namespace}`)}]
}

function objectsEntry(entry: unknown): ObjectsEntry {
  const kind = textOf(entry, 'kind') ?? ''
  const namespace = textOf(entry, 'namespace') ?? '*'
  return {apiVersion: textOf(entry, 'apiVersion') ?? '', kind, namespace, held: held(entry, `${kind} in ${namespace}`)}
}

/** Parses a bundle's index; an unknown format, a newer version or a damaged entry is an error. */
export function parseIndex(json: string, label: string): BundleIndex {
  let index: unknown
  try {
    index = JSON.parse(json)
  } catch (error) {
    throw new UserError(`${label}: ${BUNDLE_INDEX} is not JSON: ${(error as Error).message}`)
  }
  const version = numberOf(index, 'version')
  if (!isObject(index) || textOf(index, 'format') !== 'meshctl.bundle' || version === undefined) {
    throw new UserError(`${label}: ${BUNDLE_INDEX} is not a meshctl bundle index`)
  }
  if (version > BUNDLE_VERSION) {
    throw new UserError(
      `${label} was written in bundle format ${version}; this meshctl reads up to ${BUNDLE_VERSION}`,
      {
        hint: 'Use a newer meshctl to read it.',
      },
    )
  }
  return {
    version,
    capturedAt: textOf(index, 'capturedAt') ?? '',
    ...definedFields({resumedAt: textOf(index, 'resumedAt')}),
    from: textOf(index, 'from') ?? '',
    tool: textOf(index, 'tool') ?? '',
    defaultNamespace: textOf(index, 'defaultNamespace') ?? 'default',
    redacted: flagOf(index, 'redacted') ?? false,
    evidence: listOf(index, 'evidence').flatMap(evidenceEntry),
    objects: listOf(index, 'objects').map(objectsEntry),
  }
}

function entryJson(entry: {readonly held: BlobRef | Gap}): object {
  const {held, ...rest} = entry
  return isBlob(held) ? {...rest, ...held} : {...rest, gap: held}
}

/** The index as JSON text with stable order, ready to be written. */
export function renderIndex(index: BundleIndex): string {
  const {evidence, objects, version, ...head} = index
  const document = {
    format: 'meshctl.bundle',
    version,
    ...head,
    evidence: evidence.map(entryJson),
    objects: objects.map(entryJson),
  }
  return `${JSON.stringify(document, null, 1)}\n`
}
