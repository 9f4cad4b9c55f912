import {proxyIds} from '../../analysis/pod-mode/pod-mode.js'
import {defineRule} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1316',
  slug: 'several-proxy-uids',
  aliases: [],
  severity: 'warning',
  title: 'iptables rules exempt more than one uid',
  why: 'The rules for calls of the application to itself are created for every uid but never reached for the second one, and each exempt uid bypasses the mesh.',
  fix: "Set a single uid, the proxy's own.",
  references: ['https://istio.io/latest/docs/reference/commands/pilot-agent/'],
  modes: ['sidecar'],
  outsideKubernetes: true,
  needs: ['sidecar'],
  check: ({pod}) => {
    const {uids} = proxyIds(pod)
    if (uids.length < 2) return []
    return [
      {
        message: `istio-init exempts the uids ${uids.join(', ')}.`,
        proof: [{from: 'istio-init', text: `-u ${uids.join(',')}`}],
      },
    ]
  },
})
