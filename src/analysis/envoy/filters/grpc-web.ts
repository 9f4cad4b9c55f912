import type {HttpFilter} from '../../../model/envoy/http.js'
import {type FilterResult, goesOn, type HttpState} from '../http/state.js'
import {headerValue} from '../matching/headers.js'
import {undecided} from '../undecided.js'

// gRPC-Web: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/grpc_web_filter

/** Passes everything that is not gRPC-Web unchanged. */
export function runGrpcWeb(state: HttpState, filter: HttpFilter): FilterResult {
  const type = headerValue(state.headers, 'content-type') ?? ''
  return type.startsWith('application/grpc-web') ? undecided('a gRPC-Web request', filter.at) : goesOn(state)
}
