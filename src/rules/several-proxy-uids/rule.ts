import {proxyIds} from '../../analysis/pod-mode/pod-mode.js'
import {defineRule} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1316',
  slug: 'several-proxy-uids',
  aliases: [],
  severity: 'warning',
  title: 'The rules exempt more than one user',
  why: 'Rules for a call of the application to itself are made for every user but never reached for the second one, and each exempt user bypasses the mesh.',
  fix: "Name one user, the proxy's own.",
  references: ['https://istio.io/latest/docs/reference/commands/pilot-agent/'],
  modes: ['sidecar'],
  needs: ['sidecar'],
  check: ({pod}) => {
    const {uids} = proxyIds(pod)
    if (uids.length < 2) return []
    return [
      {
        message: `istio-init exempts the users ${uids.join(', ')}.`,
        proof: [{from: 'istio-init', text: `-u ${uids.join(',')}`}],
      },
    ]
  },
})
