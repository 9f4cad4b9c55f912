import {inboundCapture} from '../../analysis/traffic-capture/inbound-capture.js'
import {defineRule, Inconclusive, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1309',
  slug: 'tproxy-requirements',
  aliases: [],
  severity: 'error',
  title: 'TPROXY requires NET_ADMIN, which the sidecar lacks',
  why: 'To keep the original addresses Envoy must open transparent sockets, which needs NET_ADMIN: without it inbound connections time out.',
  fix: 'Let injection set the securityContext of istio-proxy (it adds NET_ADMIN for TPROXY), or use REDIRECT.',
  references: [PAGES.annotations],
  modes: ['sidecar'],
  outsideKubernetes: true,
  needs: [],
  uses: ['sidecar'],
  check: ({pod}, {sidecar: proxy}) => {
    if (inboundCapture(pod).interception !== 'TPROXY') return []
    if (proxy === undefined)
      throw new Inconclusive('a manifest does not show the injected securityContext', 'not-captured')
    const {privileged, addedCapabilities, runAsUser, runAsGroup} = proxy.security
    const hasNetAdmin =
      privileged === true || addedCapabilities.includes('NET_ADMIN') || addedCapabilities.includes('ALL')
    if (hasNetAdmin && (runAsGroup === undefined || runAsGroup === 1337)) return []
    return [
      {
        message: `The interception mode is TPROXY, but istio-proxy has ${hasNetAdmin ? `gid ${runAsGroup}` : 'no NET_ADMIN'}.`,
        path: `${pod.specPath}.${proxy.path}.securityContext`,
        proof: [
          {
            from: proxy.path,
            text: `runAsUser ${runAsUser ?? 'unset'}, runAsGroup ${runAsGroup ?? 'unset'}, capabilities ${addedCapabilities.join(', ') || 'none'}`,
          },
        ],
      },
    ]
  },
})
