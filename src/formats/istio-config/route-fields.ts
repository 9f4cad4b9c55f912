import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {RouteRule} from '../../model/istio-config/virtual-service.js'
import {at, listOf, numberOf, objectOf} from '../decode.js'

/** True when the rule of that VirtualService injects a delay or an abort. */
export function hasFault({raw}: ConfigObject, {list, index}: RouteRule): boolean {
  const fault = at(listOf(raw, 'spec', list)[index], 'fault')
  return objectOf(fault, 'delay') !== undefined || objectOf(fault, 'abort') !== undefined
}

/** The sourceLabels and sourceNamespace a match of that VirtualService names. */
export function sourceFields({raw}: ConfigObject, {list, index}: RouteRule, match: number): readonly string[] {
  const found = objectOf(listOf(listOf(raw, 'spec', list)[index], 'match')[match]) ?? {}
  return ['sourceLabels', 'sourceNamespace'].filter(name => Object.hasOwn(found, name))
}

/** The paths of `fault.delay.percent` in a VirtualService, which `percentage` replaced. */
export function faultDelayPercents({raw}: ConfigObject): readonly string[] {
  return listOf(raw, 'spec', 'http').flatMap((rule, index) =>
    (numberOf(rule, 'fault', 'delay', 'percent') ?? 0) > 0 ? [`spec.http[${index}].fault.delay.percent`] : [],
  )
}
