import {definedFields} from '../model/collections/defined-fields.js'
import type {Gap} from '../model/evidence/answer.js'
import type {Artifact, EvidenceId} from '../model/evidence/evidence.js'
import {evidenceRow} from '../model/evidence/evidence.js'
import type {EvidenceUse, ProvenanceSource, ReportProvenance} from '../model/evidence/provenance.js'
import type {PodRef} from '../model/kube/kube-object.js'
import {byText} from '../model/text/order.js'
import type {Origin, Source} from '../sources/source.js'

/** What was used so far; evidence of the same kind, obtained in the same way, is one entry. */
export interface Ledger {
  add(use: EvidenceUse): void
  uses(): readonly EvidenceUse[]
  /** Notes what a piece of evidence that was used lacks. */
  lacks(gap: Gap): void
  /** What the evidence that was used lacks, each gap once. */
  lacking(): readonly Gap[]
}

/** A source that remembers what it answered. */
export interface NotedSource extends Source {
  readonly ledger: Ledger
}

/** An empty ledger. */
export function openLedger(): Ledger {
  const held = new Map<string, EvidenceUse>()
  const gaps = new Map<string, Gap>()
  return {
    lacks: gap => void gaps.set(JSON.stringify(gap), gap),
    lacking: () => [...gaps.values()],
    add({observedAt, observedUntil = observedAt, ...use}) {
      const key = JSON.stringify(use)
      const known = held.get(key)
      const from = [known?.observedAt, observedAt].filter(each => each !== undefined).sort(byText)[0]
      const until = [known?.observedUntil ?? known?.observedAt, observedUntil]
        .filter(each => each !== undefined)
        .sort(byText)
        .at(-1)
      held.set(key, {
        ...use,
        observedAt: from,
        ...definedFields({observedUntil: until === undefined || until === from ? undefined : until}),
      })
    },
    uses: () => [...held.values()].sort((a, b) => byText(a.evidence, b.evidence)),
  }
}

function sourceOf({traits: {live, complete}}: Source): ProvenanceSource {
  if (live) return 'live'
  return complete ? 'recorded' : 'given'
}

/** When a source that says nothing more answered: now for a live one, else the time of its recording. */
function observedAt(source: Source): {readonly observedAt?: string} {
  const at = source.traits.live ? new Date().toISOString() : source.origin.capturedAt
  return definedFields({observedAt: at})
}

/** The use of a list of objects that a source answered. */
export function objectsUse(source: Source, kind: string): EvidenceUse {
  const where = sourceOf(source)
  return {
    evidence: `objects/${kind}`,
    source: where,
    via: where === 'given' ? 'file' : 'api',
    shows: 'declared',
    ...observedAt(source),
  }
}

function artifactUse(
  source: Source,
  {id, provenance: {as, argv, path, from, capturedAt, computed}}: Artifact,
): EvidenceUse {
  const where = sourceOf(source)
  const evidence: EvidenceId = as ?? id
  const row = evidenceRow(evidence)
  const origin = where === 'given' ? from : (argv?.join(' ') ?? path ?? from)
  return {
    evidence,
    source: where,
    via: computed === true ? 'computed' : where === 'given' ? 'file' : row.how.via,
    shows: row.shows,
    from: origin,
    ...(capturedAt === undefined ? observedAt(source) : {observedAt: capturedAt}),
  }
}

/** Where a page of Envoy names its node: `sidecar~IP~POD.NAMESPACE~DOMAIN` (pilot/pkg/model/context.go), near its beginning. */
const NODE = /"(?:sidecar|router|waypoint)~[^~"]{0,100}~([^~"]{1,300})\.([^~."]{1,100})~/
const NODE_WITHIN = 128 * 1024

/** The gap of a page that another proxy answered than the one asked for: a mixed-up recording, or an address that now belongs to another pod. */
function foreignGap({id, bytes}: Artifact, {namespace, name, implied}: PodRef): Gap | undefined {
  if (implied === true || (id !== 'envoy.config_dump' && id !== 'envoy.server_info')) return undefined
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, NODE_WITHIN)).toString('latin1')
  const [node, pod, where] = NODE.exec(head) ?? []
  if (node === undefined || (pod === name && where === namespace)) return undefined
  return {
    what: evidenceRow(id).title,
    reason: 'failed',
    detail: `it is that of ${pod}.${where}, not of ${name}.${namespace}`,
  }
}

/** The same source, with a ledger of what it answers from now on. */
export function noted(source: Source, ledger: Ledger = openLedger()): NotedSource {
  const {pages} = source
  return {
    ...source,
    ledger,
    async objects(query) {
      const answer = await source.objects(query)
      if (answer.ok) ledger.add(objectsUse(source, query.kind))
      return answer
    },
    async evidence(id, subject, query) {
      const answer = await source.evidence(id, subject, query)
      if (!answer.ok) return answer
      ledger.add(artifactUse(source, answer.value))
      for (const gap of answer.value.incomplete ?? []) ledger.lacks(gap)
      const foreign = source.impliedSubject === undefined ? foreignGap(answer.value, subject) : undefined
      if (foreign !== undefined) ledger.lacks(foreign)
      return answer
    },
    ...(pages === undefined
      ? {}
      : {
          async *pages(query, read) {
            for await (const page of pages(query, read)) {
              if (page.ok) ledger.add(objectsUse(source, query.kind))
              yield page
            }
          },
        }),
  }
}

/** What every report says about its source: where it is, what was used of it, and what that lacks. */
export function answeredFrom(source: NotedSource): {
  readonly origin: Origin
  readonly provenance: ReportProvenance
  readonly incomplete?: readonly Gap[]
} {
  const lacking = source.ledger.lacking()
  return {
    origin: source.origin,
    provenance: {...source.traits, evidence: source.ledger.uses()},
    ...definedFields({incomplete: lacking.length === 0 ? undefined : lacking}),
  }
}
