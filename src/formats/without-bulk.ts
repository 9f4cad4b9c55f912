import type {KubeObject} from '../model/kube/kube-object.js'
import {isObject} from './decode.js'
import {sharedParts} from './kube-pod/shared-parts.js'

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

/** What is held of each object of a list of this kind: the object without its bulk, and of pods what several have in common once. */
export function heldForm(kind: string): (object: KubeObject) => KubeObject {
  if (kind !== 'Pod') return withoutBulk
  const share = sharedParts()
  return pod => share(withoutBulk(pod))
}
