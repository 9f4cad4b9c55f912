import type {GatewayConfig} from '../../model/istio-config/traffic.js'
import type {Labels} from '../../model/kube/selector.js'
import {labelsText, selectorMatches} from './label-selection.js'
import type {PodLists} from './selected-pods.js'

/** Gateways and the pods they may share. */
export interface GatewayPods extends PodLists {
  gateways(): readonly GatewayConfig[]
}

function size(selector: Labels): number {
  return Object.keys(selector).length
}

/** For each Gateway the others that configure some of the same pods: with an equal selector, or with one that is part of it where a pod has both. */
export function gatewaysWithSamePods(world: GatewayPods): ReadonlyMap<GatewayConfig, readonly GatewayConfig[]> {
  const groups = new Map<string, {readonly selector: Labels; readonly gateways: GatewayConfig[]}>()
  for (const gateway of world.gateways()) {
    const key = labelsText(gateway.selector)
    const group = groups.get(key) ?? {selector: gateway.selector, gateways: []}
    group.gateways.push(gateway)
    groups.set(key, group)
  }
  const related = (one: Labels, other: Labels): boolean => {
    const [less, more] = size(one) < size(other) ? [one, other] : [other, one]
    return (
      selectorMatches(less, more) &&
      world.pods().some(({labels}) => selectorMatches(one, labels) && selectorMatches(other, labels))
    )
  }
  const all = [...groups.values()]
  const found = new Map<GatewayConfig, readonly GatewayConfig[]>()
  for (const group of all) {
    const others = all.filter(other => other !== group && related(group.selector, other.selector))
    for (const gateway of group.gateways) {
      const same = group.gateways.filter(each => each !== gateway)
      found.set(gateway, [...same, ...others.flatMap(({gateways}) => gateways)])
    }
  }
  return found
}
