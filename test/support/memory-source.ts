import {type Answer, answered, type Gap, missing} from '../../src/model/evidence/answer.js'
import {type Artifact, type EvidenceId, evidenceRow} from '../../src/model/evidence/evidence.js'
import type {KubeObject, PodRef} from '../../src/model/kube/kube-object.js'
import type {Origin, Source} from '../../src/sources/source.js'

/** What a test puts into a source: objects, and evidence per id as text, bytes or a gap (for every pod alike, or keyed `pod.ns`). */
export interface MemoryContents {
  readonly objects?: readonly KubeObject[]
  readonly evidence?: Partial<Record<EvidenceId, string | Uint8Array | Gap>>
  readonly evidenceOf?: Readonly<Record<string, Partial<Record<EvidenceId, string | Uint8Array | Gap>>>>
  readonly defaultNamespace?: string
  readonly origin?: Origin
}

/** A source made of values, for tests. */
export function memorySource(contents: MemoryContents): Source {
  return {
    origin: contents.origin ?? {kind: 'memory', label: 'memory'},
    traits: {live: contents.origin?.kind === 'cluster', complete: contents.origin?.kind !== 'files'},
    defaultNamespace: contents.defaultNamespace ?? 'default',
    ...(contents.objects === undefined ? {impliedSubject: {namespace: '', name: 'memory', implied: true}} : {}),
    offers: () => Object.keys(contents.evidence ?? {}),
    async objects({kind, namespace, name}): Promise<Answer<readonly KubeObject[]>> {
      if (contents.objects === undefined) return missing(`${kind} objects`, 'not-captured', 'memory holds none')
      return answered(
        contents.objects.filter(
          object =>
            object.kind === kind &&
            (namespace === undefined || object.metadata.namespace === namespace) &&
            (name === undefined || object.metadata.name === name),
        ),
      )
    },
    async evidence(id: EvidenceId, subject: PodRef): Promise<Answer<Artifact>> {
      const held = contents.evidenceOf?.[`${subject.name}.${subject.namespace}`]?.[id] ?? contents.evidence?.[id]
      if (held === undefined) return missing(evidenceRow(id).title, 'not-captured', 'not in memory')
      if (typeof held === 'object' && 'reason' in held) return {ok: false, gap: held}
      return answered({id, bytes: typeof held === 'string' ? Buffer.from(held) : held, provenance: {}})
    },
    close: async () => {},
  }
}
