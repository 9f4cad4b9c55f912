import {selects} from '../../analysis/ports/service-ports.js'
import {WAYPOINT_LABEL} from '../../model/istio/mesh-keys.js'
import {type ObjectRef, objectLabel, type PodModel} from '../../model/kube/pod.js'
import type {Labels} from '../../model/kube/selector.js'
import {defineRule, type Found, Inconclusive} from '../rule.js'

const ELSEWHERE = 'istio.io/use-waypoint-namespace'

/** Something whose labels send traffic to a waypoint: a Service, the pod, or the namespace of both. */
interface User {
  readonly object: ObjectRef
  readonly labels: Labels
  readonly traffic: string
}

function podUser({object, labels}: PodModel): User {
  return {object, labels, traffic: 'requests to the address of the pod'}
}

export const rule = defineRule({
  code: 'MCT1610',
  slug: 'waypoint-not-serving',
  aliases: ['IST0171'],
  severity: 'error',
  title: 'Waypoint is missing or not ready',
  why: 'ztunnel sends requests of the mesh to the waypoint a label names: without a ready pod they fail; a waypoint that does not exist is skipped, and with it every L7 policy and route.',
  fix: 'Create the waypoint (istioctl waypoint apply -n NAMESPACE), make its pods ready (meshctl waypoint status -n NAMESPACE -o wide), or correct the label istio.io/use-waypoint.',
  references: ['https://istio.io/latest/docs/ambient/usage/waypoint/'],
  modes: ['ambient'],
  needs: ['services', 'namespace'],
  uses: ['endpointSlices'],
  check: ({pod}, {services, namespace, endpointSlices}) => {
    const home = pod.object.namespace
    const users: readonly User[] = [
      ...services
        .filter(service => selects(service, pod))
        .map(({object, labels}) => ({object, labels, traffic: `requests to Service ${object.name}`})),
      podUser(pod),
    ]
    const named = users.map(each => ({
      each,
      name: each.labels[WAYPOINT_LABEL] ?? namespace.labels[WAYPOINT_LABEL] ?? 'none',
    }))
    return named.flatMap(({each, name}): readonly Found[] => {
      const from = each.labels[WAYPOINT_LABEL] === undefined ? namespace.labels : each.labels
      const by = each.labels[WAYPOINT_LABEL] === undefined ? `Namespace ${home}` : objectLabel(each.object)
      if (name === 'none' || (from[ELSEWHERE] ?? home) !== home) return []
      // A label of the namespace or Service covers the pod's own address only where the waypoint serves workloads.
      if (each.object === pod.object && each.labels[WAYPOINT_LABEL] === undefined) return []
      const place = {
        object: each.object,
        path: 'metadata.labels["istio.io/use-waypoint"]',
        proof: [{from: `label ${WAYPOINT_LABEL} of ${by}`, text: name}],
      }
      if (!services.some(({object}) => object.name === name))
        return [
          {
            ...place,
            message: `Waypoint ${name} does not exist: ${each.traffic} go directly to the pod, without L7 policies and routes.`,
          },
        ]
      const slices = endpointSlices?.filter(({namespace: of, service}) => of === home && service === name)
      if (slices === undefined || slices.length === 0)
        throw new Inconclusive(`the endpoints of waypoint ${name} are unknown`, 'not-captured')
      return slices.some(({ready}) => ready.length > 0)
        ? []
        : [{...place, message: `Waypoint ${name} has no ready pod: ${each.traffic} from the mesh fail.`}]
    })
  },
})
