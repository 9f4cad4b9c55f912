import {policiesOf} from '../../analysis/traffic-policy/service-objects.js'
import {mayMatchIdentity} from '../../analysis/ztunnel/rbac.js'
import {isBound} from '../../model/istio/waypoint.js'
import {defineRule} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1614',
  slug: 'waypoint-identity-refused',
  aliases: [],
  severity: 'error',
  title: 'ztunnel refuses the waypoint of the Service',
  why: "A waypoint calls the pod with its own identity, not the client's: an ALLOW policy that ztunnel enforces for the pod has to allow the service account of the waypoint, else every request through it fails.",
  fix: 'Attach the policy to the Service or waypoint with targetRefs, so that it sees the clients, and let the policy for ztunnel allow the service account of the waypoint.',
  references: [
    'https://istio.io/latest/docs/ambient/usage/l4-policy/',
    'https://istio.io/latest/docs/ambient/usage/waypoint/',
  ],
  modes: ['ambient'],
  needs: ['waypoints', 'authorizationPolicies'],
  uses: ['mesh'],
  check: ({pod}, {waypoints, authorizationPolicies, mesh}) => {
    const root = mesh?.rootNamespace ?? 'istio-system'
    const allowing = policiesOf(pod, authorizationPolicies, root).filter(
      ({action, targets, dryRun, atZtunnel}) =>
        action === 'ALLOW' && targets.length === 0 && !dryRun && atZtunnel !== undefined,
    )
    const [first] = allowing
    if (first === undefined) return []
    return waypoints.flatMap(({target, use}) => {
      if (target.kind !== 'service' || use === undefined || !isBound(use)) return []
      const account = use.gateway?.serviceAccount ?? use.name
      const identity = `${mesh?.trustDomains[0] ?? 'cluster.local'}/ns/${use.namespace}/sa/${account}`
      if (allowing.some(({atZtunnel = []}) => atZtunnel.some(each => mayMatchIdentity(each, identity)))) return []
      const names = allowing.map(each => each.object.name).join(', ')
      return [
        {
          message: `AuthorizationPolicy ${names} does not allow waypoint ${use.name} (${identity}): requests to Service ${target.object.name} that pass the waypoint are refused by ztunnel.`,
          object: first.object,
          path: 'spec.rules',
          proof: [{from: use.by, text: `waypoint ${use.name}, service account ${account}`}],
        },
      ]
    })
  },
})
