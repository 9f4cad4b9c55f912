import {clusterStat, type StatsPage} from '../../model/envoy/envoy-stat.js'

// Cluster statistics: https://www.envoyproxy.io/docs/envoy/latest/configuration/upstream/cluster_manager/cluster_stats

/** What Envoy counted for one cluster. Requests are those of HTTP; `milliseconds` is the median of the time to a reply. */
export interface UpstreamCounts {
  readonly cluster: string
  readonly requests: number
  readonly connections: number
  readonly status4xx: number
  readonly status5xx: number
  /** Connections that were not made: refused, timed out, or no endpoint was healthy. */
  readonly connectFailures: number
  /** Requests that a timeout, a reset or a circuit breaker ended. */
  readonly ended: number
  readonly milliseconds: number | undefined
}

const COUNTERS = {
  requests: ['upstream_rq_total', 'upstream_rq_completed'],
  connections: ['upstream_cx_total'],
  status4xx: ['upstream_rq_4xx'],
  status5xx: ['upstream_rq_5xx'],
  connectFailures: ['upstream_cx_connect_fail', 'upstream_cx_connect_timeout', 'upstream_cx_none_healthy'],
  ended: ['upstream_rq_timeout', 'upstream_rq_rx_reset', 'upstream_rq_pending_overflow', 'upstream_cx_overflow'],
} as const

/** What Envoy counted per cluster, the busiest first; clusters that saw nothing are left out. */
export function upstreamCounts({stats, medians}: StatsPage): readonly UpstreamCounts[] {
  const byCluster = new Map<string, Map<string, number>>()
  for (const {name, value} of stats) {
    const found = clusterStat(name)
    if (found === undefined) continue
    const counters = byCluster.get(found.cluster) ?? new Map<string, number>()
    byCluster.set(found.cluster, counters.set(found.counter, value))
  }
  const times = new Map(
    [...medians].flatMap(([name, value]) => {
      const found = clusterStat(name)
      return found?.counter === 'upstream_rq_time' ? [[found.cluster, value] as const] : []
    }),
  )
  return [...byCluster]
    .map(([cluster, counters]) => {
      const sum = (names: readonly string[]) => names.reduce((all, name) => all + (counters.get(name) ?? 0), 0)
      const [total, completed] = COUNTERS.requests.map(name => counters.get(name) ?? 0)
      return {
        cluster,
        requests: Math.max(total ?? 0, completed ?? 0),
        connections: sum(COUNTERS.connections),
        status4xx: sum(COUNTERS.status4xx),
        status5xx: sum(COUNTERS.status5xx),
        connectFailures: sum(COUNTERS.connectFailures),
        ended: sum(COUNTERS.ended),
        milliseconds: times.get(cluster),
      }
    })
    .filter(each => each.requests + each.connections + each.connectFailures + each.ended > 0)
    .sort((a, b) => b.requests + b.connections - (a.requests + a.connections))
}

/** What happened between two reads; counters that went back (Envoy restarted) count from zero. */
export function upstreamChanges(
  before: readonly UpstreamCounts[],
  after: readonly UpstreamCounts[],
): readonly UpstreamCounts[] {
  const known = new Map(before.map(each => [each.cluster, each]))
  return after
    .map(now => {
      const was = known.get(now.cluster)
      const more = (name: Exclude<keyof UpstreamCounts, 'cluster' | 'milliseconds'>) => {
        const old = was?.[name] ?? 0
        return now[name] >= old ? now[name] - old : now[name]
      }
      return {
        cluster: now.cluster,
        requests: more('requests'),
        connections: more('connections'),
        status4xx: more('status4xx'),
        status5xx: more('status5xx'),
        connectFailures: more('connectFailures'),
        ended: more('ended'),
        milliseconds: now.milliseconds,
      }
    })
    .filter(each => each.requests + each.connections + each.connectFailures + each.ended > 0)
}
