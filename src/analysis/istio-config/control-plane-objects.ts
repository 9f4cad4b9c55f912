import type {ConfigObject} from '../../model/istio-config/config-object.js'

/** True for an object of Istio itself, which its installation labels. */
export function isControlPlane({labels}: Pick<ConfigObject, 'labels'>): boolean {
  return labels.istio !== undefined || labels.release === 'istio'
}
