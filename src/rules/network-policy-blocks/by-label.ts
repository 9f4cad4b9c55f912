import type {NetworkPolicyModel, NetworkPolicyRule} from '../../model/kube/network-policy.js'
import {objectLabel, type PodModel} from '../../model/kube/pod.js'
import {matchesLabels, type Requirement} from '../../model/kube/selector.js'
import type {Facts} from '../facts.js'
import type {Found} from '../rule.js'

/** The label Kubernetes sets on every Namespace (kubernetes.io, "Well-Known Labels"). */
const SET_BY_KUBERNETES = 'kubernetes.io/metadata.name'

/** A requirement that names a namespace in a label nothing sets by itself. */
function byNameLabel({key, operator, values}: Requirement): boolean {
  return operator === 'In' && values.length > 0 && key !== SET_BY_KUBERNETES && /(^|\/)name(space)?$/.test(key)
}

function finding(
  policy: NetworkPolicyModel,
  direction: 'ingress' | 'egress',
  {key, values}: Requirement,
  known: Facts['namespaces'],
): Found | undefined {
  const [wanted = ''] = values
  const home = known.find(({name}) => name === wanted)
  if (home?.labels[key] !== undefined || known.some(({labels}) => values.includes(labels[key] ?? ''))) return undefined
  const seen =
    home === undefined
      ? `only if namespace ${wanted} was given that label by hand`
      : `no namespace: ${wanted} has no such label`
  return {
    severity: 'warning',
    message: `NetworkPolicy ${policy.object.name} selects namespaces by ${key}=${wanted} under ${direction}, which matches ${seen}.`,
    object: policy.object,
    path: `spec.${direction}`,
    fix: `Select the namespace by the label Kubernetes sets: ${SET_BY_KUBERNETES}: ${wanted}`,
    proof: [{from: objectLabel(policy.object), text: `namespaceSelector: ${key}: ${wanted}`}],
  }
}

function peersOf(rules: readonly NetworkPolicyRule[] | undefined): readonly Requirement[] {
  return (rules ?? []).flatMap(({peers}) => peers).flatMap(({namespaces = []}) => namespaces.filter(byNameLabel))
}

/** Selectors of NetworkPolicies of the pod that mean a namespace by its name and use a label that namespace does not have. */
export function selectorsByName(
  pod: PodModel,
  policies: readonly NetworkPolicyModel[],
  known: Facts['namespaces'] = [],
): readonly Found[] {
  const own = policies.filter(
    ({object, pods}) => object.namespace === pod.object.namespace && matchesLabels(pods, pod.labels),
  )
  return own.flatMap(policy =>
    (['ingress', 'egress'] as const).flatMap(direction =>
      peersOf(policy[direction]).flatMap(each => finding(policy, direction, each, known) ?? []),
    ),
  )
}
