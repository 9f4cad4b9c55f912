/** A counter or gauge of Envoy. */
export interface EnvoyStat {
  readonly name: string
  readonly value: number
}

/** What the /stats page of Envoy's admin interface says: counters and gauges, and the medians of histograms. */
export interface StatsPage {
  readonly stats: readonly EnvoyStat[]
  readonly medians: ReadonlyMap<string, number>
}

/** `cluster.NAME.upstream_…`: Istio ends the name with `;` where it could run into the counter. */
const OF_CLUSTER =
  /^cluster\.(.+?);?\.((?:upstream|membership|outlier_detection|circuit_breakers|ssl|lb|update)[._]?[\w.]*)$/

/** Counts a second time, by where the request came from. */
const ORIGIN = /;\.(?:internal|external|canary)$/

/** The cluster a statistic is about and the rest of its name; undefined for one that is about none. */
export function clusterStat(name: string): {readonly cluster: string; readonly counter: string} | undefined {
  const [, cluster, counter] = OF_CLUSTER.exec(name) ?? []
  return cluster === undefined || counter === undefined || ORIGIN.test(cluster) ? undefined : {cluster, counter}
}
