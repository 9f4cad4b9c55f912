import {inboundCapture} from '../../analysis/traffic-capture/inbound-capture.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1212',
  slug: 'interception-none',
  aliases: [],
  severity: 'warning',
  title: 'The sidecar captures nothing',
  why: 'With interceptionMode NONE no rules are made: only what the application sends to the proxy by itself goes through the mesh.',
  fix: 'Remove the annotation sidecar.istio.io/interceptionMode, unless the application talks to the proxy explicitly.',
  references: [PAGES.annotations],
  modes: ['sidecar'],
  needs: [],
  check: ({pod}) => {
    const capture = inboundCapture(pod)
    if (capture.interception !== 'NONE') return []
    return [
      {
        message: `The interception mode is NONE (read from ${capture.from}).`,
        path: `${pod.metadataPath}.annotations["sidecar.istio.io/interceptionMode"]`,
        proof: [{from: capture.from, text: 'mode NONE'}],
      },
    ]
  },
})
