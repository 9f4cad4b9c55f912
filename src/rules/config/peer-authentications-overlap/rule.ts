import {sharedPods} from '../../../analysis/istio-config/selected-pods.js'
import type {PolicyScope} from '../../../model/istio-config/policy.js'
import type {ConfigRule} from '../config-rule.js'
import {POD_KINDS} from '../pod-kinds.js'

export const rule: ConfigRule = {
  code: 'MCT2147',
  slug: 'peer-authentications-overlap',
  aliases: [],
  severity: 'warning',
  title: 'Several PeerAuthentications select one pod',
  why: 'Only the oldest of them applies to the pod; the modes of the others are ignored.',
  fix: 'Put the modes into one PeerAuthentication, or make the selectors exclude each other.',
  references: [
    'https://istio.io/latest/docs/concepts/security/#peer-authentication',
    'https://istio.io/latest/docs/reference/config/security/peer_authentication/',
  ],
  kinds: ['PeerAuthentication'],
  needs: [POD_KINDS],
  check: set => {
    const byPod = sharedPods(set.scopes('PeerAuthentication'), set)
    const rivals = new Map<PolicyScope, Set<string>>()
    for (const scopes of byPod.values()) {
      for (const scope of scopes) {
        const names = rivals.get(scope) ?? new Set<string>()
        rivals.set(scope, names)
        for (const each of scopes) if (each !== scope) names.add(each.object.ref.name)
      }
    }
    return [...rivals].map(([{object}, names]) => ({
      object,
      path: 'spec.selector',
      message: `PeerAuthentication ${[...names].join(', ')} selects pods of this one too: only the oldest applies to them.`,
    }))
  },
}
