import type {KubeObject} from '../../model/kube-object.js'

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** The object without what only its writers read and what is often its larger half: who set which field, and the text last applied. */
export function withoutBulk(object: KubeObject): KubeObject {
  const {
    managedFields: _,
    annotations,
    ...metadata
  } = object.metadata as KubeObject['metadata'] & {managedFields?: unknown}
  if (annotations === undefined) return {...object, metadata}
  const {[LAST_APPLIED]: __, ...kept} = annotations
  return {...object, metadata: {...metadata, annotations: kept}}
}
