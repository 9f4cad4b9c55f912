import {EarlyHeaderMutation} from '../../../model/envoy/filters.js'
import {unpack} from '../../../model/envoy/schema.js'
import {mutatedHeaders} from '../filters/header-mutation.js'
import {asciiLower} from '../matching/strings.js'
import {known, undecided} from '../undecided.js'
import type {HttpState} from './state.js'

// Early header mutation: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/header_mutation

/** Headers that other parts of the manager read or write before the route is chosen. */
const SPECIAL = /^(?::|host$|connection$|upgrade$|te$|x-forwarded-|x-envoy-|x-request-id$)/

/** The request with the headers that the extensions change before its route is chosen. */
export function withEarlyMutation(state: HttpState): HttpState {
  let {headers} = state
  for (const extension of state.manager.earlyHeaderMutationExtensions) {
    const config = unpack(extension.typedConfig, EarlyHeaderMutation)
    if (config === undefined) return undecided(`early header mutation ${extension.name ?? ''}`, extension.at)
    const {mutations} = known(config, 'early header mutation')
    const names = mutations.map(each => asciiLower(each.remove ?? each.append?.header?.key ?? ''))
    const special = names.find(each => SPECIAL.test(each))
    if (special !== undefined) undecided(`early header mutation of ${special}`, config.at)
    headers = mutatedHeaders(mutations, {...state, headers})
  }
  return {...state, headers}
}
