import {DATAPLANE_LABEL, INJECTION_LABEL, REVISION_LABEL} from '../../model/istio/mesh-keys.js'
import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {InjectorValues} from '../../model/istio-config/mesh-config.js'

/** True when the default injector also injects namespaces without a label. */
export function injectsByDefault(injectors: readonly InjectorValues[]): boolean {
  return injectors.some(({revision, enableNamespacesByDefault}) => revision === '' && enableNamespacesByDefault)
}

/** True for a namespace without any label about the mesh; the control plane's own does not count. */
export function isOutside({labels, ref}: ConfigObject, istioNamespace: string): boolean {
  return (
    ref.name !== istioNamespace &&
    (labels[INJECTION_LABEL] ?? '') === '' &&
    labels[REVISION_LABEL] === undefined &&
    labels[DATAPLANE_LABEL] !== 'ambient'
  )
}
