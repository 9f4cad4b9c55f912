import {own} from '../../../model/collections/own.js'
import type {EvidenceQuery} from '../../../model/evidence/evidence.js'

/**
 * The fields of config_dump behind each section, as `mask=` takes them (Envoy admin interface, /config_dump?mask=).
 * A mask keeps the shape of the document; `resource=` would flatten it. Never built from user input.
 */
export const SECTION_MASKS: Readonly<Record<string, readonly string[]>> = {
  bootstrap: ['bootstrap', 'last_updated'],
  clusters: ['dynamic_active_clusters', 'dynamic_warming_clusters', 'static_clusters'],
  listeners: ['dynamic_listeners', 'static_listeners'],
  routes: ['dynamic_route_configs', 'static_route_configs'],
  secrets: ['dynamic_active_secrets', 'dynamic_warming_secrets'],
  endpoints: ['dynamic_endpoint_configs', 'static_endpoint_configs'],
}

/** Sections whose resources have names `name_regex` is matched against. */
const NAMED = new Set(['clusters', 'listeners', 'routes', 'secrets', 'endpoints'])

/**
 * The admin path that answers a query with as little as possible: `mask=` for known sections, `name_regex=` for names.
 * Any other query gets the whole page: a source may answer with more, never with less.
 */
export function adminPath(path: string, query: EvidenceQuery | undefined): string {
  const [page] = path.split('?')
  const sections = query?.sections ?? []
  // Envoy omits every section that lacks one of the mask's paths, so one mask cannot cover two sections.
  if (page !== 'config_dump' || sections.length !== 1) return path
  const masks = sections.map(section => own(SECTION_MASKS, section))
  if (masks.some(mask => mask === undefined)) return path
  const parts = [`mask=${masks.flat().join(',')}`]
  if (sections.includes('endpoints')) parts.unshift('include_eds')
  const names = query?.names ?? []
  if (names.length > 0 && sections.every(section => NAMED.has(section))) {
    parts.push(`name_regex=${encodeURIComponent(nameRegex(names))}`)
  }
  return `${page}?${parts.join('&')}`
}

/** An expression that matches every name holding one of the texts; Envoy matches the whole name, in RE2 syntax. */
export function nameRegex(texts: readonly string[]): string {
  const escaped = texts.map(text =>
    text.replace(/[^\p{L}\p{N}_]/gu, char => (char.charCodeAt(0) < 128 ? `\\${char}` : char)),
  )
  return escaped.length === 1 ? `.*${escaped[0]}.*` : `.*(${escaped.join('|')}).*`
}
