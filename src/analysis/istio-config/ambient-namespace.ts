import {DATAPLANE_LABEL, INJECTION_LABEL, REVISION_LABEL} from '../../model/istio/mesh-keys.js'
import type {Labels} from '../../model/kube/selector.js'

/** True for a namespace in ambient mode whose pods get no sidecars either by its labels. */
export function isAmbientNamespace(labels: Labels): boolean {
  return (
    labels[DATAPLANE_LABEL] === 'ambient' &&
    labels[INJECTION_LABEL] !== 'enabled' &&
    (labels[REVISION_LABEL] ?? '') === ''
  )
}
