import {blockedBy} from '../../analysis/traffic-policy/blocked-by.js'
import {objectLabel} from '../../model/pod.js'
import {defineRule, type Found} from '../rule.js'
import {AMBIENT_NEEDS, proxyNeeds} from './needs.js'

export const rule = defineRule({
  code: 'MCT1604',
  slug: 'network-policy-blocks',
  aliases: [],
  severity: 'error',
  title: 'The NetworkPolicies of the namespace leave out what the mesh needs',
  why: 'As soon as one NetworkPolicy selects a pod, only what some policy names gets through. A sidecar needs istiod and DNS. In ambient mode everything between pods of the mesh goes through port 15008, whatever port the application has.',
  fix: 'Add a rule for it to a NetworkPolicy that selects the pod. In ambient mode probes come from 169.254.7.127; let that in too if the network plugin asks for it.',
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
      const who = policies.length === 1 ? `NetworkPolicy ${names} does` : `NetworkPolicies ${names} do`
      const effect = connected
        ? 'yet istiod holds the connection of the proxy, so this is not enforced, or only for new connections'
        : need.effect
      return [
        {
          severity: connected ? 'info' : need.severity,
          message: `${who} not allow ${need.words}: ${effect}.`,
          object: first.object,
          path: `spec.${need.direction}`,
          fix: `Add to a NetworkPolicy that selects the pod, under ${need.direction}: ${need.rule}`,
          proof: policies.map(({object}) => ({
            from: objectLabel(object),
            text: `selects the pod, and no rule under ${need.direction} allows ${need.words}`,
          })),
        },
      ]
    })
  },
})
