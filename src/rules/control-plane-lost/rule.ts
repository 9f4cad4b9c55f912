import {logReasons} from '../../analysis/sync-reason/log-reason.js'
import {injectedContainer} from '../../model/pod.js'
import {defineRule} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1904',
  slug: 'control-plane-lost',
  aliases: [],
  severity: 'error',
  title: 'No istiod knows the proxy',
  why: 'The sidecar is ready on the configuration it once got: new routes, endpoints and policies do not reach it, and its certificate will not be renewed.',
  fix: 'Make istiod reachable from the pod on port 15012: look at NetworkPolicies, DNS and the discovery address.',
  references: ['https://istio.io/latest/docs/ops/diagnostic-tools/proxy-cmd/'],
  modes: ['sidecar', 'gateway', 'waypoint'],
  needs: ['controlPlane'],
  uses: ['proxyLog'],
  check: ({pod}, {controlPlane, proxyLog}) => {
    const proxy = injectedContainer(pod, 'istio-proxy')
    // A sidecar that never became ready has its own finding.
    if (controlPlane.connections.length > 0 || controlPlane.istiods === 0 || proxy?.state?.ready !== true) return []
    const [reason] = proxyLog === undefined ? [] : logReasons(proxyLog)
    return [
      {
        message: `The sidecar is ready, but none of ${controlPlane.istiods} istiod holds its connection${reason === undefined ? '' : `: ${reason.words}`}.`,
        ...(reason === undefined ? {} : {fix: reason.advice}),
        proof: [
          {from: "istiod's syncz", text: `no entry for ${pod.object.name}.${pod.object.namespace}`},
          ...(reason === undefined ? [] : [{from: 'log of istio-proxy', text: reason.line}]),
        ],
      },
    ]
  },
})
