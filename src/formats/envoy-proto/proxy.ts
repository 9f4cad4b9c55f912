import {once} from '../../model/collections/once.js'
import {own} from '../../model/collections/own.js'
import {Cluster, ClusterLoadAssignment} from '../../model/envoy/cluster.js'
import {Extension} from '../../model/envoy/core.js'
import {ScopedRouteConfiguration} from '../../model/envoy/http.js'
import {Listener} from '../../model/envoy/listener.js'
import type {EnvoyProxy, ListenerEntry} from '../../model/envoy/proxy.js'
import type {IpPort} from '../../model/envoy/request.js'
import {RouteConfiguration} from '../../model/envoy/route.js'
import type {Json, Read, Schema} from '../../model/envoy/schema.js'
import {parseIp} from '../../model/kernel/ip-address.js'
import {at, field, flagOf, isObject, listOf, numberOf, textOf} from '../decode.js'
import {unparsedName} from '../envoy-config-dump/lazy-sections.js'
import {readProto} from './read.js'

/** A resource as it is in the dump, and where. */
interface Place {
  readonly json: unknown
  readonly at: string
  /** The name of a resource that has not been parsed. */
  readonly name?: string
}

/** Lists of a section and the way from an entry to its resource (admin.v3). */
const LISTS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Listeners: [
    ['dynamic_listeners', 'active_state', 'listener'],
    ['static_listeners', 'listener'],
  ],
  Clusters: [
    ['dynamic_active_clusters', 'cluster'],
    ['static_clusters', 'cluster'],
  ],
  Routes: [
    ['dynamic_route_configs', 'route_config'],
    ['static_route_configs', 'route_config'],
  ],
  Ecds: [['ecds_filters', 'ecds_filter']],
  Endpoints: [
    ['dynamic_endpoint_configs', 'endpoint_config'],
    ['static_endpoint_configs', 'endpoint_config'],
  ],
}

const SECTION = /envoy\.admin\.v\d\w*\.(\w+)ConfigDump$/

function placesIn(section: unknown, name: string, pointer: string): readonly Place[] {
  return (own(LISTS, name) ?? []).flatMap(([list = '', ...way]) =>
    listOf(section, list).flatMap((entry, i): readonly Place[] => {
      const place = `${pointer}/${list}/${i}/${way.join('/')}`
      const unparsed = unparsedName(entry)
      if (unparsed !== undefined) {
        return [
          {
            name: unparsed,
            at: place,
            get json() {
              return at(entry, ...way)
            },
          },
        ]
      }
      const json = at(entry, ...way)
      return isObject(json) ? [{json, at: place}] : []
    }),
  )
}

interface Sections {
  readonly places: ReadonlyMap<string, readonly Place[]>
  /** Sets of route scopes (SRDS), each with its name. */
  readonly scopes: readonly Place[]
  readonly bootstrap: unknown
}

function sectionsOf(dump: unknown): Sections {
  const places = new Map<string, readonly Place[]>()
  let bootstrap: unknown
  const scopes: Place[] = []
  listOf(dump, 'configs').forEach((section, i) => {
    const name = SECTION.exec(textOf(section, '@type') ?? '')?.[1] ?? ''
    if (name === 'Bootstrap') bootstrap = section
    if (name === 'ScopedRoutes')
      listOf(section, 'dynamic_scoped_route_configs').forEach((json, j) => {
        scopes.push({json, at: `/configs/${i}/dynamic_scoped_route_configs/${j}`})
      })
    if (Object.hasOwn(LISTS, name)) places.set(name, placesIn(section, name, `/configs/${i}`))
  })
  return {places, scopes, bootstrap}
}

/** Resources by name, each read when it is asked for first. */
function byName<T extends Read>(
  places: readonly Place[],
  schema: Schema<T>,
  nameOf: (json: unknown) => string | undefined,
): {readonly get: (name: string) => T | undefined; readonly names: () => readonly string[]} {
  const found = new Map<string, Place>()
  for (const place of places) {
    const name = place.name ?? nameOf(place.json)
    if (name !== undefined && !found.has(name)) found.set(name, place)
  }
  const read = new Map<string, T | undefined>()
  const get = (name: string): T | undefined => {
    const place = found.get(name)
    if (place !== undefined && !read.has(name)) read.set(name, readProto(schema, place.json, place.at))
    return read.get(name)
  }
  return {get, names: () => [...found.keys()]}
}

function socketOf(address: unknown): readonly IpPort[] {
  const ip = textOf(address, 'socket_address', 'address')
  const port = numberOf(address, 'socket_address', 'port_value')
  if (ip === undefined || port === undefined) return []
  // A socket for all IPv6 addresses may take IPv4 as well.
  const both = ip === '::' && flagOf(address, 'socket_address', 'ipv4_compat') === true
  return [{ip, port}, ...(both ? [{ip: '0.0.0.0', port}] : [])]
}

function listenerEntry(place: Place): ListenerEntry {
  const {json} = place
  return {
    name: textOf(json, 'name') ?? '',
    addresses: [
      ...socketOf(field(json, 'address')),
      ...listOf(json, 'additional_addresses').flatMap(each => socketOf(field(each, 'address'))),
    ],
    bound: flagOf(json, 'bind_to_port') ?? flagOf(json, 'deprecated_v1', 'bind_to_port') ?? true,
    read: once(() => readProto(Listener, json, place.at)),
  }
}

/** Nested runtime values by dotted key; a fraction is a value, not a level. */
function flatten(value: unknown, prefix: string, out: Map<string, Json>): void {
  if (!isObject(value) || 'numerator' in value) {
    out.set(prefix, value as Json)
    return
  }
  for (const key of Object.keys(value)) flatten(value[key], prefix === '' ? key : `${prefix}.${key}`, out)
}

function runtimeOf(bootstrap: unknown): Pick<EnvoyProxy, 'runtime' | 'runtimeGap'> {
  const runtime = new Map<string, Json>()
  let runtimeGap: string | undefined
  for (const layer of listOf(bootstrap, 'bootstrap', 'layered_runtime', 'layers')) {
    const fixed = field(layer, 'static_layer')
    if (fixed !== undefined) flatten(fixed, '', runtime)
    else if (field(layer, 'admin_layer') === undefined)
      runtimeGap = `runtime layer ${textOf(layer, 'name') ?? '(unnamed)'}`
  }
  return {runtime, runtimeGap}
}

/** The newest `last_updated` anywhere in the dump's sections. */
function newest(dump: unknown): number | undefined {
  let found: number | undefined
  const look = (value: unknown, depth: number): void => {
    if (Array.isArray(value)) for (const each of value) look(each, depth + 1)
    if (!isObject(value) || depth > 4) return
    const time = Date.parse(textOf(value, 'last_updated') ?? '')
    if (!Number.isNaN(time) && (found === undefined || time > found)) found = time
    for (const key of Object.keys(value))
      if (/^(?:static|dynamic|active_state|configs)/.test(key)) look(value[key], depth + 1)
  }
  look(dump, 0)
  return found
}

/** The address in `sidecar~10.0.0.1~pod.namespace~domain`. */
function nodeAddress(bootstrap: unknown): string | undefined {
  const address = (textOf(bootstrap, 'bootstrap', 'node', 'id') ?? '').split('~')[1]
  return address === undefined || parseIp(address) === undefined ? undefined : address
}

function scopesNamed(sets: readonly Place[], name: string): readonly ScopedRouteConfiguration[] {
  return sets
    .filter(({json}) => textOf(json, 'name') === name)
    .flatMap(({json, at: place}) =>
      listOf(json, 'scoped_route_configs').flatMap((each, i) => {
        const read = readProto(ScopedRouteConfiguration, each, `${place}/scoped_route_configs/${i}`)
        return read === undefined ? [] : [read]
      }),
    )
}

/** Reads one Envoy's configuration from its config_dump; every resource only when it is asked for. */
export function proxyOf(dump: unknown): EnvoyProxy {
  const {places, scopes, bootstrap} = sectionsOf(dump)
  const of = (name: string) => places.get(name) ?? []
  const named = (json: unknown) => textOf(json, 'name')
  const clusters = byName(of('Clusters'), Cluster, named)
  const routes = byName(of('Routes'), RouteConfiguration, named)
  const endpoints = byName(of('Endpoints'), ClusterLoadAssignment, json => textOf(json, 'cluster_name'))
  const filters = byName(of('Ecds'), Extension, named)
  return {
    listeners: of('Listeners').map(listenerEntry),
    routeConfiguration: routes.get,
    routeNames: routes.names,
    scopedRoutes: name => scopesNamed(scopes, name),
    cluster: clusters.get,
    clusterNames: clusters.names,
    filterConfig: name => filters.get(name)?.typedConfig,
    endpoints: endpoints.get,
    ...runtimeOf(bootstrap),
    address: nodeAddress(bootstrap),
    updatedAt: newest(dump),
  }
}
