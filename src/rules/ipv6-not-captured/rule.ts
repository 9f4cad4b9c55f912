import {injectedContainer} from '../../model/kube/pod.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1308',
  slug: 'ipv6-not-captured',
  aliases: [],
  severity: 'warning',
  title: 'IPv6 of a dual-stack pod is not captured',
  why: 'No IPv6 rules are created when the first address of the pod is IPv4 and dual stack is not enabled: IPv6 traffic bypasses mTLS, policy and telemetry.',
  fix: 'Enable dual stack: ISTIO_DUAL_STACK for istiod and, in proxyMetadata, for the proxies.',
  references: ['https://istio.io/latest/docs/setup/additional-setup/dual-stack/', PAGES.annotations],
  modes: ['sidecar'],
  needs: ['status'],
  check: ({pod}, {status: {podIps: ips}}) => {
    const [first] = ips
    if (first === undefined || first.includes(':') || !ips.some(ip => ip.includes(':'))) return []
    const containers = ['istio-init', 'istio-proxy'].map(name => injectedContainer(pod, name)?.env.ISTIO_DUAL_STACK)
    if (containers.includes('true')) return []
    return [
      {
        message: `The pod has the addresses ${ips.join(', ')}, but only IPv4 is captured.`,
        proof: [
          {from: 'status.podIPs', text: ips.join(', ')},
          {from: 'ISTIO_DUAL_STACK', text: 'not set'},
        ],
      },
    ]
  },
})
