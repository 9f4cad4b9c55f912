import {isObject, type JsonObject, textOf} from '../formats/decode.js'
import {definedFields} from '../model/collections/defined-fields.js'
import {own} from '../model/collections/own.js'
import {checkPattern, fullMatch} from '../model/text/linear-regex.js'

/** Envoy's answer to `/config_dump?resource=…&mask=…&name_regex=…` (Envoy admin interface docs; source/server/admin/config_dump_handler.cc). */
export interface DumpAnswer {
  readonly status: number
  readonly body: string
}

export interface DumpQuery {
  readonly resource?: string
  readonly mask?: string
  /** RE2, matched against the whole name. */
  readonly nameRegex?: string
  readonly includeEds: boolean
}

const TYPE = 'type.googleapis.com/envoy.admin.v3.'
/** The message type of each repeated field of a section: the `@type` of its entries when requested by name. */
const ENTRY_TYPES: Readonly<Record<string, readonly [section: string, entry: string]>> = {
  static_clusters: ['ClustersConfigDump', 'StaticCluster'],
  dynamic_active_clusters: ['ClustersConfigDump', 'DynamicCluster'],
  dynamic_warming_clusters: ['ClustersConfigDump', 'DynamicCluster'],
  static_listeners: ['ListenersConfigDump', 'StaticListener'],
  dynamic_listeners: ['ListenersConfigDump', 'DynamicListener'],
  static_route_configs: ['RoutesConfigDump', 'StaticRouteConfig'],
  dynamic_route_configs: ['RoutesConfigDump', 'DynamicRouteConfig'],
  inline_scoped_route_configs: ['ScopedRoutesConfigDump', 'InlineScopedRouteConfigs'],
  dynamic_scoped_route_configs: ['ScopedRoutesConfigDump', 'DynamicScopedRouteConfigs'],
  static_endpoint_configs: ['EndpointsConfigDump', 'StaticEndpointConfig'],
  dynamic_endpoint_configs: ['EndpointsConfigDump', 'DynamicEndpointConfig'],
  static_secrets: ['SecretsConfigDump', 'StaticSecret'],
  dynamic_active_secrets: ['SecretsConfigDump', 'DynamicSecret'],
  dynamic_warming_secrets: ['SecretsConfigDump', 'DynamicSecret'],
  ecds_filters: ['EcdsConfigDump', 'EcdsFilterConfig'],
}
/** The fields of each section's message (envoy/admin/v3/config_dump.proto); a mask applies to a section only if all its paths do. */
const SINGLE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  BootstrapConfigDump: ['bootstrap', 'last_updated'],
  ClustersConfigDump: ['version_info'],
  ListenersConfigDump: ['version_info'],
}
const EDS_SECTION = 'EndpointsConfigDump'

/** Envoy's JSON: one space per level and a line feed at the end. */
function envoyJson(document: unknown): string {
  return `${JSON.stringify(document, null, 1)}\n`
}

/** Parses the query of a config_dump request; an invalid regular expression is a 400 with Envoy's message. */
export function readDumpQuery(query: URLSearchParams): DumpQuery | DumpAnswer {
  const resource = query.get('resource') ?? ''
  const mask = query.get('mask') ?? ''
  const regex = query.get('name_regex') ?? ''
  try {
    checkPattern(regex)
  } catch {
    return {status: 400, body: `Error while parsing name_regex from ${regex}`}
  }
  return {
    includeEds: query.has('include_eds'),
    ...definedFields({
      resource: resource === '' ? undefined : resource,
      mask: mask === '' ? undefined : mask,
      nameRegex: regex === '' ? undefined : regex,
    }),
  }
}

function sectionName(section: JsonObject): string {
  const type = textOf(section, '@type') ?? ''
  return type.slice(type.lastIndexOf('.') + 1)
}

/** The name Envoy matches a resource by: its own, or that of the resource inside it. */
function nameOf(entry: unknown): string {
  return (
    textOf(entry, 'name') ??
    textOf(entry, 'cluster', 'name') ??
    textOf(entry, 'listener', 'name') ??
    textOf(entry, 'route_config', 'name') ??
    textOf(entry, 'endpoint_config', 'cluster_name') ??
    textOf(entry, 'ecds_filter', 'name') ??
    ''
  )
}

function named(section: JsonObject, regex: string): JsonObject {
  const kept: [string, unknown][] = []
  for (const [key, value] of Object.entries(section)) {
    if (!Array.isArray(value)) kept.push([key, value])
    else {
      const entries = value.filter(entry => fullMatch(regex, nameOf(entry)))
      if (entries.length > 0) kept.push([key, entries])
    }
  }
  return Object.fromEntries(kept)
}

/** The parts of a message a field mask keeps (google.protobuf.FieldMask); undefined if it has none of the message's fields. */
function masked(message: JsonObject, paths: readonly string[]): JsonObject | undefined {
  const heads = [...new Set(paths.map(path => path.split('.')[0] ?? ''))]
  const kept: [string, unknown][] = []
  for (const [key, value] of Object.entries(message)) {
    if (key === '@type') kept.push([key, value])
    else if (heads.includes(key)) {
      const deeper = paths.filter(path => path.startsWith(`${key}.`)).map(path => path.slice(key.length + 1))
      const whole = paths.includes(key) || deeper.length === 0 || !isObject(value)
      const part = whole ? value : masked(value, deeper)
      if (part !== undefined) kept.push([key, part])
    }
  }
  return kept.some(([key]) => key !== '@type') ? Object.fromEntries(kept) : undefined
}

function knowsField(name: string, field: string, section: JsonObject): boolean {
  return (
    own(ENTRY_TYPES, field)?.[0] === name ||
    own(SINGLE_FIELDS, name)?.includes(field) === true ||
    Object.hasOwn(section, field)
  )
}

/** A path is valid for a section when its first name is one of its fields and, if it goes deeper, that field is a single message. */
function isMaskPath(section: JsonObject, path: string): boolean {
  const [head = '', ...deeper] = path.split('.')
  const name = sectionName(section)
  if (!knowsField(name, head, section)) return false
  return deeper.length === 0 || (own(ENTRY_TYPES, head) === undefined && head === 'bootstrap')
}

function byResource(sections: readonly JsonObject[], resource: string, query: DumpQuery): DumpAnswer {
  const section = sections.find(each => knowsField(sectionName(each), resource, each))
  if (section === undefined) return {status: 404, body: `${resource} not found in config dump`}
  const entry = own(ENTRY_TYPES, resource)
  if (entry === undefined)
    return {status: 400, body: `${resource} is not a repeated field. Use ?mask=${resource} to get only this field`}
  const list = section[resource]
  const type = `${TYPE}${entry[0]}.${entry[1]}`
  const paths = query.mask?.split(',').map(path => path.trim())
  const configs: JsonObject[] = []
  for (const each of Array.isArray(list) ? list : []) {
    if (!isObject(each) || (query.nameRegex !== undefined && !fullMatch(query.nameRegex, nameOf(each)))) continue
    const whole = {'@type': type, ...each}
    if (paths === undefined) configs.push(whole)
    else {
      const part = masked(whole, paths)
      if (part === undefined) return {status: 400, body: `FieldMask ${query.mask} could not be successfully used.`}
      configs.push(part)
    }
  }
  return {status: 200, body: envoyJson(configs.length === 0 ? {} : {configs})}
}

/** Answers a config_dump query from a whole dump (one with `include_eds`), as Envoy would. */
export function queryConfigDump(configs: readonly unknown[], query: DumpQuery): DumpAnswer {
  const sections = configs.filter(isObject).filter(each => query.includeEds || sectionName(each) !== EDS_SECTION)
  if (query.resource !== undefined) return byResource(sections, query.resource, query)
  const filtered =
    query.nameRegex === undefined
      ? sections
      : sections.map(each => (sectionName(each) === 'BootstrapConfigDump' ? each : named(each, query.nameRegex ?? '')))
  if (query.mask === undefined) return {status: 200, body: envoyJson({configs: filtered})}
  const paths = query.mask.split(',').map(path => path.trim())
  const kept = filtered.filter(each => paths.every(path => isMaskPath(each, path)))
  if (kept.length === 0)
    return {status: 400, body: `FieldMask ${query.mask} could not be successfully applied to any configs.`}
  return {status: 200, body: envoyJson({configs: kept.map(each => masked(each, paths) ?? {'@type': each['@type']})})}
}
