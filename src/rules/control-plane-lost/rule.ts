import {logReasons} from '../../analysis/sync-reason/log-reason.js'
import {injectedContainer} from '../../model/pod.js'
import {defineRule, Undecided} from '../rule.js'

/** True when an address may be that of the istiods asked: a Service of their namespace. */
function serves(address: string, namespace: string): boolean {
  return address.split(':')[0]?.split('.')[1] === namespace
}

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
  uses: ['proxyLog', 'discovery'],
  check: ({pod}, {controlPlane, proxyLog, discovery}) => {
    const proxy = injectedContainer(pod, 'istio-proxy')
    // A sidecar that never became ready has its own finding.
    if (controlPlane.connections.length > 0 || controlPlane.istiods === 0 || proxy?.state?.ready !== true) return []
    if (discovery !== undefined && !serves(discovery.address, controlPlane.namespace)) {
      throw new Undecided(
        `the proxy looks for istiod at ${discovery.address}, and only those of ${controlPlane.namespace} were asked`,
      )
    }
    const [reason] = proxyLog === undefined ? [] : logReasons(proxyLog)
    return [
      {
        message: `The sidecar is ready, but none of ${controlPlane.istiods} istiod holds its connection${reason === undefined ? '' : `: ${reason.text}`}.`,
        ...(reason === undefined ? {} : {fix: reason.advice}),
        proof: [
          {from: "istiod's syncz", text: `no entry for ${pod.object.name}.${pod.object.namespace}`},
          ...(reason === undefined ? [] : [{from: 'log of istio-proxy', text: reason.line}]),
        ],
      },
    ]
  },
})
