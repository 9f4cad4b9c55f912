import {inboundCapture} from '../../analysis/traffic-capture/inbound-capture.js'
import {outboundCapture} from '../../analysis/traffic-capture/outbound-capture.js'
import {PROXY_CONFIG_ANNOTATION} from '../../model/istio/mesh-keys.js'
import {defineRule, PAGES} from '../rule.js'

/** A sidecar that only writes its certificates for the application, as for Prometheus (istio.io, "Prometheus": TLS settings). */
const CERTIFICATES_ONLY = /\bOUTPUT_CERTS\b/

export const rule = defineRule({
  code: 'MCT1304',
  slug: 'nothing-captured',
  aliases: [],
  severity: 'error',
  title: 'Neither inbound nor outbound traffic is captured',
  why: 'With empty include lists istio-init creates no redirect rules: the sidecar runs but sees no traffic.',
  fix: 'Remove the empty annotations includeInboundPorts and includeOutboundIPRanges.',
  references: [PAGES.annotations],
  modes: ['sidecar'],
  outsideKubernetes: true,
  needs: [],
  check: ({pod}) => {
    const [inbound, outbound] = [inboundCapture(pod), outboundCapture(pod)]
    const nothingIn = inbound.include !== '*' && inbound.include.length === 0
    const nothingOut = outbound.includeRanges.length === 0 && outbound.includePorts.length === 0
    if (inbound.interception === 'NONE' || !nothingIn || !nothingOut) return []
    if (CERTIFICATES_ONLY.test(pod.annotations[PROXY_CONFIG_ANNOTATION] ?? '')) return []
    return [
      {
        message: 'Both includeInboundPorts and includeOutboundIPRanges are empty: nothing is captured.',
        path: `${pod.metadataPath}.annotations`,
        proof: [{from: inbound.from, text: 'inbound ports: none; outbound ranges: none'}],
      },
    ]
  },
})
