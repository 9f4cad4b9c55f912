import {asciiLower} from '../matching/strings.js'
import {undecided} from '../undecided.js'
import type {EnvoyReply, HttpState} from './state.js'

// Response headers: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#custom-request-response-headers

const LOCATION = 'location'

/** The reply, where no level of the route changes its Location. */
export function withLocation(state: HttpState, reply: EnvoyReply): EnvoyReply {
  const {chosen, table} = state
  const weighted = chosen?.route?.route?.weightedClusters?.clusters ?? []
  const levels = [...weighted, chosen?.route, chosen?.virtualHost, table].filter(each => each !== undefined)
  const adds = levels.find(each =>
    each.responseHeadersToAdd.some(({header}) => asciiLower(header?.key ?? '') === LOCATION),
  )
  const removes = levels.find(each => each.responseHeadersToRemove.some(name => asciiLower(name) === LOCATION))
  if (adds !== undefined || (removes !== undefined && reply.location !== undefined))
    undecided('a Location that the route configuration changes', (adds ?? removes)?.at)
  return reply
}
