import {readEvent} from '../../formats/kube/kube-event.js'
import {MESH_OBJECTS, type MeshObjectRow} from '../../formats/kube/mesh-objects.js'
import {groupedBy} from '../../model/collections/grouped-by.js'
import type {KubeObject, PodRef} from '../../model/kube/kube-object.js'
import type {WatchedChange} from '../../sources/source.js'

/** Which pods a change may concern: one, those of a namespace, or all; `nothing` when no rule reads what changed. */
export type Affected =
  | {readonly of: 'pod'; readonly pod: PodRef}
  | {readonly of: 'namespace'; readonly namespace: string}
  | {readonly of: 'everything'}
  | {readonly of: 'nothing'}

/** What rules read of each object that is not a pod, as text; a change of anything else costs nothing. */
export type ObjectDigests = Map<string, string>

const ROWS = groupedBy(Object.values<MeshObjectRow>(MESH_OBJECTS), ({kind}) => kind)

function keyOf({apiVersion, kind, metadata}: KubeObject): string {
  return [apiVersion, kind, metadata.namespace ?? '', metadata.name].join('\u0000')
}

/** True when rules would read something else of the object than before. */
function readsDiffer({type, object}: WatchedChange, rows: readonly MeshObjectRow[], digests: ObjectDigests): boolean {
  const key = keyOf(object)
  if (type === 'deleted') {
    digests.delete(key)
    return true
  }
  const digest = JSON.stringify(rows.map(({read}) => read(object)))
  if (digests.get(key) === digest) return false
  digests.set(key, digest)
  return true
}

/** The pods that a change of an object other than a pod may concern, by the scope of its row in MESH_OBJECTS; the digests follow the change. */
export function affectedBy(change: WatchedChange, digests: ObjectDigests): Affected {
  const {object} = change
  const rows = ROWS.get(object.kind) ?? []
  if (rows.length === 0) return {of: 'everything'}
  if (!readsDiffer(change, rows, digests)) return {of: 'nothing'}
  if (object.kind === 'Event') {
    const {kind, namespace, name} = readEvent(object).about
    if (kind === 'Pod') return {of: 'pod', pod: {namespace, name}}
  }
  const {namespace} = object.metadata
  return namespace === undefined || rows.some(({scope}) => scope === 'cluster')
    ? {of: 'everything'}
    : {of: 'namespace', namespace}
}
