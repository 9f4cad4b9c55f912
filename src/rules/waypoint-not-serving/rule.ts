import {WAYPOINT_LABEL} from '../../model/istio/mesh-keys.js'
import type {WaypointTarget, WaypointUse} from '../../model/istio/waypoint.js'
import type {PodWaypoint} from '../facts.js'
import {defineRule, type Found, Inconclusive} from '../rule.js'

const DIRECTLY = 'go directly to the pod, without L7 policies and routes'

/** What the waypoint does to requests for the target; undefined where it serves them. */
function faultOf({name, namespace, gateway, state}: WaypointUse, {kind, object}: WaypointTarget): string | undefined {
  const waypoint = `Waypoint ${namespace === object.namespace ? name : `${name}.${namespace}`}`
  const requests = kind === 'service' ? `requests to Service ${object.name}` : 'requests to the address of the pod'
  switch (state) {
    case 'missing':
      return `${waypoint} does not exist: ${requests} ${DIRECTLY}.`
    case 'refused':
      return `${waypoint} takes no bindings from Namespace ${object.namespace} (allowedRoutes of its HBONE listener): ${requests} ${DIRECTLY}.`
    case 'other-traffic': {
      const traffic = gateway?.traffic ?? 'service'
      const serves = traffic === 'none' ? 'serves nothing' : `serves ${traffic} traffic only`
      return `${waypoint} ${serves} (label istio.io/waypoint-for): ${requests} ${DIRECTLY}.`
    }
    case 'not-ready':
      return `${waypoint} has no ready pod: ${requests} from the mesh fail.`
    case 'unknown':
      throw new Inconclusive(`the endpoints of waypoint ${name} are unknown`, 'not-captured')
    case 'ready':
      return undefined
  }
}

function findingsFor({target, use}: PodWaypoint): readonly Found[] {
  // A label of the namespace names the waypoint of whatever of it the waypoint serves.
  const own = target.labels[WAYPOINT_LABEL] !== undefined
  if (use === undefined || (!own && (target.kind === 'workload' || use.state === 'other-traffic'))) return []
  const message = faultOf(use, target)
  if (message === undefined) return []
  return [
    {
      message,
      object: target.object,
      path: 'metadata.labels["istio.io/use-waypoint"]',
      proof: [{from: `label ${WAYPOINT_LABEL} of ${use.by}`, text: use.name}],
    },
  ]
}

export const rule = defineRule({
  code: 'MCT1610',
  slug: 'waypoint-not-serving',
  aliases: [],
  severity: 'error',
  title: 'Waypoint is missing, not bound or not ready',
  why: 'ztunnel sends requests of the mesh to the waypoint a label names: without a ready pod they fail; a waypoint that does not exist, serves other traffic or takes no bindings from the namespace is skipped, and with it every L7 policy and route.',
  fix: 'Create the waypoint (istioctl waypoint apply -n NAMESPACE), make its pods ready (meshctl waypoint status -n NAMESPACE -o wide), open its listener to the namespace (allowedRoutes), label it istio.io/waypoint-for: all, or correct the label istio.io/use-waypoint.',
  references: ['https://istio.io/latest/docs/ambient/usage/waypoint/'],
  modes: ['ambient'],
  needs: ['waypoints'],
  check: (_, {waypoints}) => waypoints.flatMap(findingsFor),
})
