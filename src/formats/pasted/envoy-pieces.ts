import type {EvidenceId} from '../../model/evidence/evidence.js'
import {at, field, isObject, type JsonObject, listOf, lowerCamel, textOf} from '../decode.js'

/** A part of a config_dump: the lists of one section, by the name of the list in Envoy's message (admin.v3). */
export interface DumpPiece {
  readonly kind: 'dump'
  readonly section: string
  readonly lists: Readonly<Record<string, readonly unknown[]>>
  /** Fields beside the lists, such as `bootstrap` and `last_updated`. */
  readonly fields: JsonObject
}

/** A whole page of Envoy or istiod, in the form its reader knows. */
export interface PagePiece {
  readonly kind: 'page'
  readonly evidence: EvidenceId
  readonly value: unknown
}

export type EnvoyPiece = DumpPiece | PagePiece

/** The lists of each section of a config_dump, with those of old releases (admin.v2alpha, admin.v3). */
const SECTION_LISTS: Readonly<Record<string, readonly string[]>> = {
  Clusters: ['dynamic_active_clusters', 'dynamic_warming_clusters', 'static_clusters'],
  Listeners: [
    'dynamic_listeners',
    'dynamic_active_listeners',
    'dynamic_warming_listeners',
    'dynamic_draining_listeners',
    'static_listeners',
  ],
  Routes: ['dynamic_route_configs', 'static_route_configs'],
  Endpoints: ['dynamic_endpoint_configs', 'static_endpoint_configs'],
  Secrets: ['dynamic_active_secrets', 'dynamic_warming_secrets', 'static_secrets'],
  Ecds: ['ecds_filters'],
}

const SECTION_TYPE = /^type\.googleapis\.com\/envoy\.admin\.v\d\w*\.(\w+)ConfigDump$/

function piece(section: string, list: string, entry: unknown): DumpPiece {
  return {kind: 'dump', section, lists: {[list]: [entry]}, fields: {}}
}

function has(value: unknown, ...names: readonly string[]): boolean {
  return isObject(value) && names.some(name => field(value, name) !== undefined)
}

/** A section, whole or a few of its lists without the object around them. */
function sectionPieces(value: JsonObject): readonly DumpPiece[] {
  const type = SECTION_TYPE.exec(textOf(value, '@type') ?? '')?.[1]
  return Object.entries(SECTION_LISTS).flatMap(([section, names]) => {
    const lists = names.filter(name => Array.isArray(field(value, name)))
    if (lists.length === 0 && type !== section) return []
    const fields = Object.fromEntries(
      Object.entries(value).filter(([key]) => !names.some(name => key === name || key === lowerCamel(name))),
    )
    return [
      {
        kind: 'dump' as const,
        section,
        lists: Object.fromEntries(lists.map(name => [name, listOf(value, name)])),
        fields,
      },
    ]
  })
}

/** What Envoy was started with (config.bootstrap.v3.Bootstrap), as a file of its own or as the dump's section. */
function bootstrapPieces(value: JsonObject): readonly DumpPiece[] {
  const bootstrap = field(value, 'bootstrap') ?? value
  const fields = isObject(field(value, 'bootstrap')) ? value : {bootstrap: value}
  const clusters = listOf(bootstrap, 'static_resources', 'clusters').map(cluster => ({cluster}))
  const listeners = listOf(bootstrap, 'static_resources', 'listeners').map(listener => ({listener}))
  return [
    {kind: 'dump', section: 'Bootstrap', lists: {}, fields},
    ...(clusters.length === 0
      ? []
      : [{kind: 'dump' as const, section: 'Clusters', lists: {static_clusters: clusters}, fields: {}}]),
    ...(listeners.length === 0
      ? []
      : [{kind: 'dump' as const, section: 'Listeners', lists: {static_listeners: listeners}, fields: {}}]),
  ]
}

/** Resources that stand alone, most telling first, each with the entry of the section it becomes. */
const RESOURCES: readonly (readonly [is: (value: JsonObject) => boolean, piece: (value: JsonObject) => DumpPiece])[] = [
  [
    v => has(v, 'active_state', 'warming_state', 'draining_state', 'error_state') && has(v, 'name', 'active_state'),
    v => piece('Listeners', 'dynamic_listeners', v),
  ],
  [
    v =>
      isObject(field(v, 'cluster')) &&
      has(v, 'version_info', 'last_updated', 'cluster') &&
      has(at(v, 'cluster'), 'name'),
    v => piece('Clusters', 'dynamic_active_clusters', v),
  ],
  [v => isObject(field(v, 'listener')), v => piece('Listeners', 'static_listeners', v)],
  [
    v => isObject(field(v, 'route_config')) && !has(v, 'stat_prefix', 'http_filters'),
    v => piece('Routes', 'dynamic_route_configs', v),
  ],
  [v => isObject(field(v, 'endpoint_config')), v => piece('Endpoints', 'dynamic_endpoint_configs', v)],
  [v => isObject(field(v, 'secret')), secretEntry],
  [v => isObject(field(v, 'ecds_filter')), v => piece('Ecds', 'ecds_filters', v)],
  [
    v => has(v, 'tls_certificate', 'validation_context', 'generic_secret', 'session_ticket_keys') && has(v, 'name'),
    v => piece('Secrets', 'dynamic_active_secrets', {name: field(v, 'name'), secret: v}),
  ],
  [v => has(v, 'virtual_hosts'), v => piece('Routes', 'dynamic_route_configs', {route_config: v})],
  [
    v => Array.isArray(field(v, 'domains')) && has(v, 'name', 'routes'),
    v => piece('Routes', 'dynamic_route_configs', {route_config: {name: '', virtual_hosts: [v]}}),
  ],
  [
    v =>
      has(v, 'filter_chains', 'default_filter_chain', 'listener_filters', 'use_original_dst') ||
      (has(v, 'address') && has(v, 'name', 'traffic_direction')),
    v => piece('Listeners', 'dynamic_listeners', {name: field(v, 'name'), active_state: {listener: v}}),
  ],
  [
    v => Array.isArray(field(v, 'filters')) && has(v, 'filter_chain_match', 'transport_socket', 'filters'),
    v => piece('Listeners', 'dynamic_listeners', {active_state: {listener: {filter_chains: [v]}}}),
  ],
  [
    v => has(v, 'cluster_name') && Array.isArray(field(v, 'endpoints')),
    v => piece('Endpoints', 'dynamic_endpoint_configs', {endpoint_config: v}),
  ],
  [
    v =>
      has(v, 'name') &&
      has(
        v,
        'eds_cluster_config',
        'connect_timeout',
        'load_assignment',
        'lb_policy',
        'circuit_breakers',
        'dns_lookup_family',
        'outlier_detection',
      ),
    v => piece('Clusters', 'dynamic_active_clusters', {cluster: v}),
  ],
  [
    v => Array.isArray(field(v, 'hosts')) && has(v, 'lb_policy', 'connect_timeout'),
    v => piece('Clusters', 'static_clusters', {cluster: {name: '', ...v}}),
  ],
  [
    v => has(v, 'name') && /^(EDS|STATIC|STRICT_DNS|LOGICAL_DNS|ORIGINAL_DST)$/.test(textOf(v, 'type') ?? ''),
    v => piece('Clusters', 'dynamic_active_clusters', {cluster: v}),
  ],
  [
    v => isObject(field(v, 'match')) && has(v, 'route', 'redirect', 'direct_response'),
    v =>
      piece('Routes', 'dynamic_route_configs', {
        route_config: {name: '', virtual_hosts: [{name: '', domains: [], routes: [v]}]},
      }),
  ],
]

function secretEntry(value: JsonObject): DumpPiece {
  const warming = textOf(value, 'version_info') === 'uninitialized'
  return piece('Secrets', warming ? 'dynamic_warming_secrets' : 'dynamic_active_secrets', value)
}

/** By `@type`, for resources that say what they are and little else. */
const BY_TYPE: readonly (readonly [RegExp, (value: JsonObject) => DumpPiece])[] = [
  [/\.Cluster$/, v => piece('Clusters', 'dynamic_active_clusters', {cluster: v})],
  [/\.Listener$/, v => piece('Listeners', 'dynamic_listeners', {name: field(v, 'name'), active_state: {listener: v}})],
  [/\.RouteConfiguration$/, v => piece('Routes', 'dynamic_route_configs', {route_config: v})],
  [/\.ClusterLoadAssignment$/, v => piece('Endpoints', 'dynamic_endpoint_configs', {endpoint_config: v})],
  [/\.Secret$/, v => piece('Secrets', 'dynamic_active_secrets', {name: field(v, 'name'), secret: v})],
]

function page(evidence: EvidenceId, value: unknown): PagePiece {
  return {kind: 'page', evidence, value}
}

/** Pages of Envoy and istiod by the field only they have. */
const PAGES: readonly (readonly [is: (value: JsonObject) => boolean, EvidenceId])[] = [
  [v => has(v, 'cluster_statuses'), 'envoy.clusters'],
  [v => has(v, 'listener_statuses'), 'envoy.listeners'],
  [v => has(v, 'command_line_options', 'hot_restart_version', 'uptime_current_epoch'), 'envoy.server_info'],
  [v => has(v, 'workloadState', 'stagedServices'), 'ztunnel.config_dump'],
  [v => Array.isArray(field(v, 'certificates')) && !has(v, 'kind'), 'envoy.certs'],
  [v => listOf(v, 'resources').some(each => has(each, 'generic_xds_configs', 'xds_config')), 'istiod.syncz'],
]

function isSyncEntry(value: unknown): boolean {
  return (
    isObject(value) &&
    has(value, 'proxy') &&
    has(value, 'cluster_sent', 'listener_sent', 'resources', 'proxy_type', 'istio_version', 'cluster_acked')
  )
}

function isManifest(value: JsonObject): boolean {
  return typeof value.apiVersion === 'string' && typeof value.kind === 'string'
}

function objectPieces(value: JsonObject): readonly EnvoyPiece[] {
  if (isManifest(value)) return []
  const configs = field(value, 'configs')
  if (Array.isArray(configs) || isObject(configs))
    return Object.values(configs).flatMap(each => (isObject(each) ? objectPieces(each) : []))
  const found = PAGES.find(([is]) => is(value))
  if (found !== undefined) return [page(found[1], value)]
  const sections = sectionPieces(value)
  if (sections.length > 0) return sections
  if (SECTION_TYPE.exec(textOf(value, '@type') ?? '')?.[1] === 'Bootstrap' || isBootstrap(value))
    return bootstrapPieces(value)
  if (isSyncEntry(value)) return [page('istiod.syncz', [value])]
  if (has(value, 'host_statuses') && has(value, 'name')) return [page('envoy.clusters', {cluster_statuses: [value]})]
  const type = textOf(value, '@type') ?? ''
  const resource = RESOURCES.find(([is]) => is(value)) ?? BY_TYPE.find(([known]) => known.test(type))
  return resource === undefined ? [] : [resource[1](value)]
}

function isBootstrap(value: JsonObject): boolean {
  const bootstrap = field(value, 'bootstrap')
  return (
    has(isObject(bootstrap) ? bootstrap : value, 'static_resources', 'dynamic_resources') ||
    (isObject(bootstrap) && has(bootstrap, 'node', 'admin')) ||
    // Members that people quote from a bootstrap file one by one.
    has(field(value, 'admin'), 'address', 'access_log_path') ||
    has(at(value, 'tracing', 'http'), 'name')
  )
}

/** What a JSON value is of Envoy's or istiod's: sections, pieces of sections, resources alone or in a list, pages; nothing for anything else. */
export function envoyPieces(value: unknown): readonly EnvoyPiece[] {
  if (Array.isArray(value)) {
    if (value.length > 0 && value.every(isSyncEntry)) return [page('istiod.syncz', value)]
    const pieces = value.flatMap(each => (isObject(each) ? objectPieces(each) : []))
    const statuses = pieces.filter(
      (each): each is PagePiece => each.kind === 'page' && each.evidence === 'envoy.clusters',
    )
    if (statuses.length < 2) return pieces
    const all = statuses.flatMap(each => listOf(each.value, 'cluster_statuses'))
    return [
      ...pieces.filter(each => !statuses.includes(each as PagePiece)),
      page('envoy.clusters', {cluster_statuses: all}),
    ]
  }
  return isObject(value) ? objectPieces(value) : []
}

/** The field by which a section put together from cut text says so. */
export const CUT_MARK = 'meshctl_cut'

/** One bootstrap of members that were quoted one by one. */
function joinedBootstrap(one: JsonObject, other: JsonObject): JsonObject {
  const [first, second] = [field(one, 'bootstrap'), field(other, 'bootstrap')]
  return isObject(first) && isObject(second) ? {bootstrap: {...first, ...second}} : {}
}

/** A config_dump of pieces: one section per name, lists of the same name joined. */
export function assembledDump(
  pieces: readonly DumpPiece[],
  cut: string | undefined,
): {readonly configs: readonly JsonObject[]} {
  const sections = new Map<string, {lists: Map<string, unknown[]>; fields: JsonObject}>()
  for (const {section, lists, fields} of pieces) {
    const known = sections.get(section) ?? {lists: new Map<string, unknown[]>(), fields: {}}
    known.fields = {...fields, ...known.fields, ...joinedBootstrap(fields, known.fields)}
    for (const [name, entries] of Object.entries(lists))
      known.lists.set(name, [...(known.lists.get(name) ?? []), ...entries])
    sections.set(section, known)
  }
  const configs = [...sections].map(([section, {lists, fields}]) => ({
    ...fields,
    '@type': `type.googleapis.com/envoy.admin.v3.${section}ConfigDump`,
    ...(cut === undefined ? {} : {[CUT_MARK]: cut}),
    ...Object.fromEntries(lists),
  }))
  return {configs}
}
