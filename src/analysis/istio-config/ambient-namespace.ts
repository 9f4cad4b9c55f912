import type {Labels} from '../../model/selector.js'

/** True for a namespace in ambient mode whose pods get no sidecars either by its labels. */
export function isAmbientNamespace(labels: Labels): boolean {
  return (
    labels['istio.io/dataplane-mode'] === 'ambient' &&
    labels['istio-injection'] !== 'enabled' &&
    (labels['istio.io/rev'] ?? '') === ''
  )
}
