import type {ServiceConfig} from '../../model/istio-config/kubernetes.js'
import type {Labels} from '../../model/kube/selector.js'
import {selectorMatches} from './label-selection.js'
import {type PodLists, podsSelected} from './selected-pods.js'

/** Where gateway pods and their Services are looked up. */
export interface GatewayWorld extends PodLists {
  services(): readonly ServiceConfig[]
}

/** The Services whose pods a Gateway selects, if their selectors show it: for manifests without the pods of the gateway. */
export function gatewayServices({services}: GatewayWorld, selector: Labels): readonly ServiceConfig[] {
  return services().filter(
    service => Object.keys(service.selector).length > 0 && selectorMatches(selector, service.selector),
  )
}

/** The namespace of the pods a Gateway selects, where its certificates are looked up; undefined when nothing shows it. */
export function gatewayHome(world: GatewayWorld, selector: Labels): string | undefined {
  const [pod] = podsSelected(world, selector)
  if (pod !== undefined) return pod.object.ref.namespace
  return Object.keys(selector).length === 0 ? undefined : gatewayServices(world, selector)[0]?.object.ref.namespace
}
