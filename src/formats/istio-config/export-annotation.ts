import {commaList} from '../../model/comma-list.js'
import type {Labels} from '../../model/selector.js'

/** The namespaces a Service is visible in, from its annotation (istio.io, networking.istio.io/exportTo); empty means all. */
export function exportAnnotation(annotations: Labels): readonly string[] {
  return commaList(annotations['networking.istio.io/exportTo'] ?? '')
}
