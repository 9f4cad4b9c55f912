import {attachedPolicies} from '../../analysis/authorization/waypoint.js'
import type {AuthorizationPolicyModel} from '../../model/istio/istio-traffic.js'
import {WAYPOINT_LABEL} from '../../model/istio/mesh-keys.js'
import {isBound} from '../../model/istio/waypoint.js'
import type {PodModel} from '../../model/kube/pod.js'
import {matchesLabels, requirementsOf} from '../../model/kube/selector.js'
import {defineRule} from '../rule.js'

/** A policy that ztunnel enforces for the pod, which closes what it does not allow: the way past a waypoint. */
function closesPod(pod: PodModel, {action, targets, selector, object}: AuthorizationPolicyModel): boolean {
  return (
    action === 'ALLOW' &&
    targets.length === 0 &&
    object.namespace === pod.object.namespace &&
    (selector === undefined || matchesLabels(requirementsOf(selector), pod.labels))
  )
}

export const rule = defineRule({
  code: 'MCT1613',
  slug: 'waypoint-bypassed',
  aliases: [],
  severity: 'info',
  title: 'Clients outside ambient mode bypass the waypoint',
  why: 'Only clients in ambient mode are sent to the waypoint: sidecars, pods outside the mesh and processes of the node reach the pod directly, and what is attached to the waypoint does not apply to them.',
  fix: 'Add an AuthorizationPolicy (ALLOW, with a selector) that allows only the identity of the waypoint, so that ztunnel refuses everyone else; a gateway needs istio.io/ingress-use-waypoint on the Service.',
  references: [
    'https://istio.io/latest/docs/ambient/usage/l4-policy/',
    'https://istio.io/latest/docs/ambient/usage/waypoint/',
  ],
  modes: ['ambient'],
  needs: ['waypoints', 'authorizationPolicies'],
  uses: ['mesh'],
  check: ({pod}, {waypoints, authorizationPolicies, mesh}) => {
    if (authorizationPolicies.some(policy => closesPod(pod, policy))) return []
    return waypoints.flatMap(({target: {kind, object}, use}) => {
      if (kind !== 'service' || use === undefined || !isBound(use)) return []
      const attached = attachedPolicies(authorizationPolicies, use, object, mesh?.rootNamespace ?? 'istio-system')
      const [first] = attached
      if (first === undefined) return []
      const names = attached.map(each => each.object.name).join(', ')
      return [
        {
          message: `AuthorizationPolicy ${names} applies at waypoint ${use.name} only: clients outside ambient mode reach Service ${object.name} without it.`,
          object: first.object,
          path: 'spec.targetRefs',
          proof: [{from: `label ${WAYPOINT_LABEL} of ${use.by}`, text: use.name}],
        },
      ]
    })
  },
})
