import {at, field, isObject, listOf} from '../decode.js'

/** Where the sections of a config_dump list their resources: the list, and the way from an entry to its resource (admin.v3). */
const LISTS = {
  Clusters: [
    ['dynamic_active_clusters', 'cluster'],
    ['static_clusters', 'cluster'],
  ],
  Listeners: [['dynamic_listeners'], ['dynamic_active_listeners', 'listener'], ['static_listeners', 'listener']],
  Routes: [
    ['dynamic_route_configs', 'route_config'],
    ['static_route_configs', 'route_config'],
  ],
  Endpoints: [
    ['dynamic_endpoint_configs', 'endpoint_config'],
    ['static_endpoint_configs', 'endpoint_config'],
  ],
  Secrets: [['dynamic_warming_secrets'], ['dynamic_active_secrets'], ['static_secrets']],
  Ecds: [['ecds_filters', 'ecds_filter']],
} as const

export type ResourceSection = keyof typeof LISTS

/** True for an object in which at least one field says something: anything else in a list of resources is damage. */
export function isResource(value: unknown): boolean {
  return isObject(value) && Object.values(value).some(each => each !== null)
}

function found(section: unknown, name: ResourceSection): readonly unknown[] {
  return LISTS[name].flatMap(([list, ...way]) => listOf(section, list).map(entry => at(entry, ...way)))
}

/** The resources of a section that can be read, in dump order. */
export function resourcesOf(section: unknown, name: ResourceSection): readonly unknown[] {
  return found(section, name).filter(isResource)
}

/** The same with what is inside route configurations and listeners, for counting. */
function inside(resource: unknown, name: ResourceSection): readonly unknown[] {
  if (name === 'Routes') {
    const hosts = listOf(resource, 'virtual_hosts')
    return [...hosts, ...hosts.flatMap(host => listOf(host, 'routes'))]
  }
  if (name === 'Listeners') {
    const state = field(resource, 'active_state')
    const listener = state === undefined ? resource : field(state, 'listener')
    return [
      ...(state === undefined ? [] : [listener]),
      ...listOf(listener, 'filter_chains').filter(each => !isObject(each)),
    ]
  }
  return []
}

/** How many entries of a section cannot be read: they are in a list of resources, but are not resources. */
export function unreadableEntries(section: unknown, name: ResourceSection): number {
  const all = found(section, name)
  return [...all, ...all.flatMap(each => inside(each, name))].filter(each => !isResource(each)).length
}
