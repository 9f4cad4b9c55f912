import {inboundCapture} from '../../analysis/traffic-capture/inbound-capture.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1212',
  slug: 'interception-none',
  aliases: [],
  severity: 'warning',
  title: 'Sidecar captures no traffic',
  why: 'With interceptionMode NONE no redirect rules are created: only traffic that the application sends to the proxy explicitly goes through the mesh.',
  fix: 'Remove the annotation sidecar.istio.io/interceptionMode, unless the application connects to the proxy explicitly.',
  references: [PAGES.annotations],
  modes: ['sidecar'],
  outsideKubernetes: true,
  needs: [],
  check: ({pod}) => {
    const capture = inboundCapture(pod)
    if (capture.interception !== 'NONE') return []
    return [
      {
        message: `The interception mode is NONE (from ${capture.from}).`,
        path: `${pod.metadataPath}.annotations["sidecar.istio.io/interceptionMode"]`,
        proof: [{from: capture.from, text: 'mode NONE'}],
      },
    ]
  },
})
