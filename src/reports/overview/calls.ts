import type {MeshPod} from '../../analysis/request-path/world.js'
import {parseClusters} from '../../formats/envoy/envoy-clusters.js'
import {trafficOf} from '../../formats/envoy/envoy-host-counters.js'
import {boundedMap} from '../../model/collections/bounded-map.js'
import type {Gap} from '../../model/evidence/answer.js'
import {ENVOY_MODES} from '../../model/istio/pod-mode.js'
import {podLabel} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'

/** What the Envoy of one pod sent to a port of a host, by its own counters. */
export interface ObservedCall {
  readonly pod: MeshPod
  readonly host: string
  readonly port: number
  readonly requests: number
  readonly failures: number
  readonly connections: number
}

const PROXIES_AT_ONCE = 8

/** Who called whom since the proxies know the endpoints, by the counters of each Envoy's clusters page; nothing is sent. */
export async function observedCalls(
  source: Source,
  pods: readonly MeshPod[],
  gaps: Gap[],
): Promise<readonly ObservedCall[]> {
  const asked = pods.filter(({mode}) => ENVOY_MODES.includes(mode))
  const found = await boundedMap(asked, PROXIES_AT_ONCE, async (pod): Promise<readonly ObservedCall[]> => {
    const page = await source.evidence('envoy.clusters', pod.ref)
    const groups = page.ok ? parseClusters(page.value) : page
    if (!groups.ok) {
      gaps.push({...groups.gap, what: `calls of ${podLabel(pod.ref)} (${groups.gap.what})`})
      return []
    }
    return trafficOf(groups.value).flatMap(({cluster, ...counts}) => {
      const [, port, host] = /^outbound\|(\d{1,5})\|[^|]*\|(.+)$/.exec(cluster) ?? []
      return host === undefined ? [] : [{pod, host, port: Number(port), ...counts}]
    })
  })
  return found.flat()
}
