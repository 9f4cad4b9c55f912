import type {ConfigObject} from '../../model/istio-config/config-object.js'
import {listOf, numberOf} from '../decode.js'

/** The paths of `fault.delay.percent` in a VirtualService, which `percentage` replaced. */
export function faultDelayPercents({raw}: ConfigObject): readonly string[] {
  return listOf(raw, 'spec', 'http').flatMap((rule, index) =>
    (numberOf(rule, 'fault', 'delay', 'percent') ?? 0) > 0 ? [`spec.http[${index}].fault.delay.percent`] : [],
  )
}
