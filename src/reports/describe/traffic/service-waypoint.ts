import {readEndpointSlice} from '../../../formats/kube/kube-endpoints.js'
import type {AuthorizationPolicyModel} from '../../../model/istio/istio-traffic.js'
import {WAYPOINT_LABEL} from '../../../model/istio/mesh-keys.js'
import type {ServiceModel} from '../../../model/kube/kube-service.js'
import type {Source} from '../../../sources/source.js'

const ELSEWHERE = 'istio.io/use-waypoint-namespace'

/** The waypoint in front of a Service, for requests of the ambient mesh. */
export interface ServiceWaypoint {
  readonly name: string
  readonly namespace: string
  /** `unknown` where its Service or endpoints could not be read. */
  readonly state: 'ready' | 'not-ready' | 'missing' | 'unknown'
  /** Policies attached to the Service or to the waypoint by targetRefs. */
  readonly policies: readonly AuthorizationPolicyModel[]
}

async function stateOf(source: Source, namespace: string, name: string): Promise<ServiceWaypoint['state']> {
  const services = await source.objects({kind: 'Service', namespace, name})
  if (!services.ok) return 'unknown'
  if (services.value.length === 0) return source.traits.complete ? 'missing' : 'unknown'
  const slices = await source.objects({kind: 'EndpointSlice', namespace})
  if (!slices.ok) return 'unknown'
  const own = slices.value.map(readEndpointSlice).filter(each => each?.service === name)
  return own.some(each => (each?.ready.length ?? 0) > 0) ? 'ready' : 'not-ready'
}

/** The waypoint that labels of a Service, else of its Namespace, name; undefined without one (istio.io, "Configure waypoint proxies"). */
export async function serviceWaypoint(
  source: Source,
  {object, labels}: ServiceModel,
  policies: readonly AuthorizationPolicyModel[],
): Promise<ServiceWaypoint | undefined> {
  const own = labels[WAYPOINT_LABEL] !== undefined
  const spaces = own ? undefined : await source.objects({kind: 'Namespace', name: object.namespace})
  const from = own ? labels : ((spaces?.ok === true ? spaces.value[0]?.metadata.labels : undefined) ?? {})
  const name = from[WAYPOINT_LABEL]
  if (name === undefined || name === 'none') return undefined
  const namespace = from[ELSEWHERE] ?? object.namespace
  const attached = policies.filter(
    ({object: policy, targets}) =>
      (policy.namespace === object.namespace && targets.includes(`Service/${object.name}`)) ||
      (policy.namespace === namespace && targets.includes(`Gateway/${name}`)),
  )
  return {name, namespace, state: await stateOf(source, namespace, name), policies: attached}
}
