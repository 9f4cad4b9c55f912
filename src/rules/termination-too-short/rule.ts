import {pointer} from '../../model/object-path.js'
import {injectedContainer} from '../../model/pod.js'
import {defineRule} from '../rule.js'

/** What Kubernetes gives a pod that asks for nothing else. */
const USUAL_SECONDS = 30

export const rule = defineRule({
  code: 'MCT1419',
  slug: 'termination-too-short',
  aliases: [],
  severity: 'warning',
  title: 'The pod is killed before its sidecar has drained',
  why: 'The sidecar waits some seconds (5 unless the mesh says otherwise) for open requests when the pod ends; with less grace they are cut off.',
  fix: 'Raise terminationGracePeriodSeconds, or set EXIT_ON_ZERO_ACTIVE_CONNECTIONS in proxyMetadata.',
  references: ['https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig'],
  modes: ['sidecar'],
  needs: [],
  parameters: {
    drainSeconds: {
      type: 'number',
      min: 0,
      max: 3600,
      default: 5,
      about: 'how long a sidecar drains: terminationDrainDuration of the mesh (ProxyConfig)',
    },
  },
  check: ({pod}, _facts, {drainSeconds}) => {
    const proxy = injectedContainer(pod, 'istio-proxy')
    const grace = pod.terminationGraceSeconds
    // A native sidecar ends after the application, whatever the drain duration.
    if (proxy === undefined || proxy.role !== 'app' || grace === undefined || grace > drainSeconds) return []
    if (
      proxy.env.EXIT_ON_ZERO_ACTIVE_CONNECTIONS === 'true' ||
      /terminationDrainDuration/.test(proxy.env.PROXY_CONFIG ?? '')
    )
      return []
    const path = `${pod.specPath}.terminationGracePeriodSeconds`
    return [
      {
        message: `The pod has ${grace} seconds to end, the sidecar drains for ${drainSeconds}.`,
        path,
        proof: [{from: path, text: String(grace)}],
        ...(drainSeconds < USUAL_SECONDS
          ? {
              patch: [
                {op: 'test' as const, path: pointer(path), value: grace},
                {op: 'replace' as const, path: pointer(path), value: USUAL_SECONDS},
              ],
            }
          : {}),
      },
    ]
  },
})
