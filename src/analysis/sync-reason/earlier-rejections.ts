import {xdsType} from '../../model/envoy/xds-type.js'

/** The last rejection of a type in a proxy's log: how often it happened, when last, and Envoy's words. */
export interface EarlierRejection {
  readonly type: string
  readonly times: number
  readonly at: string | undefined
  readonly message: string
  readonly line: string
}

/** Envoy's delta_subscription_state.cc; the line that grpc_subscription_impl.cc writes for the same update is not counted again. */
const REJECTED = /^(\d{4}-\d\d-\d\dT[\d:.]{8,20}Z)?.{0,400}?\bdelta config for (\S{1,200}) rejected: ([^\n]{0,4000})/

/**
 * The updates that Envoy rejected since its log begins, by type (CDS, LDS, …). Only those of incremental (delta) xDS: a later update that is
 * accepted carries what changed since, so what was rejected may be missing still (Envoy, "xDS REST and gRPC protocol", Incremental xDS).
 */
export function earlierRejections(log: string): ReadonlyMap<string, EarlierRejection> {
  const found = new Map<string, EarlierRejection>()
  for (const line of log.split('\n')) {
    if (!line.includes('delta config for ')) continue
    const [, at, url = '', message = ''] = REJECTED.exec(line) ?? []
    if (url === '') continue
    const type = xdsType(url).short
    const times = (found.get(type)?.times ?? 0) + 1
    found.set(type, {type, times, at, message: message.replace(/\tthread=\d{1,9}$/, '').trim(), line})
  }
  return found
}
