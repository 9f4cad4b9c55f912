import {policiesOf, policySelectsPod} from '../../analysis/traffic-policy/service-objects.js'
import {canMatch} from '../../analysis/ztunnel/rbac.js'
import type {AuthorizationPolicyModel} from '../../model/istio/istio-traffic.js'
import {WAYPOINT_LABEL} from '../../model/istio/mesh-keys.js'
import {isBound} from '../../model/istio/waypoint.js'
import {defineRule, type Found} from '../rule.js'

/** How ztunnel treats a policy with L7 fields: an ALLOW loses the rules that have them, a DENY the fields alone (measured with Istio 1.31). */
function effectOf({action, atZtunnel = []}: AuthorizationPolicyModel): string {
  if (action === 'ALLOW') return 'such rules never match in ztunnel, so what they would allow is denied'
  if (action !== 'DENY') return 'ztunnel ignores it'
  const working = atZtunnel.filter(canMatch).length
  if (working === 0) return 'ztunnel drops those fields and what is left never matches, so it denies nothing'
  return working === atZtunnel.length
    ? 'ztunnel drops those fields, so it denies more than it says'
    : `ztunnel drops those fields: ${atZtunnel.length - working} of its ${atZtunnel.length} rules never match and deny nothing, the others deny more than they say`
}

export const rule = defineRule({
  code: 'MCT1607',
  slug: 'l7-policy-without-waypoint',
  aliases: [],
  severity: 'error',
  title: 'L7 policy without a waypoint',
  why: 'ztunnel handles connections, not requests: methods, paths, hosts, headers and JWT are enforced only by a waypoint, for policies attached to it or to a Service that uses one.',
  fix: 'Create a waypoint (istioctl waypoint apply -n NAMESPACE --enroll-namespace) and attach the policy: targetRefs: [{kind: Service, group: "", name: SERVICE}] instead of selector.',
  references: [
    'https://istio.io/latest/docs/ambient/usage/l7-features/',
    'https://istio.io/latest/docs/ambient/usage/l4-policy/',
  ],
  modes: ['ambient'],
  needs: [],
  needsToPass: ['authorizationPolicies', 'requestAuthentications', 'waypoints'],
  uses: ['mesh'],
  check: ({pod}, {authorizationPolicies = [], requestAuthentications = [], waypoints = [], mesh}) => {
    const root = mesh?.rootNamespace ?? 'istio-system'
    const selected = policiesOf(pod, authorizationPolicies, root).filter(({targets}) => targets.length === 0)
    const byZtunnel = selected.flatMap((policy): Found[] => {
      const {object, action, httpFields, dryRun} = policy
      const unsupported = action === 'CUSTOM' || action === 'AUDIT'
      if (dryRun || (httpFields.length === 0 && !unsupported)) return []
      const about = httpFields.length === 0 ? `has the action ${action}` : `matches on ${httpFields.join(', ')}`
      return [
        {
          severity: unsupported ? 'warning' : 'error',
          message: `AuthorizationPolicy ${object.name} (${action}) ${about}, and ztunnel enforces it for this pod: ${effectOf(policy)}.`,
          object,
          path: 'spec.selector',
          proof: [{from: `AuthorizationPolicy ${object.name}`, text: `action ${action}, ${httpFields.join(', ')}`}],
        },
      ]
    })
    // A waypoint that does not exist is a finding of its own.
    const without = waypoints.filter(
      ({target, use}) => target.kind === 'service' && (use === undefined || (!isBound(use) && use.state !== 'missing')),
    )
    const attached = authorizationPolicies
      .filter(({object}) => object.namespace === pod.object.namespace)
      .flatMap(({object, targets, dryRun}): Found[] => {
        const found = without.find(({target}) => targets.includes(`Service/${target.object.name}`))
        if (found === undefined || dryRun) return []
        const {name} = found.target.object
        const why =
          found.use === undefined ? 'which has no waypoint' : `which waypoint ${found.use.name} does not serve`
        return [
          {
            message: `AuthorizationPolicy ${object.name} is attached to Service ${name}, ${why}: it is not enforced.`,
            object,
            path: 'spec.targetRefs',
            proof: [
              {
                from: found.use === undefined ? `labels of Service ${name} and of its Namespace` : found.use.by,
                text: found.use === undefined ? `no ${WAYPOINT_LABEL}` : `${WAYPOINT_LABEL}: ${found.use.name}`,
              },
            ],
          },
        ]
      })
    const tokens = requestAuthentications
      .filter(each => each.targets.length === 0 && [root, pod.object.namespace].includes(each.object.namespace))
      .filter(each => policySelectsPod(each, pod))
      .map(
        ({object}): Found => ({
          message: `RequestAuthentication ${object.name} selects the pod, but ztunnel does not validate tokens: invalid ones are accepted.`,
          object,
          path: 'spec.selector',
          proof: [{from: `RequestAuthentication ${object.name}`, text: 'no targetRefs'}],
        }),
      )
    return [...byZtunnel, ...attached, ...tokens]
  },
})
