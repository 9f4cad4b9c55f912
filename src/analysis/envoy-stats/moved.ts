import type {EnvoyStat} from '../../model/envoy/envoy-stat.js'

/** A counter that is higher in the second of two reads. */
export interface MovedStat {
  readonly name: string
  readonly by: number
}

/** Statistics of requests and connections (Envoy, operations: statistics of clusters, HTTP connection managers, listeners, TCP proxies). */
const OF_REQUESTS = /^(?:cluster|http|listener|tcp)\./

/** Values that go down as well, and what Envoy itself asks of istiod, the agent and its own admin page. */
const NOT_COUNTED =
  /(?:_active|_open|_buffered)$|\.(?:membership|circuit_breakers|version|warming)|^cluster\.(?:xds-grpc|sds-grpc|agent|prometheus_stats|zipkin)\b|^(?:listener|http)\.admin\b/

/** The counters of requests and connections that went up, in the order of their names. */
export function movedStats(before: readonly EnvoyStat[], after: readonly EnvoyStat[]): readonly MovedStat[] {
  const first = new Map(before.map(({name, value}) => [name, value]))
  return after
    .filter(({name}) => OF_REQUESTS.test(name) && !NOT_COUNTED.test(name))
    .map(({name, value}) => ({name, by: value - (first.get(name) ?? 0)}))
    .filter(({by}) => by > 0)
}
