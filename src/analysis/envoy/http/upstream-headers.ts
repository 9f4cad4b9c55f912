import type {Route} from '../../../model/envoy/route.js'
import {formatted} from '../matching/format.js'
import {appended, type Headers, withoutHeaders} from '../matching/headers.js'
import {asciiLower} from '../matching/strings.js'
import {known} from '../undecided.js'
import type {HttpState} from './state.js'

// Header mutations of routes: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#custom-request-response-headers

type Level = Pick<Route, 'requestHeadersToAdd' | 'requestHeadersToRemove'>

function changedBy(headers: Headers, {requestHeadersToAdd, requestHeadersToRemove}: Level, state: HttpState): Headers {
  const left = withoutHeaders(headers, requestHeadersToRemove.map(asciiLower))
  return requestHeadersToAdd.reduce<Headers>((before, each) => {
    const {header, appendAction = 'APPEND_IF_EXISTS_OR_ADD'} = known(each, 'a header of a route')
    if (header === undefined) return before
    const {key = '', value: format = ''} = known(header, 'a header of a route')
    const name = asciiLower(key)
    const value = formatted(format, state.connection, before, each.at, '')
    return value === '' ? before : appended(before, [name, value], appendAction, each.at)
  }, left)
}

/** The headers of a request as sent upstream: changed by the cluster chosen by weight, the route, the virtual host and the table, in this order. */
export function upstreamHeaders(state: HttpState, route: Route, cluster: string): Headers {
  const weighted = route.route?.weightedClusters?.clusters.find(({name}) => name === cluster)
  const levels = [weighted, route, state.chosen?.virtualHost, state.table]
  return levels.reduce<Headers>(
    (headers, level) => (level === undefined ? headers : changedBy(headers, level, state)),
    state.headers,
  )
}
