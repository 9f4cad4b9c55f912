import {type Authorization, reachesZtunnel} from '../../model/istio/authorization.js'
import type {ReadinessItem} from './item.js'

function lostFields(policy: Authorization): readonly string[] {
  const keys = policy.rules.flatMap(({from, to, when}) => [
    ...[...from, ...to].flatMap(each => Object.keys(each)),
    ...when.map(({key}) => key),
  ])
  return [...new Set(keys.filter(key => !reachesZtunnel(key)))]
}

const ATTACH = 'Attach it to the waypoint or its Services with targetRefs instead of a selector, and create a waypoint.'

/** The effect of ztunnel's reading of a policy it cannot enforce in full (istio.io, "Layer 4 security policy", and recordings). */
const WITHOUT_FIELDS = {
  ALLOW: 'rules with them are ignored, so it allows less than now',
  DENY: 'a rule with only these fields never matches, so it denies nothing',
} as const

/** What happens to an AuthorizationPolicy. */
export function authorizationItems(policy: Authorization): readonly ReadinessItem[] {
  const object = `AuthorizationPolicy ${policy.object.namespace}/${policy.object.name}`
  if (policy.targets.length > 0) return []
  const {action} = policy
  if (action === 'CUSTOM' || action === 'AUDIT')
    return [
      {
        effect: 'waypoint',
        object,
        field: 'spec.action',
        message: `${action} is not enforced by ztunnel.`,
        fix: ATTACH,
        doc: 'policies',
      },
    ]
  const fields = lostFields(policy)
  const named = fields.slice(0, 4).join(' and ')
  const lost: readonly ReadinessItem[] =
    fields.length === 0
      ? []
      : [
          {
            effect: 'waypoint',
            object,
            field: 'spec.rules',
            message: `It matches on ${named}, which ztunnel cannot read: ${WITHOUT_FIELDS[action]}.`,
            fix: ATTACH,
            doc: 'policies',
          },
        ]
  const dry: readonly ReadinessItem[] = policy.dryRun
    ? [
        {
          effect: 'changes',
          object,
          field: 'metadata.annotations["istio.io/dry-run"]',
          message: 'istiod sends no dry-run policies to ztunnel by default.',
          fix: 'Evaluate it before the migration, or attach it to a waypoint.',
          doc: 'l4',
        },
      ]
    : []
  return [...lost, ...dry]
}

/** Policies that name clients by identity stop matching at ztunnel behind a waypoint: what arrives has the identity of the waypoint. */
export function identityItems(policies: readonly Authorization[], needsWaypoint: boolean): readonly ReadinessItem[] {
  if (!needsWaypoint) return []
  return policies
    .filter(({targets, action, rules}) => {
      const named = rules.some(({from}) =>
        from.some(each => Object.keys(each).some(key => ['principals', 'namespaces', 'serviceAccounts'].includes(key))),
      )
      return targets.length === 0 && named && (action === 'ALLOW' || action === 'DENY')
    })
    .map(({object, action}) => ({
      effect: 'changes' as const,
      object: `AuthorizationPolicy ${object.namespace}/${object.name}`,
      field: 'spec.rules',
      message: `It names clients by identity; behind a waypoint ztunnel sees the identity of the waypoint, so this ${action} no longer matches them.`,
      fix: 'Attach it to the waypoint with targetRefs, and allow the identity of the waypoint at the pods.',
      doc: 'l4' as const,
    }))
}
