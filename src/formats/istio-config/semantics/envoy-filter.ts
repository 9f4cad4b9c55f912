import {isPattern} from '../../../model/text/linear-regex.js'
import {at, isObject, listOf, objectOf, textOf} from '../../decode.js'
import {type Problem, problemIf} from './problem.js'

/** The match each part of the configuration takes (networking.istio.io, EnvoyConfigObjectMatch). */
const MATCH_OF: Readonly<Record<string, string>> = {
  CLUSTER: 'cluster',
  ROUTE_CONFIGURATION: 'routeConfiguration',
  VIRTUAL_HOST: 'routeConfiguration',
  HTTP_ROUTE: 'routeConfiguration',
  LISTENER: 'listener',
  FILTER_CHAIN: 'listener',
  NETWORK_FILTER: 'listener',
  HTTP_FILTER: 'listener',
}

const MANAGERS = new Set(['envoy.filters.network.http_connection_manager', 'envoy.http_connection_manager'])

/** What is wrong with the filter a patch is for: the first fault, as each fault hides those behind it. */
function filterProblems(each: unknown, applyTo: string, path: string): readonly Problem[] {
  const filter = objectOf(each, 'match', 'listener', 'filterChain', 'filter')
  if (filter === undefined) return []
  const where = `${path}.match.listener.filterChain.filter`
  const name = textOf(filter, 'name') ?? ''
  if (name === '') return [{path: where, message: 'a match of a filter needs its name'}]
  const inner = objectOf(filter, 'subFilter')
  if (inner === undefined) return []
  const own = `${where}.subFilter`
  if (applyTo !== 'HTTP_FILTER') return [{path: own, message: 'subFilter is for applyTo HTTP_FILTER'}]
  if (!MANAGERS.has(name)) return [{path: own, message: 'only the HTTP connection manager has a subFilter'}]
  return problemIf((textOf(inner, 'name') ?? '') === '', own, 'a match of a subFilter needs its name')
}

/** What is wrong with the patch itself: the first part it lacks. */
function patchProblems(each: unknown, path: string): readonly Problem[] {
  const operation = textOf(each, 'patch', 'operation') ?? ''
  if ((textOf(each, 'applyTo') ?? '') === '') return [{path: `${path}.applyTo`, message: 'applyTo is required'}]
  if (objectOf(each, 'patch') === undefined) return [{path: `${path}.patch`, message: 'patch is required'}]
  if (operation === '') return [{path: `${path}.patch.operation`, message: 'operation is required'}]
  const bare = operation !== 'REMOVE' && !isObject(at(each, 'patch', 'value'))
  return problemIf(bare, `${path}.patch.value`, `${operation} needs a value`)
}

/** What istiod's webhook rejects in an EnvoyFilter, besides its schema. */
export function envoyFilterErrors(spec: unknown): readonly Problem[] {
  return listOf(spec, 'configPatches').flatMap((each, index) => {
    const path = `spec.configPatches[${index}]`
    const lacking = patchProblems(each, path)
    // Patches for waypoints are not checked.
    if (textOf(each, 'match', 'context') === 'WAYPOINT') return []
    if (lacking.length > 0) return lacking
    const version = textOf(each, 'match', 'proxy', 'proxyVersion') ?? ''
    if (version !== '' && !isPattern(version))
      return [{path: `${path}.match.proxy.proxyVersion`, message: `${version} is not an RE2 regex`}]
    const applyTo = textOf(each, 'applyTo') ?? ''
    const wanted = Object.hasOwn(MATCH_OF, applyTo) ? MATCH_OF[applyTo] : undefined
    const other = ['listener', 'routeConfiguration', 'cluster'].find(
      name => objectOf(each, 'match', name) !== undefined && name !== wanted,
    )
    if (wanted !== undefined && other !== undefined)
      return [
        {path: `${path}.match.${other}`, message: `applyTo ${applyTo} takes a match of ${wanted}, not of ${other}`},
      ]
    return wanted === 'listener' ? filterProblems(each, applyTo, path) : []
  })
}
