import {pointer} from '../../model/object-path.js'
import type {Container, PodModel} from '../../model/pod.js'
import {defineRule} from '../rule.js'

const NATIVE = 'sidecar.istio.io/nativeSidecar'
/** Settings by which a sidecar drains for another time, or ends with its last connection. */
const OTHERWISE = /terminationDrainDuration|EXIT_ON_ZERO_ACTIVE_CONNECTIONS["']?\s*:\s*["']?true/

/** Whether the sidecar is an ordinary container; of a template only its annotation may tell. A native one ends after the application, however long it drains. */
function isClassic(pod: PodModel, proxy: Container | undefined): boolean | undefined {
  if (proxy !== undefined) return proxy.role === 'app'
  const asked = pod.annotations[NATIVE]
  return asked === 'true' ? false : asked === 'false' ? true : undefined
}

function count(seconds: number): string {
  return seconds === 1 ? '1 second' : `${seconds} seconds`
}

function drainsOtherwise(pod: PodModel, proxy: Container | undefined): boolean {
  if (proxy === undefined) return OTHERWISE.test(pod.annotations['proxy.istio.io/config'] ?? '')
  return proxy.env.EXIT_ON_ZERO_ACTIVE_CONNECTIONS === 'true' || OTHERWISE.test(proxy.env.PROXY_CONFIG ?? '')
}

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
  uses: ['sidecar'],
  parameters: {
    drainSeconds: {
      type: 'number',
      min: 0,
      max: 3600,
      default: 5,
      about: 'how long a sidecar drains: terminationDrainDuration of the mesh (ProxyConfig)',
    },
  },
  check: ({pod}, {sidecar}, {drainSeconds}) => {
    const classic = isClassic(pod, sidecar)
    const grace = pod.terminationGraceSeconds
    if (classic === false || grace === undefined || grace > drainSeconds) return []
    if (drainsOtherwise(pod, sidecar)) return []
    const path = `${pod.specPath}.terminationGracePeriodSeconds`
    return [
      {
        ...(classic === undefined ? {severity: 'info' as const} : {}),
        message: `The pod has ${count(grace)} to end, ${classic === undefined ? 'and a sidecar that is no native one' : 'the sidecar'} drains for ${drainSeconds}.`,
        path,
        proof: [{from: path, text: String(grace)}],
        // Only certain remedies are offered as patches.
        ...(drainSeconds < USUAL_SECONDS && classic === true
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
