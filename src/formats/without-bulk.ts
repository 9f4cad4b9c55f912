import type {KubeObject} from '../model/kube/kube-object.js'
import {isObject} from './decode.js'

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/**
 * The object without managedFields and the last-applied annotation, which are often its larger part.
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
