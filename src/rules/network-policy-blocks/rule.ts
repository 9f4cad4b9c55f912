import {blockedBy} from '../../analysis/traffic-policy/blocked-by.js'
import {objectLabel} from '../../model/pod.js'
import {defineRule, type Found} from '../rule.js'
import {AMBIENT_NEEDS, proxyNeeds} from './needs.js'

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
  uses: ['discovery', 'controlPlane'],
  check: ({pod, mode}, {networkPolicies, discovery, controlPlane}) => {
    const connected = mode !== 'ambient' && (controlPlane?.connections.length ?? 0) > 0
    return (mode === 'ambient' ? AMBIENT_NEEDS : proxyNeeds(discovery)).flatMap((need): Found[] => {
      const policies = blockedBy(pod, networkPolicies, need)
      const [first] = policies
      if (first === undefined) return []
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
  },
})
