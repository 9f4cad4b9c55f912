import {injectedContainer} from '../../model/kube/pod.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1006',
  slug: 'proxy-privileged',
  aliases: [],
  severity: 'info',
  title: 'Sidecar is privileged',
  why: 'A compromised privileged proxy controls the node; normal operation does not need it.',
  fix: 'Set values.global.proxy.privileged to false and remove debugging overrides of istio-proxy.',
  references: [PAGES.podSecurity],
  modes: ['sidecar'],
  needs: [],
  needsToPass: ['sidecar'],
  check: ({pod}) => {
    const proxy = injectedContainer(pod, 'istio-proxy')
    if (proxy?.security.privileged !== true) return []
    return [
      {
        message: 'istio-proxy runs privileged.',
        proof: [{from: `${pod.specPath}.${proxy.path}`, text: 'privileged: true'}],
      },
    ]
  },
})
