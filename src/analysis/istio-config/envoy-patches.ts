import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {EnvoyFilterConfig, EnvoyPatch} from '../../model/istio-config/traffic.js'

/** What REPLACE works for (networking.istio.io, EnvoyFilter.Patch.Operation). */
export const REPLACEABLE: readonly string[] = ['HTTP_FILTER', 'NETWORK_FILTER', 'VIRTUAL_HOST']

/** What ADD and REMOVE do not work for. */
export const ROUTE_PARTS: readonly string[] = ['ROUTE_CONFIGURATION', 'HTTP_ROUTE']

/** The patches of an EnvoyFilter up to the first entry without one. */
function patchesOf({patches}: EnvoyFilterConfig): readonly EnvoyPatch[] {
  const end = patches.findIndex(({present}) => !present)
  return end < 0 ? patches : patches.slice(0, end)
}

/** The patches with that operation. */
export function patchesWith(
  filters: readonly EnvoyFilterConfig[],
  wanted: string,
): readonly (EnvoyPatch & {readonly object: ConfigObject})[] {
  return filters.flatMap(filter =>
    patchesOf(filter).flatMap(patch => (patch.operation === wanted ? [{...patch, object: filter.object}] : [])),
  )
}

function isRelative({operation, applyTo}: EnvoyPatch): boolean {
  if (operation === 'INSERT_BEFORE' || operation === 'INSERT_AFTER') return true
  if (operation === 'REMOVE') return !ROUTE_PARTS.includes(applyTo)
  return operation === 'REPLACE' && REPLACEABLE.includes(applyTo)
}

/**
 * The patches without a priority that depend on other patches; `versioned` when a patch of the same filter before it applies to some proxy
 * versions only.
 */
export function relativePatches(
  filters: readonly EnvoyFilterConfig[],
): readonly (EnvoyPatch & {readonly object: ConfigObject; readonly versioned: boolean})[] {
  const withVersion = new Set<string>()
  return filters.flatMap(filter =>
    patchesOf(filter).flatMap(patch => {
      const versioned = withVersion.has(patch.filterName)
      if (patch.proxyVersion !== '') withVersion.add(patch.filterName)
      return filter.priority === 0 && isRelative(patch) ? [{...patch, object: filter.object, versioned}] : []
    }),
  )
}
