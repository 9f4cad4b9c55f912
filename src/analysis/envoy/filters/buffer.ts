import {Buffer as BufferConfig, BufferPerRoute} from '../../../model/envoy/filters.js'
import type {HttpFilter} from '../../../model/envoy/http.js'
import {unpack} from '../../../model/envoy/schema.js'
import {answers, type FilterResult, goesOn, type HttpState, neverAnswered} from '../http/state.js'
import {known, undecided} from '../undecided.js'
import {routeConfigOf} from './overrides.js'

// Buffer: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/buffer_filter

/** Buffers the whole body and rejects one that is too large. */
export function runBuffer(state: HttpState, filter: HttpFilter): FilterResult {
  const override = routeConfigOf(state, filter, BufferPerRoute)
  if (override?.disabled) return goesOn(state)
  const config = override?.buffer ?? unpack(filter.typedConfig, BufferConfig)
  if (config === undefined) undecided('a buffer filter without configuration', filter.at)
  const {maxRequestBytes = 0, at} = known(config, 'a buffer')
  if (state.upgrade !== undefined)
    return answers(
      state,
      neverAnswered('the buffer filter waits for the end of an upgraded request, which never comes'),
    )
  if (state.request.bodyBytes <= maxRequestBytes) return goesOn(state)
  const details = 'request_payload_too_large'
  return answers(state, {
    by: 'buffer',
    status: 413,
    flags: [],
    details,
    text: `the body is larger than ${maxRequestBytes} bytes`,
    at,
  })
}
