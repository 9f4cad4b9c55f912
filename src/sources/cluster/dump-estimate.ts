import type {PodRef} from '../../model/kube-object.js'
import {failureFromError, WireFailure} from '../../wire/wire-failure.js'
import type {Live} from './live.js'

/** One counter of Envoy's, a few bytes: the number of clusters (Envoy, statistics of the cluster manager). */
const COUNT_PAGE = 'stats?filter=%5Ecluster_manager.active_clusters%24'
const COUNT_LIMITS = {maxBytes: 65_536, deadlineMs: 5000}
/** What a whole dump holds per cluster, its share of listeners, routes and endpoints included: 10 to 16 KB in measured meshes. */
const BYTES_PER_CLUSTER = 16 * 1024

/** How large the whole config_dump of a proxy will be, in bytes; undefined when the proxy does not say how many clusters it has. */
export async function dumpEstimate(
  live: Pick<Live, 'podPage'>,
  subject: PodRef,
  port: number,
): Promise<number | undefined> {
  try {
    const text = Buffer.from(await live.podPage(subject, port, COUNT_PAGE, COUNT_LIMITS)).toString('utf8')
    const clusters = /^cluster_manager\.active_clusters: (\d+)$/m.exec(text)?.[1]
    return clusters === undefined ? undefined : Number(clusters) * BYTES_PER_CLUSTER
  } catch (error) {
    const failure = failureFromError(error)
    if (failure.details.httpStatus === undefined) throw failure
    return undefined
  }
}

/** Refuses a whole dump that would not fit: building it stops the proxy's main thread for seconds, and it would be cut off here anyway. */
export async function refuseTooLarge(
  live: Pick<Live, 'podPage'>,
  subject: PodRef,
  port: number,
  maxBytes: number,
): Promise<void> {
  const bytes = await dumpEstimate(live, subject, port)
  if (bytes === undefined || bytes <= maxBytes) return
  const megabytes = Math.round(bytes / 1_000_000)
  throw new WireFailure(
    'too-large',
    `the whole dump would be about ${megabytes} MB, more than ${Math.round(maxBytes / 1_000_000)} MB; it was not asked for`,
  )
}
