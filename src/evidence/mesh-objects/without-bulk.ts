import {isObject} from '../../formats/decode.js'
import type {KubeObject} from '../../model/kube-object.js'

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/**
 * The object without what only its writers read and what is often its larger half: who set which field, and the text last applied.
 * Labels and annotations that are written but empty (`annotations:` with nothing below it is null) are left out.
 */
export function withoutBulk(object: KubeObject): KubeObject {
  const {
    managedFields: _,
    annotations,
    labels,
    ...rest
  } = object.metadata as KubeObject['metadata'] & {managedFields?: unknown}
  const metadata = isObject(labels) ? {...rest, labels} : rest
  if (!isObject(annotations)) return {...object, metadata}
  const {[LAST_APPLIED]: __, ...kept} = annotations
  return {...object, metadata: {...metadata, annotations: kept}}
}
