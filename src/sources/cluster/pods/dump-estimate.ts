import type {PodRef} from '../../../model/kube/kube-object.js'
import {failureFromError, WireFailure} from '../../../wire/wire-failure.js'
import type {Live} from '../live.js'

/** One Envoy counter, a few bytes: the number of clusters (Envoy, statistics of the cluster manager). */
const COUNT_PAGE = 'stats?filter=%5Ecluster_manager.active_clusters%24'
const COUNT_LIMITS = {maxBytes: 65_536, deadlineMs: 5000}
/** Size of a config dump per cluster, including its share of listeners, routes and endpoints: 10 to 16 KB in measured meshes. */
const BYTES_PER_CLUSTER = 16 * 1024

/** The estimated size of a proxy's config_dump in bytes; undefined if its number of clusters is unknown. */
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

/** Refuses a dump above the limit: generating it blocks the proxy's main thread for seconds, and it would be truncated anyway. */
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
    `the whole dump would be about ${megabytes} MB, more than ${Math.round(maxBytes / 1_000_000)} MB; it was not requested`,
  )
}
