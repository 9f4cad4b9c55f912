import {readAuthorization} from '../../formats/istio/authorization.js'
import {ztunnelRulesOf} from '../../formats/istio/ztunnel-rules.js'
import type {ZtunnelPolicy} from '../../model/istio/ztunnel.js'
import {type Labels, matchesLabels, requirementsOf} from '../../model/kube/selector.js'
import type {IstioState} from '../state.js'
import {convertedModes} from './peer-authentication.js'

interface Sent {
  readonly policy: ZtunnelPolicy
  /** Absent for a policy of a whole namespace or of the mesh; one without labels selects nothing. */
  readonly selector: Labels | undefined
}

/** The AuthorizationPolicies ztunnel gets: ALLOW and DENY without targetRefs, no dry runs. */
function sentPolicies(state: IstioState): readonly Sent[] {
  const root = state.settings.rootNamespace
  return state.objects('AuthorizationPolicy').flatMap((object): readonly Sent[] => {
    const {selector: labels, emptySelector, targets, action} = readAuthorization(object)
    const selector = emptySelector === true ? {} : labels
    const rules = ztunnelRulesOf(object)
    if (rules === undefined || targets.length > 0) return []
    const {name, namespace = 'default'} = object.metadata
    const wide = namespace === root ? 'Global' : 'Namespace'
    const policy: ZtunnelPolicy = {
      name,
      namespace,
      scope: selector === undefined ? wide : 'WorkloadSelector',
      action: action === 'DENY' ? 'Deny' : 'Allow',
      dryRun: false,
      rules,
      rawRules: null,
    }
    return [{policy, selector}]
  })
}

/** The policies of a ztunnel, and which of them a workload names. */
export interface ZtunnelPolicies {
  readonly policies: readonly ZtunnelPolicy[]
  readonly keysFor: (namespace: string, labels: Labels) => readonly string[]
}

/** What istiod makes of AuthorizationPolicies and PeerAuthentications for ztunnel. */
export function ztunnelPolicies(state: IstioState): ZtunnelPolicies {
  const root = state.settings.rootNamespace
  const sent = sentPolicies(state)
  const modes = convertedModes(state.peerAuthentications, root)
  const keyOf = ({namespace, name}: ZtunnelPolicy) => `${namespace}/${name}`
  return {
    policies: [...sent.map(each => each.policy), ...modes.policies],
    keysFor: (namespace, labels) => [
      ...sent
        .filter(
          ({policy, selector}) =>
            selector !== undefined &&
            Object.keys(selector).length > 0 &&
            [namespace, root].includes(policy.namespace) &&
            matchesLabels(requirementsOf(selector), labels),
        )
        .map(({policy}) => keyOf(policy))
        .sort(),
      ...modes.keysFor(namespace, labels),
    ],
  }
}
