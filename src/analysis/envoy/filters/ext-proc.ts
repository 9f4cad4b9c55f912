import {ExtProc, ExtProcPerRoute} from '../../../model/envoy/filters.js'
import type {HttpFilter} from '../../../model/envoy/http.js'
import {unpack} from '../../../model/envoy/schema.js'
import {answers, type FilterResult, goesOn, type HttpState} from '../http/state.js'
import {known, undecided} from '../undecided.js'
import {chooseHosts} from '../upstream/endpoints.js'
import {routeConfigOf} from './overrides.js'

// External processing: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/ext_proc_filter

/** Passes where the route disables it, or its server cannot be asked and that is allowed; what a server says is not known. */
export function runExtProc(state: HttpState, filter: HttpFilter): FilterResult {
  const config = unpack(filter.typedConfig, ExtProc)
  if (config === undefined) return undecided('ext_proc without configuration', filter.at)
  const {grpcService, failureModeAllow, at} = known(config, 'ext_proc')
  const own = routeConfigOf(state, filter, ExtProcPerRoute)
  if (own !== undefined && known(own, 'an override of ext_proc').disabled) return goesOn(state)
  const cluster = state.proxy.cluster(grpcService?.envoyGrpc?.clusterName ?? '')
  if (cluster === undefined) return undecided('a cluster of ext_proc that does not exist', at)
  const hosts = chooseHosts(state.proxy, cluster, {address: undefined, header: () => undefined})
  if (hosts.kind === 'hosts') return undecided('what the external processor does', at)
  if (failureModeAllow) return goesOn(state)
  return answers(state, {
    by: 'ext-proc',
    status: 500,
    flags: [],
    details: 'ext_proc_error_gRPC_error_14{no_healthy_upstream{no_healthy_upstream}}',
    text: 'the external processor has no healthy endpoint',
    at,
  })
}
