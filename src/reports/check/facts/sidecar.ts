import {type Answer, answered, missing} from '../../../model/answer.js'
import {injectedContainer} from '../../../model/pod.js'
import {FACT_LABELS, type Facts} from '../../../rules/facts.js'
import type {PodContext} from './context.js'

const INJECTED = 'sidecar.istio.io/status'

/**
 * The proxy's container, when it is whole: of a pod, of a template injection has been at (`istioctl kube-inject` leaves its annotation), or written by
 * hand with a command of its own. What a template only adds to injection does not tell what injection adds.
 */
export async function sidecar({workload: {pod}}: PodContext): Promise<Answer<Facts['sidecar']>> {
  const proxy = injectedContainer(pod, 'istio-proxy')
  if (pod.exists) {
    return proxy === undefined
      ? missing(FACT_LABELS.sidecar, 'not-applicable', 'the pod has no container istio-proxy')
      : answered(proxy)
  }
  const whole = proxy?.args.includes('proxy') === true || pod.annotations[INJECTED] !== undefined
  return proxy !== undefined && whole
    ? answered(proxy)
    : missing(FACT_LABELS.sidecar, 'not-captured', 'a manifest does not show what injection adds')
}
