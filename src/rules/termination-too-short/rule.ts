import {definedFields} from '../../model/collections/defined-fields.js'
import {NATIVE_SIDECAR_ANNOTATION, PROXY_CONFIG_ANNOTATION} from '../../model/istio/mesh-keys.js'
import type {Container, PodModel} from '../../model/kube/pod.js'
import {pointer} from '../../model/text/object-path.js'
import {drainSecondsOf} from '../proxy-config-text.js'
import {defineRule} from '../rule.js'

/** Ends the sidecar with its last connection. */
const ENDS_WITH_LAST = /EXIT_ON_ZERO_ACTIVE_CONNECTIONS["']?\s*:\s*["']?true/

/** Whether the sidecar is an ordinary container (by the annotation of a template); undefined when unknown. A native one ends after the application. */
function isLegacySidecar(pod: PodModel, proxy: Container | undefined): boolean | undefined {
  if (proxy !== undefined) return proxy.role === 'app'
  const annotated = pod.annotations[NATIVE_SIDECAR_ANNOTATION]
  return annotated === 'true' ? false : annotated === 'false' ? true : undefined
}

function count(seconds: number): string {
  return seconds === 1 ? '1 second' : `${seconds} seconds`
}

/** The default grace period of Kubernetes. */
const DEFAULT_GRACE_SECONDS = 30

/** How long the sidecar drains: as the mesh says, or longer than the pod lives, as its ProxyConfig says; undefined when that is unknown, or when it ends with its last connection. */
function drainOf(pod: PodModel, proxy: Container | undefined, ofMesh: number): number | undefined {
  const config = (proxy === undefined ? pod.annotations[PROXY_CONFIG_ANNOTATION] : proxy.env.PROXY_CONFIG) ?? ''
  if (proxy?.env.EXIT_ON_ZERO_ACTIVE_CONNECTIONS === 'true' || ENDS_WITH_LAST.test(config)) return undefined
  if (!config.includes('terminationDrainDuration')) return ofMesh
  const own = drainSecondsOf(config)
  return own === undefined || own <= (pod.terminationGraceSeconds ?? DEFAULT_GRACE_SECONDS) ? undefined : own
}

export const rule = defineRule({
  code: 'MCT1419',
  slug: 'termination-too-short',
  aliases: [],
  severity: 'warning',
  title: 'Pod is killed before its sidecar has drained',
  why: 'The sidecar drains open requests when the pod terminates (5 seconds unless the mesh sets it): with a shorter grace period they are cut off.',
  fix: 'Raise terminationGracePeriodSeconds above the drain time, or set EXIT_ON_ZERO_ACTIVE_CONNECTIONS in proxyMetadata.',
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
    const grace = pod.terminationGraceSeconds ?? DEFAULT_GRACE_SECONDS
    const drain = drainOf(pod, sidecar, drainSeconds)
    if (legacy === false || drain === undefined || grace > drain) return []
    const path = `${pod.specPath}.terminationGracePeriodSeconds`
    return [
      {
        ...definedFields({severity: legacy === undefined ? ('info' as const) : undefined}),
        message: `The grace period is ${count(grace)}, but ${legacy === undefined ? 'a sidecar that is not native' : 'the sidecar'} drains for ${drain}.`,
        path,
        proof: [{from: path, text: String(grace)}],
        // Patches are offered only where the fix is certain.
        ...definedFields({
          patch:
            drain < DEFAULT_GRACE_SECONDS && legacy === true
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
