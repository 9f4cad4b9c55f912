import {own} from '../../model/collections/own.js'

/** What an EnvoyFilter can be applied to, by the xDS type its patches end up in (Istio API, EnvoyFilter.ApplyTo). */
const APPLY_TO: Readonly<Record<string, readonly string[]>> = {
  CDS: ['CLUSTER'],
  LDS: ['LISTENER', 'FILTER_CHAIN', 'NETWORK_FILTER', 'HTTP_FILTER', 'LISTENER_FILTER'],
  RDS: ['ROUTE_CONFIGURATION', 'VIRTUAL_HOST', 'HTTP_ROUTE'],
  ECDS: ['EXTENSION_CONFIG'],
}

/** True when an EnvoyFilter, given its spec as JSON, patches resources of that xDS type (`CDS`). */
export function patchesType(spec: string, type: string): boolean {
  return (own(APPLY_TO, type) ?? []).some(target => spec.includes(`"applyTo":"${target}"`))
}
