import {injectedContainer} from '../../model/pod.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1006',
  slug: 'proxy-privileged',
  aliases: [],
  severity: 'info',
  title: 'The sidecar is privileged',
  why: 'A privileged proxy owns the node when it is taken over; nothing in normal operation needs it.',
  fix: 'Set values.global.proxy.privileged to false and remove ISTIO_PROXY debugging overrides.',
  references: [PAGES.podSecurity],
  modes: ['sidecar'],
  needs: [],
  passesWith: ['sidecar'],
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
