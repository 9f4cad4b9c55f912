import type {HttpFilter} from '../../../model/envoy/http.js'
import type {EnvoyProxy} from '../../../model/envoy/proxy.js'
import {WATCHERS} from '../../../model/envoy/registry.js'
import {chooseRoute} from '../http/route-choice.js'
import {type FilterResult, goesOn, type HttpState, type RunFilter} from '../http/state.js'
import {known, undecided} from '../undecided.js'
import {runBasicAuth} from './basic-auth.js'
import {runBuffer} from './buffer.js'
import {runCors} from './cors.js'
import {runCsrf} from './csrf.js'
import {runExtAuthz} from './ext-authz.js'
import {runExtProc} from './ext-proc.js'
import {runFault} from './fault.js'
import {runFilterState} from './filter-state.js'
import {runGrpcWeb} from './grpc-web.js'
import {runHeaderMutation} from './header-mutation.js'
import {runHeaderToMetadata} from './header-to-metadata.js'
import {runHealthCheck} from './health-check.js'
import {runJwtAuthn} from './jwt.js'
import {runLocalRateLimit} from './local-rate-limit.js'
import {filterRuns} from './overrides.js'
import {runRateLimit} from './rate-limit.js'
import {runRbac} from './rbac.js'
import {refuseChangedReplies} from './reply-changers.js'
import {runRouter} from './router.js'

const HF = 'extensions.filters.http.'

/** HTTP filters by the type of their configuration. */
const FILTERS: Readonly<Record<string, RunFilter>> = {
  [`${HF}buffer.v3.Buffer`]: runBuffer,
  [`${HF}basic_auth.v3.BasicAuth`]: runBasicAuth,
  [`${HF}cors.v3.Cors`]: runCors,
  [`${HF}csrf.v3.CsrfPolicy`]: runCsrf,
  [`${HF}ext_proc.v3.ExternalProcessor`]: runExtProc,
  [`${HF}header_to_metadata.v3.Config`]: runHeaderToMetadata,
  [`${HF}ext_authz.v3.ExtAuthz`]: runExtAuthz,
  [`${HF}fault.v3.HTTPFault`]: runFault,
  [`${HF}grpc_web.v3.GrpcWeb`]: runGrpcWeb,
  [`${HF}header_mutation.v3.HeaderMutation`]: runHeaderMutation,
  [`${HF}health_check.v3.HealthCheck`]: runHealthCheck,
  [`${HF}jwt_authn.v3.JwtAuthentication`]: runJwtAuthn,
  [`${HF}local_ratelimit.v3.LocalRateLimit`]: runLocalRateLimit,
  [`${HF}ratelimit.v3.RateLimit`]: runRateLimit,
  [`${HF}rbac.v3.RBAC`]: runRbac,
  [`${HF}router.v3.Router`]: runRouter,
  [`${HF}set_filter_state.v3.Config`]: runFilterState,
}

function runOne(state: HttpState, filter: HttpFilter): FilterResult {
  const type = filter.typedConfig?.type ?? ''
  if (WATCHERS.has(type)) return goesOn(state)
  const run = Object.hasOwn(FILTERS, type) ? FILTERS[type] : undefined
  if (run === undefined) return undecided(`HTTP filter ${filter.name ?? type}`, filter.at)
  return run(state, filter)
}

/** Undecided where a filter of the manager may change a reply of Envoy itself. */
export function refuseChanged(state: HttpState, filters: readonly HttpFilter[]): void {
  refuseChangedReplies(state, filters, type => WATCHERS.has(type) || Object.hasOwn(FILTERS, type))
}

/** A filter with the configuration that ECDS delivered, or the default until it does. */
function discovered(proxy: EnvoyProxy, filter: HttpFilter): HttpFilter {
  const typedConfig = proxy.filterConfig(filter.name ?? '') ?? filter.configDiscovery?.defaultConfig
  if (typedConfig === undefined)
    return undecided(
      `the configuration of HTTP filter ${filter.name ?? ''}, loaded by ECDS, is not in the dump`,
      filter.at,
    )
  return {...filter, typedConfig}
}

/** Runs the filters of a manager in order until one answers; the router always does. */
export function runHttpFilters(
  state: HttpState,
  filters: readonly HttpFilter[],
): Extract<FilterResult, {kind: 'answers'}> {
  let current = state
  for (const filter of filters) {
    const {configDiscovery} = known(filter, 'an HTTP filter')
    if (!filterRuns(current, filter)) continue
    const result = runOne(current, configDiscovery === undefined ? filter : discovered(state.proxy, filter))
    if (result.kind === 'answers') {
      const {by} = result.answer
      if (by !== 'upstream' && by !== 'ext-proc') refuseChanged(current, filters)
      return result
    }
    const cleared = current.chosen !== undefined && result.state.chosen === undefined
    current = cleared ? chooseRoute(result.state) : result.state
  }
  return undecided('a filter chain that ends without an answer', state.manager.at)
}
