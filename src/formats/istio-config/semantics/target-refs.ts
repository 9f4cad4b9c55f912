import {listOf, objectOf, textOf} from '../../decode.js'
import {type Problem, problemIf} from './problem.js'

/** What a policy can be attached to (istio.io, PolicyTargetReference). */
const TARGETS = new Set([
  'core/Service',
  'networking.istio.io/ServiceEntry',
  'gateway.networking.k8s.io/Gateway',
  'gateway.networking.k8s.io/GatewayClass',
])

/** The kinds a policy names as its targets to which none can be attached. */
export function targetProblems(spec: unknown): readonly Problem[] {
  const one = objectOf(spec, 'targetRef')
  const targets = [
    ...(one === undefined ? [] : [['spec.targetRef', one] as const]),
    ...listOf(spec, 'targetRefs').map((each, index) => [`spec.targetRefs[${index}]`, each] as const),
  ]
  return targets.flatMap(([path, target]) => {
    const group = textOf(target, 'group') ?? ''
    const kind = textOf(target, 'kind') ?? ''
    return problemIf(
      !TARGETS.has(`${group === '' ? 'core' : group}/${kind}`),
      path,
      `policies are attached to a Service, ServiceEntry, Gateway of the Gateway API or GatewayClass, not to ${group === '' ? '' : `${group}/`}${kind}`,
    )
  })
}
