import {blockedBy} from '../../analysis/traffic-policy/blocked-by.js'
import type {NetworkPolicyModel} from '../../model/kube/network-policy.js'
import {objectLabel} from '../../model/kube/pod.js'
import type {Facts} from '../facts.js'
import {defineRule, type Found, Inconclusive} from '../rule.js'
import {selectorsByName} from './by-label.js'
import {AMBIENT_NEEDS, proxyNeeds, type RequiredTraffic} from './needs.js'

/** The traffic to the assumed namespace with the labels it has where it was read, else the labels of a new namespace. */
function asCreated(need: RequiredTraffic, namespaces: Facts['namespaces'] = []): RequiredTraffic {
  if (need.peer === undefined) return need
  const {namespace} = need.peer
  return {...need, peer: {namespace, labels: namespaces.find(({name}) => name === namespace)?.labels ?? {}}}
}

/** Kubernetes sets `kubernetes.io/metadata.name` only: a selector by `name` needs a label set by hand. */
function onlyByLabel(first: NetworkPolicyModel, policies: readonly NetworkPolicyModel[], need: RequiredTraffic): Found {
  const home = need.peer?.namespace ?? ''
  const byName = policies
    .flatMap(({[need.direction]: rules = []}) => rules.flatMap(({peers}) => peers))
    .flatMap(({namespaces = []}) => namespaces)
    .find(({operator, values}) => operator === 'In' && values.includes(home))
  if (byName === undefined) {
    throw new Inconclusive(
      `the labels of namespace ${home}, by which NetworkPolicy ${first.object.name} allows ${need.text}, are unknown`,
      'not-captured',
    )
  }
  return {
    severity: 'warning',
    message: `NetworkPolicy ${first.object.name} allows ${need.text} only if namespace ${home} has the label ${byName.key}=${home}, which Kubernetes does not set: otherwise ${need.effect}.`,
    object: first.object,
    path: `spec.${need.direction}`,
    fix: `Select the namespace by kubernetes.io/metadata.name, which Kubernetes sets: ${need.rule}`,
    proof: [{from: objectLabel(first.object), text: `namespaceSelector: ${byName.key}: ${home}`}],
  }
}

export const rule = defineRule({
  code: 'MCT1604',
  slug: 'network-policy-blocks',
  aliases: [],
  severity: 'error',
  title: 'NetworkPolicies block traffic the mesh needs',
  why: 'Once a NetworkPolicy selects a pod, only what some policy allows gets through: a sidecar needs istiod and DNS, and in ambient mode all traffic between mesh pods uses port 15008.',
  fix: 'Add a rule for it to a NetworkPolicy that selects the pod. In ambient mode probes come from 169.254.7.127; allow that too if the network plugin requires it.',
  references: [
    'https://istio.io/latest/docs/ambient/usage/networkpolicy/',
    'https://istio.io/latest/docs/ops/deployment/application-requirements/',
  ],
  modes: ['sidecar', 'gateway', 'ambient'],
  needs: ['networkPolicies'],
  uses: ['discovery', 'controlPlane', 'namespaces'],
  check: ({pod, mode}, {networkPolicies, discovery, controlPlane, namespaces}) => {
    const connected = mode !== 'ambient' && (controlPlane?.connections.length ?? 0) > 0
    const blocked = (mode === 'ambient' ? AMBIENT_NEEDS : proxyNeeds(discovery)).flatMap((need): Found[] => {
      const certain = blockedBy(pod, networkPolicies, need)
      const unlabelled = certain.length === 0 && need.peer !== undefined && need.peer.labels === undefined
      const policies = unlabelled ? blockedBy(pod, networkPolicies, asCreated(need, namespaces)) : certain
      const [first] = policies
      if (first === undefined) return []
      if (unlabelled) return connected ? [] : [onlyByLabel(first, policies, need)]
      const names = policies.map(({object}) => object.name).join(', ')
      const subject = policies.length === 1 ? `NetworkPolicy ${names} does` : `NetworkPolicies ${names} do`
      const effect = connected
        ? 'the proxy is connected to istiod nevertheless, so this is not enforced, or only for new connections'
        : need.effect
      return [
        {
          severity: connected ? 'info' : need.severity,
          message: `${subject} not allow ${need.text}: ${effect}.`,
          object: first.object,
          path: `spec.${need.direction}`,
          fix: `Add to a NetworkPolicy that selects the pod, under ${need.direction}: ${need.rule}`,
          proof: policies.map(({object}) => ({
            from: objectLabel(object),
            text: `selects the pod, and no rule under ${need.direction} allows ${need.text}`,
          })),
        },
      ]
    })
    const named = selectorsByName(pod, networkPolicies, namespaces)
    return [
      ...blocked,
      ...named.filter(each => !blocked.some(({object, path}) => object === each.object && path === each.path)),
    ]
  },
})
