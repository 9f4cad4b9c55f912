import {istioAnnotationsOf} from '../../model/istio/istio-annotations.js'
import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {ConfigSet} from './config-set.js'

/** The kinds whose annotations Istio reads. */
const KINDS = ['Namespace', 'Service', 'Pod', 'Deployment']

/** The annotations of Istio on the objects of a mesh, with their places. */
export function annotatedObjects(
  set: ConfigSet,
): readonly {readonly object: ConfigObject; readonly key: string; readonly path: string}[] {
  return KINDS.flatMap(kind => set.of(kind)).flatMap(object =>
    istioAnnotationsOf(object.annotations).map(key => ({object, key, path: `metadata.annotations["${key}"]`})),
  )
}
