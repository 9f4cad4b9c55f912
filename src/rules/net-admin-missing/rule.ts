import {containerName, isOutsideKubernetes} from '../../model/kube/container-facts.js'
import {injectedContainer} from '../../model/kube/pod.js'
import {defineRule, PAGES} from '../rule.js'

/** What iptables needs: NET_ADMIN to write rules, NET_RAW for the raw socket by which iptables-legacy talks to the kernel (capabilities(7)). */
const NEEDED = ['NET_ADMIN', 'NET_RAW'] as const

function plainName(capability: string): string {
  return capability.toUpperCase().replace(/^CAP_/, '')
}

export const rule = defineRule({
  code: 'MCT1009',
  slug: 'net-admin-missing',
  aliases: [],
  severity: 'error',
  title: 'istio-init lacks NET_ADMIN or NET_RAW',
  why: 'istio-init writes iptables rules; without these capabilities it fails with "Permission denied" and the pod stays in Init.',
  fix: 'Set securityContext.capabilities.add: [NET_ADMIN, NET_RAW] and runAsUser: 0 on istio-init, or use the Istio CNI plugin, which needs nothing in the pod.',
  references: [PAGES.podSecurity, PAGES.cni],
  modes: ['sidecar'],
  outsideKubernetes: true,
  needs: [],
  needsToPass: ['sidecar'],
  check: ({pod}) => {
    const init = injectedContainer(pod, 'istio-init')
    if (init === undefined || init.security.privileged === true || init.state?.exitCode === 0) return []
    const added = init.security.addedCapabilities.map(plainName)
    if (added.includes('ALL')) return []
    const lacking = NEEDED.filter(name => !added.includes(name))
    const dropped = init.security.droppedCapabilities.map(plainName)
    // Up to Istio 1.1 the injector added NET_ADMIN alone.
    const byDefault = !lacking.includes('NET_ADMIN') && !dropped.includes('ALL') && !dropped.includes('NET_RAW')
    if (lacking.length === 0) return []
    const outside = isOutsideKubernetes(pod)
    const name = containerName(pod, 'istio-init')
    return [
      {
        severity: lacking.includes('NET_ADMIN') ? 'error' : byDefault ? 'info' : 'warning',
        fix: outside
          ? `Give ${name}, which sets up the rules, the capability: cap_add: [NET_ADMIN], and user root.`
          : undefined,
        message: byDefault
          ? `${name} does not add NET_RAW: it has it only where the container runtime grants it by default (containerd and Docker do, CRI-O does not).`
          : `${name} lacks ${lacking.join(' and ')}.`,
        path: `${pod.specPath}.${init.path}.securityContext`,
        proof: [
          {
            from: outside ? name : `${pod.specPath}.${init.path}.securityContext`,
            text: outside
              ? `has no capability ${lacking.join(' or ')} (cap_add)`
              : added.length === 0
                ? 'adds no capabilities'
                : `capabilities.add: ${added.join(', ')}`,
          },
        ],
      },
    ]
  },
})
