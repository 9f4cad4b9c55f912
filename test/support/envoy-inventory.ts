import {at, isObject, listOf, textOf} from '../../src/formats/decode.js'
import {readProto} from '../../src/formats/envoy-proto/read.js'
import {Cluster, ClusterLoadAssignment} from '../../src/model/envoy/cluster.js'
import {Listener} from '../../src/model/envoy/listener.js'
import {WATCHERS} from '../../src/model/envoy/registry.js'
import {RouteConfiguration} from '../../src/model/envoy/route.js'
import type {Read, Schema} from '../../src/model/envoy/schema.js'

/** Where a dump lists resources, the way to each, and what it is read as. */
const RESOURCES: readonly (readonly [list: string, way: readonly string[], schema: Schema<Read>])[] = [
  ['dynamic_listeners', ['active_state', 'listener'], Listener],
  ['static_listeners', ['listener'], Listener],
  ['dynamic_active_clusters', ['cluster'], Cluster],
  ['static_clusters', ['cluster'], Cluster],
  ['dynamic_route_configs', ['route_config'], RouteConfiguration],
  ['static_route_configs', ['route_config'], RouteConfiguration],
  ['dynamic_endpoint_configs', ['endpoint_config'], ClusterLoadAssignment],
  ['static_endpoint_configs', ['endpoint_config'], ClusterLoadAssignment],
]

/** The steps of a pointer that are names: indexes and keys of maps depend on the dump. */
function shape(pointer: string): string {
  return pointer.replace(/\/\d+/g, '')
}

function look(value: unknown, found: Map<string, string>): void {
  if (Array.isArray(value)) for (const each of value) look(each, found)
  if (value instanceof Map) for (const each of value.values()) look(each, found)
  if (!isObject(value)) return
  const where = textOf(value, 'at')
  if (where === undefined) return
  for (const name of listOf(value, 'unread')) found.set(`field ${shape(where)}/${String(name)}`, where)
  const type = textOf(value, 'type')
  const isPacked = type !== undefined && Object.hasOwn(value, 'message') && !Object.hasOwn(value, 'unread')
  if (isPacked && value.message === undefined && !WATCHERS.has(type)) found.set(`type ${type}`, where)
  for (const [name, each] of Object.entries(value)) if (name !== 'unread') look(each, found)
}

/** What a dump holds that is neither read nor declared to be without effect: fields by place, extensions by type. */
export function notDescribed(dump: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const section of listOf(dump, 'configs'))
    for (const [list, way, schema] of RESOURCES)
      listOf(section, list).forEach((entry, i) => {
        const read = readProto(schema, at(entry, ...way), `/${list}/${i}`)
        look(read, found)
      })
  return found
}
