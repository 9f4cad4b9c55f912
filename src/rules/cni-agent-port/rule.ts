import {defineRule, PAGES} from '../rule.js'

const EXCLUDE = 'traffic.sidecar.istio.io/excludeOutboundPorts'

export const rule = defineRule({
  code: 'MCT1307',
  slug: 'cni-agent-port',
  aliases: [],
  severity: 'info',
  title: 'CNI plugin does not capture outbound port 15020',
  why: 'Unlike istio-init, the CNI plugin excludes destination port 15020 (metrics and probes of other sidecars) by default: connections to it bypass mTLS, routing and telemetry, to any host.',
  fix: 'Nothing, if only metrics are read on that port. To capture it, set the excluded ports: annotation traffic.sidecar.istio.io/excludeOutboundPorts: "" (or a list without 15020).',
  references: [PAGES.cni, PAGES.annotations],
  modes: ['sidecar'],
  needs: ['cni'],
  check: ({pod}, {cni}) => {
    if (!cni.inUse || pod.annotations[EXCLUDE] !== undefined) return []
    return [
      {
        message: 'Outbound connections to port 15020 of any host bypass the sidecar.',
        path: `${pod.metadataPath}.annotations["${EXCLUDE}"]`,
        proof: [
          {from: 'interception', text: cni.because},
          {from: `annotation ${EXCLUDE}`, text: 'not set: the plugin uses 15020'},
        ],
      },
    ]
  },
})
