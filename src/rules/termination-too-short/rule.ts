import {definedFields} from '../../model/collections/defined-fields.js'
import {NATIVE_SIDECAR_ANNOTATION, PROXY_CONFIG_ANNOTATION} from '../../model/istio/mesh-keys.js'
import type {Container, PodModel} from '../../model/kube/pod.js'
import {pointer} from '../../model/text/object-path.js'
import {defineRule} from '../rule.js'

/** Settings that change the drain duration or end the sidecar with its last connection. */
const DRAIN_SETTINGS = /terminationDrainDuration|EXIT_ON_ZERO_ACTIVE_CONNECTIONS["']?\s*:\s*["']?true/

/** Whether the sidecar is an ordinary container (by the annotation of a template); undefined when unknown. A native one ends after the application. */
function isLegacySidecar(pod: PodModel, proxy: Container | undefined): boolean | undefined {
  if (proxy !== undefined) return proxy.role === 'app'
  const annotated = pod.annotations[NATIVE_SIDECAR_ANNOTATION]
  return annotated === 'true' ? false : annotated === 'false' ? true : undefined
}

function count(seconds: number): string {
  return seconds === 1 ? '1 second' : `${seconds} seconds`
}

function hasDrainSettings(pod: PodModel, proxy: Container | undefined): boolean {
  if (proxy === undefined) return DRAIN_SETTINGS.test(pod.annotations[PROXY_CONFIG_ANNOTATION] ?? '')
  return proxy.env.EXIT_ON_ZERO_ACTIVE_CONNECTIONS === 'true' || DRAIN_SETTINGS.test(proxy.env.PROXY_CONFIG ?? '')
}

/** The default grace period of Kubernetes. */
const DEFAULT_GRACE_SECONDS = 30

export const rule = defineRule({
  code: 'MCT1419',
  slug: 'termination-too-short',
  aliases: [],
  severity: 'warning',
  title: 'Pod is killed before its sidecar has drained',
  why: 'The sidecar drains open requests when the pod terminates (5 seconds unless the mesh sets it): with a shorter grace period they are cut off.',
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
      about: 'drain time in seconds: terminationDrainDuration of the mesh (ProxyConfig)',
    },
  },
  check: ({pod}, {sidecar}, {drainSeconds}) => {
    const legacy = isLegacySidecar(pod, sidecar)
    const grace = pod.terminationGraceSeconds
    if (legacy === false || grace === undefined || grace > drainSeconds) return []
    if (hasDrainSettings(pod, sidecar)) return []
    const path = `${pod.specPath}.terminationGracePeriodSeconds`
    return [
      {
        ...definedFields({severity: legacy === undefined ? ('info' as const) : undefined}),
        message: `The grace period is ${count(grace)}, but ${legacy === undefined ? 'a sidecar that is not native' : 'the sidecar'} drains for ${drainSeconds}.`,
        path,
        proof: [{from: path, text: String(grace)}],
        // Patches are offered only where the fix is certain.
        ...definedFields({
          patch:
            drainSeconds < DEFAULT_GRACE_SECONDS && legacy === true
              ? [
                  {op: 'test' as const, path: pointer(path), value: grace},
                  {op: 'replace' as const, path: pointer(path), value: DEFAULT_GRACE_SECONDS},
                ]
              : undefined,
        }),
      },
    ]
  },
})
