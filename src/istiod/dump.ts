import {at, field, isObject, listOf, textOf} from '../formats/decode.js'
import type {Json} from '../model/envoy/schema.js'
import type {Message} from './rbac/strings.js'

/** One section of a config_dump that istiod's resources are in (admin.v3). */
interface Section {
  readonly type: string
  readonly list: string
  readonly way: readonly string[]
}

const SECTIONS = {
  listeners: {type: 'Listeners', list: 'dynamic_listeners', way: ['active_state', 'listener']},
  clusters: {type: 'Clusters', list: 'dynamic_active_clusters', way: ['cluster']},
  routes: {type: 'Routes', list: 'dynamic_route_configs', way: ['route_config']},
  endpoints: {type: 'Endpoints', list: 'dynamic_endpoint_configs', way: ['endpoint_config']},
} as const satisfies Readonly<Record<string, Section>>

export type SectionName = keyof typeof SECTIONS

function isSection(config: unknown, {type}: Section): boolean {
  return (textOf(config, '@type') ?? '').endsWith(`.${type}ConfigDump`)
}

function wrapped(entry: Message, way: readonly string[], resource: Message): Message {
  const [first = '', ...rest] = way
  const inner = entry[first]
  const below = isObject(inner) ? (inner as Message) : {}
  return {...entry, [first]: rest.length === 0 ? resource : wrapped(below, rest, resource)}
}

/** The resources of a section. */
export function resourcesOf(dump: Message, name: SectionName): readonly Message[] {
  const section = SECTIONS[name]
  return listOf(dump, 'configs')
    .filter(each => isSection(each, section))
    .flatMap(config => listOf(config, section.list))
    .flatMap(entry => {
      const found = at(entry, ...section.way)
      return isObject(found) ? [found as Message] : []
    })
}

/** The dump with each resource of a section edited: undefined takes it out; `added` come at the end. */
export function withSection(
  dump: Message,
  name: SectionName,
  edit: (resource: Message) => Message | undefined,
  added: readonly Message[],
): Message {
  const section: Section = SECTIONS[name]
  const configs = listOf(dump, 'configs') as readonly Message[]
  const there = configs.some(each => isSection(each, section))
  const all = there ? configs : [...configs, {'@type': `type.googleapis.com/envoy.admin.v3.${section.type}ConfigDump`}]
  return {
    ...dump,
    configs: all.map((config): Message => {
      if (!isSection(config, section)) return config
      const entries = listOf(config, section.list) as readonly Message[]
      const kept = entries.flatMap((entry): readonly Message[] => {
        const resource = at(entry, ...section.way)
        if (!isObject(resource)) return [entry]
        const edited = edit(resource as Message)
        if (edited === undefined) return []
        return [edited === resource ? entry : wrapped(entry, section.way, edited)]
      })
      const fresh = added.map(resource => wrapped({name: field(resource, 'name') as Json}, section.way, resource))
      return {...config, [section.list]: [...kept, ...fresh]}
    }),
  }
}
