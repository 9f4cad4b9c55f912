import type {ConfigObject} from '../../model/istio-config/config-object.js'
import {textOf} from '../decode.js'

/** True for a Service whose pods see the address of a client outside the cluster (kubernetes.io, externalTrafficPolicy). */
export function keepsClientAddress({raw}: ConfigObject): boolean {
  return textOf(raw, 'spec', 'externalTrafficPolicy') === 'Local'
}
