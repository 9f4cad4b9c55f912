import type {EnvoyStat} from '../../model/envoy/envoy-stat.js'

/** Counters that indicate a fault when they are not zero (Envoy, operations: statistics; names without dots as Prometheus has them). */
const TROUBLE: readonly (readonly [RegExp, string])[] = [
  [/cluster[._]?manager[._]cds[._]update_rejected|cds_update_rejected/, 'Envoy rejected cluster updates (CDS)'],
  [/listener[._]?manager[._]lds[._]update_rejected|lds_update_rejected/, 'Envoy rejected listener updates (LDS)'],
  [/rds[._].*update_rejected/, 'Envoy rejected a route configuration (RDS)'],
  [/(sds|ssl_context).{0,500}update_rejected|ssl_context_update_by_sds\.fail/, 'Envoy rejected a certificate (SDS)'],
  [/update_failure$|update_failure\{/, 'updates from the control plane failed'],
  [/listener_create_failure/, 'listeners could not be opened'],
  [/total_filter_chains_draining/, 'filter chains are draining'],
  [/warming_clusters/, 'clusters are warming: they wait for endpoints or certificates'],
  [/total_listeners_warming/, 'listeners are warming: they wait for routes or certificates'],
  [/upstream_cx_connect_fail/, 'connections to an upstream failed'],
  [/upstream_cx_connect_timeout/, 'connections to an upstream timed out'],
  [
    /upstream_cx_overflow|upstream_rq_pending_overflow|upstream_rq_retry_overflow/,
    'a circuit breaker refused connections, requests or retries',
  ],
  [/upstream_rq_timeout|upstream_rq_per_try_timeout/, 'requests exceeded their timeout'],
  [
    /upstream_rq_5(xx|0\d)$|upstream_rq\{.*response_code(_class)?="5/,
    'an upstream answered 5xx, or Envoy did in its place',
  ],
  [/upstream_cx_none_healthy/, 'an upstream had no healthy endpoint'],
  [/outlier_detection[._]ejections_active/, 'endpoints are ejected by outlier detection'],
  [/ssl[._](connection_error|fail_verify_\w+)/, 'TLS handshakes failed'],
  [/downstream_rq_rejected_via|rbac[._].*denied/, 'requests were denied'],
  [
    /no_filter_chain_match/,
    'connections matched no filter chain: plaintext to a port with STRICT mTLS, or an unknown SNI',
  ],
  [/no_route$/, 'requests matched no route'],
  [/upstream_cx_protocol_error|downstream_cx_protocol_error/, 'bytes were not valid HTTP'],
  [/overload[._].*active|shrink_heap|stop_accepting/, 'the overload manager is active'],
  [/BlackHoleCluster.{0,500}upstream_(?:cx|rq)_total/, 'traffic was dropped by BlackHoleCluster'],
]

const SHOWN = 20

/** The values of `server.state` (Envoy, ServerInfo.State). */
const STATES = ['LIVE', 'DRAINING', 'PRE_INITIALIZING', 'INITIALIZING']

/** What the gauges of the server say that is not a counter: its state when it takes no traffic. */
function stateIn(stats: readonly EnvoyStat[]): readonly string[] {
  const state = stats.find(({name}) => /^(server\.state|envoy_server_state)(\{|$)/.test(name))?.value
  return state === undefined || state === 0
    ? []
    : [`Envoy is ${STATES[state] ?? `in state ${state}`}, not LIVE: it is not ready`]
}

/** What a proxy without an accepted update of clusters or listeners lacks; other statistics of the page show that the counter was looked at. */
const NEVER_ACCEPTED: readonly (readonly [RegExp, string])[] = [
  [/^(?:cluster_manager\.cds\.update_success|envoy_cluster_manager_cds_update_success)(?:\{|$)/, 'clusters (CDS)'],
  [/^(?:listener_manager\.lds\.update_success|envoy_listener_manager_lds_update_success)(?:\{|$)/, 'listeners (LDS)'],
]

function neverAccepted(stats: readonly EnvoyStat[]): readonly string[] {
  return NEVER_ACCEPTED.flatMap(([pattern, what]) => {
    const counter = stats.find(({name}) => pattern.test(name))
    return counter?.value === 0
      ? [
          `Envoy never accepted ${what} from its control plane: ${counter.name} is 0 (nothing was sent, or all was rejected)`,
        ]
      : []
  })
}

function troubles(stats: readonly EnvoyStat[]) {
  return stats
    .filter(({value}) => value > 0)
    .flatMap(({name, value}) => {
      const what = TROUBLE.find(([pattern]) => pattern.test(name))?.[1]
      return what === undefined ? [] : [{name, value, what}]
    })
    .sort((a, b) => b.value - a.value)
}

/** The same as `troubleIn` without a word where nothing is counted, at most `most` of them. */
export function troubleCounters(stats: readonly EnvoyStat[], most = 3): readonly string[] {
  return troubles(stats)
    .slice(0, most)
    .map(({name, value, what}) => `${what}: ${name} is ${value}`)
}

/** Sentences on counters that are not zero and indicate a fault, the highest first. A counter says that it happened, not when. */
export function troubleIn(stats: readonly EnvoyStat[]): readonly string[] {
  const found = troubles(stats)
  const state = [...stateIn(stats), ...neverAccepted(stats)]
  if (found.length === 0)
    return state.length > 0
      ? state
      : [
          stats.length === 1
            ? 'the only statistic counts no fault'
            : `none of ${stats.length} statistics counts a fault`,
        ]
  const shown = [...state, ...found.slice(0, SHOWN).map(({name, value, what}) => `${what}: ${name} is ${value}`)]
  return found.length > SHOWN ? [...shown, `and ${found.length - SHOWN} more counters of faults`] : shown
}
