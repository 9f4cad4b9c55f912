import {injectedContainer} from '../../model/pod.js'
import {defineRule} from '../rule.js'

/** How long a sidecar drains before it ends (ProxyConfig, terminationDrainDuration). */
const DRAIN_SECONDS = 5

export const rule = defineRule({
  code: 'MCT1419',
  slug: 'termination-too-short',
  aliases: [],
  severity: 'warning',
  title: 'The pod is killed before its sidecar has drained',
  why: `The sidecar waits ${DRAIN_SECONDS} seconds for open requests when the pod ends; with less grace they are cut off.`,
  fix: 'Raise terminationGracePeriodSeconds, or set EXIT_ON_ZERO_ACTIVE_CONNECTIONS in proxyMetadata.',
  references: ['https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig'],
  modes: ['sidecar'],
  needs: [],
  check: ({pod}) => {
    const proxy = injectedContainer(pod, 'istio-proxy')
    const grace = pod.terminationGraceSeconds
    // A native sidecar ends after the application, whatever the drain duration.
    if (proxy === undefined || proxy.role !== 'app' || grace === undefined || grace > DRAIN_SECONDS) return []
    if (
      proxy.env.EXIT_ON_ZERO_ACTIVE_CONNECTIONS === 'true' ||
      /terminationDrainDuration/.test(proxy.env.PROXY_CONFIG ?? '')
    )
      return []
    const path = `${pod.specPath}.terminationGracePeriodSeconds`
    return [
      {
        message: `The pod has ${grace} seconds to end, the sidecar drains for ${DRAIN_SECONDS}.`,
        path,
        proof: [{from: path, text: String(grace)}],
      },
    ]
  },
})
