import type {ScopedRoutes} from '../../../model/envoy/http.js'
import type {EnvoyProxy} from '../../../model/envoy/proxy.js'
import type {RouteConfiguration} from '../../../model/envoy/route.js'
import {type Headers, headerValues} from '../matching/headers.js'
import {asciiLower} from '../matching/strings.js'
import {known, undecided} from '../undecided.js'

// Scoped routes: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/scoped_rds

type Fragment = NonNullable<ScopedRoutes['scopeKeyBuilder']>['fragments'][number]

/** What one fragment takes from the headers; undefined when the request has no key. */
function keyPart(fragment: Fragment, headers: Headers): string | undefined {
  const extractor = known(fragment, 'a scope key').headerValueExtractor
  if (extractor === undefined) return undecided('a scope key that is not taken from a header', fragment.at)
  const {name = '', elementSeparator = '', index, element} = known(extractor, 'a scope key')
  // Only the first value of a header sent twice counts.
  const [value] = headerValues(headers, asciiLower(name))
  if (value === undefined) return undefined
  const parts = elementSeparator === '' ? [value] : value.split(elementSeparator)
  if (element === undefined) return parts[index ?? 0]
  const {separator = '', key = ''} = known(element, 'a scope key')
  const pairs = parts.map(each => {
    const at = separator === '' ? -1 : each.indexOf(separator)
    return at < 0 ? {key: each, value: ''} : {key: each.slice(0, at), value: each.slice(at + separator.length)}
  })
  return pairs.find(each => each.key === key)?.value
}

/** The route configuration of the scope a request is in; undefined when it is in none. */
export function scopedTable(proxy: EnvoyProxy, config: ScopedRoutes, headers: Headers): RouteConfiguration | undefined {
  known(config, 'scoped routes')
  const fragments = known(config.scopeKeyBuilder ?? undecided('scoped routes without a key', config.at), 'a scope key')
  const parts = fragments.fragments.map(each => keyPart(each, headers))
  if (parts.some(each => each === undefined)) return undefined
  const inline = config.scopedRouteConfigurationsList?.scopedRouteConfigurations
  const scopes = inline ?? proxy.scopedRoutes?.(config.name ?? '') ?? []
  const scope = scopes.find(({key}) => {
    const wanted = key?.fragments.map(each => each.stringKey ?? '') ?? []
    return wanted.length === parts.length && wanted.every((each, i) => each === parts[i])
  })
  if (scope === undefined) return undefined
  const {onDemand, routeConfiguration, routeConfigurationName = '', at} = known(scope, 'a scope')
  if (routeConfiguration !== undefined) return routeConfiguration
  return (
    proxy.routeConfiguration(routeConfigurationName) ??
    undecided(
      onDemand
        ? `route configuration ${routeConfigurationName}, which is loaded on demand`
        : `route configuration ${routeConfigurationName} is not in the dump`,
      at,
    )
  )
}
