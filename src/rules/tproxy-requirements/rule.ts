import {inboundCapture} from '../../analysis/traffic-capture/inbound-capture.js'
import {defineRule, PAGES, Undecided} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1309',
  slug: 'tproxy-requirements',
  aliases: [],
  severity: 'error',
  title: 'TPROXY needs more power than the sidecar has',
  why: 'To take connections with their original address Envoy must open transparent sockets, which needs NET_ADMIN; without it inbound connections time out.',
  fix: 'Let injection write the securityContext of istio-proxy (it adds NET_ADMIN for TPROXY), or use REDIRECT.',
  references: [PAGES.annotations],
  modes: ['sidecar'],
  needs: [],
  uses: ['sidecar'],
  check: ({pod}, {sidecar: proxy}) => {
    if (inboundCapture(pod).interception !== 'TPROXY') return []
    if (proxy === undefined) throw new Undecided('a manifest does not show what injection adds', 'not-captured')
    const {privileged, addedCapabilities, runAsUser, runAsGroup} = proxy.security
    const powered = privileged === true || addedCapabilities.includes('NET_ADMIN') || addedCapabilities.includes('ALL')
    if (powered && (runAsGroup === undefined || runAsGroup === 1337)) return []
    return [
      {
        message: `The mode is TPROXY, but istio-proxy has ${powered ? `the group ${runAsGroup}` : 'no NET_ADMIN'}.`,
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
