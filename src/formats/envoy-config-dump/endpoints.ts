import {
  type EndpointAddress,
  type EndpointGroup,
  type EnvoyEndpoint,
  localityText,
} from '../../model/envoy/envoy-endpoint.js'
import {at, field, isObject, listOf, numberOf, objectOf, textOf} from '../decode.js'
import {resourcesOf} from './resources.js'

/** Reads an Address (config.core.v3.Address); one of no known kind is `unknown`. */
export function decodeAddress(address: unknown): EndpointAddress {
  const socket = objectOf(address, 'socket_address')
  if (socket !== undefined) {
    return {kind: 'socket', address: textOf(socket, 'address') ?? '', port: numberOf(socket, 'port_value') ?? 0}
  }
  const pipe = objectOf(address, 'pipe')
  if (pipe !== undefined) return {kind: 'pipe', path: textOf(pipe, 'path') ?? ''}
  const internal = objectOf(address, 'envoy_internal_address')
  const listener = textOf(internal, 'server_listener_name')
  if (internal === undefined || listener === undefined) return {kind: 'unknown'}
  return {kind: 'internal', listener, id: textOf(internal, 'endpoint_id') ?? ''}
}

/** Reads a Locality (config.core.v3.Locality) as `region/zone/sub_zone`. */
export function decodeLocality(locality: unknown): string {
  const part = (name: string) => textOf(locality, name) ?? ''
  return localityText(part('region'), part('zone'), part('sub_zone'))
}

/** A health status by name; Envoy leaves the default out (config.core.v3.HealthStatus). */
export function healthName(status: unknown): string {
  return typeof status === 'string' || typeof status === 'number' ? String(status) : 'UNKNOWN'
}

function decodeLbEndpoint(cluster: string, group: unknown, each: unknown): EnvoyEndpoint {
  const metadata = at(each, 'metadata', 'filter_metadata')
  return {
    cluster,
    address: decodeAddress(at(each, 'endpoint', 'address')),
    additional: listOf(each, 'endpoint', 'additional_addresses').map(other => decodeAddress(field(other, 'address'))),
    hostname: textOf(each, 'endpoint', 'hostname') ?? '',
    status: healthName(field(each, 'health_status')),
    complaints: [],
    locality: decodeLocality(field(group, 'locality')),
    weight: numberOf(each, 'load_balancing_weight'),
    priority: numberOf(group, 'priority') ?? 0,
    workload: textOf(metadata, 'istio', 'workload') ?? '',
    tlsMode: textOf(metadata, 'envoy.transport_socket_match', 'tlsMode') ?? '',
  }
}

/** Reads a ClusterLoadAssignment (config.endpoint.v3), keeping where in the resource each endpoint stands. */
function decodeLoadAssignment(json: unknown): EndpointGroup {
  const cluster = textOf(json, 'cluster_name') ?? ''
  const endpoints = listOf(json, 'endpoints').flatMap((group, groupAt) =>
    listOf(group, 'lb_endpoints').map((each, endpointAt) => ({
      ...decodeLbEndpoint(cluster, group, each),
      at: [groupAt, endpointAt] as const,
    })),
  )
  return {cluster, endpoints, json}
}

/** The dynamic and the static load assignments of an EndpointsConfigDump, in dump order; empty for no section. */
export function decodeEndpoints(section: unknown): readonly EndpointGroup[] {
  return resourcesOf(section, 'Endpoints').map(decodeLoadAssignment)
}

/** The resource with only the endpoints at the given positions left; locality groups stay, even empty. */
export function keepEndpoints(json: unknown, kept: readonly (readonly [number, number])[]): unknown {
  if (!isObject(json)) return json
  const wanted = new Set(kept.map(([group, endpoint]) => `${group}/${endpoint}`))
  return {
    ...json,
    endpoints: listOf(json, 'endpoints').map((group, groupAt) => {
      if (!isObject(group)) return group
      const name = 'lb_endpoints' in group ? 'lb_endpoints' : 'lbEndpoints'
      return {...group, [name]: listOf(group, 'lb_endpoints').filter((_, index) => wanted.has(`${groupAt}/${index}`))}
    }),
  }
}
