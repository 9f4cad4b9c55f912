import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {Labels} from '../../model/selector.js'
import {textMapOf} from '../decode.js'

/** The labels by which a WorkloadEntry, or the entries of a WorkloadGroup, are selected: those of the spec and of the metadata. */
export function entryLabels({kind, raw, labels}: ConfigObject): Labels {
  const own = kind === 'WorkloadGroup' ? ['spec', 'metadata', 'labels'] : ['spec', 'labels']
  return {...labels, ...textMapOf(raw, ...own)}
}
