import {isObject} from '../../formats/decode.js'
import {parseJson} from '../../formats/json-text.js'
import {parseObjects} from '../../formats/kube-manifest/parse.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {type Answer, answered, missing} from '../../model/evidence/answer.js'
import {type Artifact, type EvidenceId, evidenceRow} from '../../model/evidence/evidence.js'
import {isOfKind, kindOf} from '../../model/kube/kinds.js'
import {type KubeObject, type PodRef, podLabel} from '../../model/kube/kube-object.js'
import type {ObjectQuery, Origin, Source} from '../source.js'
import {type BundleFiles, blobAnswer} from './blobs.js'
import {BUNDLE_INDEX, type BundleIndex, isBlob, type ObjectsEntry, parseIndex} from './layout.js'

function evidenceKey(namespace: string, pod: string, id: EvidenceId): string {
  return `${namespace}/${pod}/${id}`
}

/** The entries that can answer a query: the cluster-wide list, or the list of the requested namespace. */
function entriesFor(index: BundleIndex, query: ObjectQuery): readonly ObjectsEntry[] {
  const known = kindOf(query.kind)
  const kind = known?.kind ?? query.kind
  const ofKind = index.objects.filter(entry => entry.kind === kind && (known === undefined || isOfKind(entry, known)))
  const whole = ofKind.filter(entry => entry.namespace === '*')
  if (whole.some(entry => isBlob(entry.held))) return whole
  if (query.namespace === undefined) return ofKind
  return [...ofKind.filter(entry => entry.namespace === query.namespace), ...whole]
}

/** The single workload of a bundle made from a file or outside Kubernetes: it has no namespace, and no object but itself in the form of a pod. */
function impliedIn({evidence, objects}: BundleIndex): {readonly impliedSubject?: PodRef} {
  const [first] = evidence
  const alone = first !== undefined && evidence.every(each => each.namespace === '' && each.pod === first.pod)
  const outside = objects.every(({kind, held}) => kind === 'Pod' || !isBlob(held))
  return alone && outside ? {impliedSubject: {namespace: '', name: first.pod, implied: true}} : {}
}

/** The objects of a captured list; half a list, or what is not a list, is a gap and never an empty list. */
function objectsOf(bytes: Uint8Array, what: string): Answer<readonly KubeObject[]> {
  const json = parseJson(bytes, what)
  if (!json.ok) return json
  const items = isObject(json.value) ? json.value.items : undefined
  if (!Array.isArray(items)) return missing(what, 'unreadable', 'it is JSON, but not a list of objects')
  const objects = parseObjects(bytes)
  if (objects.length === items.length) return answered(objects)
  return missing(
    what,
    'unreadable',
    `${items.length - objects.length} of ${items.length} are not objects with a kind and a name`,
  )
}

function resumedRemark(at: string): string {
  return `this capture was resumed at ${at}: what had failed before was read then`
}

/** A source that reads a bundle; recorded gaps are returned with their original reason. */
export async function bundleSource(files: BundleFiles, origin: Omit<Origin, 'capturedAt'>): Promise<Source> {
  const bytes = await files.read(BUNDLE_INDEX)
  const index = parseIndex(Buffer.from(bytes ?? '').toString('utf8'), files.label)
  const evidence = new Map(index.evidence.map(entry => [evidenceKey(entry.namespace, entry.pod, entry.id), entry]))
  const only = impliedIn(index).impliedSubject
  const lists = new Map<string, Promise<Answer<readonly KubeObject[]>>>()

  function list(entry: ObjectsEntry): Promise<Answer<readonly KubeObject[]>> {
    const {held} = entry
    if (!isBlob(held)) return Promise.resolve(answered([]))
    let loaded = lists.get(held.sha256)
    if (loaded === undefined) {
      loaded = blobAnswer(files, held, `${entry.kind} objects`).then(blob =>
        blob.ok ? objectsOf(blob.value, `${entry.kind} objects`) : blob,
      )
      lists.set(held.sha256, loaded)
    }
    return loaded
  }

  async function objects(query: ObjectQuery): Promise<Answer<readonly KubeObject[]>> {
    const entries = entriesFor(index, query)
    const held = entries.filter(entry => isBlob(entry.held))
    const gap = entries.map(entry => entry.held).find(entry => !isBlob(entry))
    if (held.length === 0) {
      if (gap !== undefined && !isBlob(gap)) return {ok: false, gap}
      const where = query.namespace === undefined ? '' : ` in namespace ${query.namespace}`
      return missing(`${query.kind} objects${where}`, 'not-captured', `not in ${files.label}`)
    }
    const answers = await Promise.all(held.map(list))
    const damaged = answers.find(answer => !answer.ok)
    if (damaged !== undefined) return damaged
    return answered(
      answers
        .flatMap(answer => (answer.ok ? answer.value : []))
        .filter(
          ({metadata}) =>
            only !== undefined ||
            ((query.namespace === undefined || (metadata.namespace ?? '') === query.namespace) &&
              (query.name === undefined || metadata.name === query.name)),
        ),
    )
  }

  async function read(id: EvidenceId, subject: PodRef): Promise<Answer<Artifact>> {
    // What is asked about the only workload of a bundle is about it, whatever name and namespace its form as a pod has.
    const {namespace, name} = only ?? subject
    const entry = evidence.get(evidenceKey(namespace, name, id))
    const what = `${evidenceRow(id).title} of ${podLabel(subject)}`
    if (entry === undefined) return missing(what, 'not-captured', `not in ${files.label}`)
    // Gaps of commands are named by the current catalogue, whatever version recorded them.
    if (!isBlob(entry.held)) {
      const {title, how} = evidenceRow(id)
      const named = entry.held.what.endsWith(` of ${podLabel(subject)}`) ? what : title
      return {ok: false, gap: how.via === 'exec' ? {...entry.held, what: named} : entry.held}
    }
    const provenance = {capturedAt: index.capturedAt, ...entry.provenance}
    const blob = await blobAnswer(files, entry.held, what)
    return blob.ok ? answered({id, bytes: blob.value, provenance}) : blob
  }

  return {
    origin: {...origin, ...definedFields({capturedAt: index.capturedAt === '' ? undefined : index.capturedAt})},
    ...definedFields({remarks: index.resumedAt === undefined ? undefined : [resumedRemark(index.resumedAt)]}),
    traits: {live: false, complete: true},
    defaultNamespace: index.defaultNamespace,
    ...impliedIn(index),
    offers: () => [...new Set(index.evidence.filter(entry => isBlob(entry.held)).map(entry => entry.id))],
    kinds: () => index.objects.map(({kind, apiVersion}) => ({kind, apiVersion})),
    objects,
    evidence: read,
    close: async () => {},
  }
}
