import {HeaderMutation, HeaderMutationPerRoute, type HeaderMutationRule} from '../../../model/envoy/filters.js'
import type {HttpFilter} from '../../../model/envoy/http.js'
import {unpack} from '../../../model/envoy/schema.js'
import {type FilterResult, goesOn, type HttpState} from '../http/state.js'
import {formatted} from '../matching/format.js'
import {appended, type Headers, withoutHeaders} from '../matching/headers.js'
import {asciiLower} from '../matching/strings.js'
import {known, undecided} from '../undecided.js'
import {routeConfigsOf} from './overrides.js'

// Header mutation: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/header_mutation_filter

function mutated(headers: Headers, rule: HeaderMutationRule, state: HttpState): Headers {
  const {remove, append} = known(rule, 'a header mutation')
  if (remove) return withoutHeaders(headers, [asciiLower(remove)])
  if (append?.header === undefined) return undecided('a header mutation of an unknown kind', rule.at)
  const {header, appendAction = 'APPEND_IF_EXISTS_OR_ADD', keepEmptyValue} = known(append, 'a header mutation')
  const {key = '', value: format = ''} = known(header, 'a header')
  const name = asciiLower(key) === 'host' ? ':authority' : asciiLower(key)
  const value = formatted(format, state.connection, headers, rule.at, '')
  return value === '' && !keepEmptyValue ? headers : appended(headers, [name, value], appendAction, append.at)
}

/** The headers of the request after some mutations. */
export function mutatedHeaders(rules: readonly HeaderMutationRule[], state: HttpState): Headers {
  return rules.reduce<Headers>((before, rule) => mutated(before, rule, state), state.headers)
}

/** Changes the headers of the request; the route stays as it was chosen. */
export function runHeaderMutation(state: HttpState, filter: HttpFilter): FilterResult {
  const config = unpack(filter.typedConfig, HeaderMutation)
  if (config === undefined) undecided('header_mutation without configuration', filter.at)
  const {mutations, mostSpecificHeaderMutationsWins} = known(config, 'header_mutation')
  const specificFirst = routeConfigsOf(state, filter, HeaderMutationPerRoute)
  const byRoute = mostSpecificHeaderMutationsWins ? specificFirst.toReversed() : specificFirst
  const rules = [mutations, ...byRoute.map(each => known(each, 'an override of header_mutation').mutations)]
  const answers = rules.flatMap(each => each?.responseMutations ?? [])
  if (answers.some(each => asciiLower(each.remove ?? each.append?.header?.key ?? '') === 'location'))
    undecided('a Location that header_mutation changes', config.at)
  const requests = rules.flatMap(each => (each === undefined ? [] : known(each, 'header mutations').requestMutations))
  return goesOn({...state, headers: mutatedHeaders(requests, state)})
}
