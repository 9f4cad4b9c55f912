import {logReasons} from '../../analysis/sync-reason/log-reason.js'
import {scrubFields} from '../../formats/redact/scrub.js'
import {injectedContainer} from '../../model/kube/pod.js'
import {defineRule, Inconclusive} from '../rule.js'

/** True when the address is a Service in the namespace of the queried istiods. */
function isInNamespace(address: string, namespace: string): boolean {
  return address.split(':')[0]?.split('.')[1] === namespace
}

export const rule = defineRule({
  code: 'MCT1904',
  slug: 'control-plane-lost',
  aliases: [],
  severity: 'error',
  title: 'Proxy is not connected to any istiod',
  why: 'The sidecar keeps the configuration it last received: new routes, endpoints and policies do not reach it, and its certificate is not renewed.',
  fix: 'Make istiod reachable from the pod on port 15012: check NetworkPolicies, DNS and the discovery address.',
  references: ['https://istio.io/latest/docs/ops/diagnostic-tools/proxy-cmd/'],
  modes: ['sidecar', 'gateway', 'waypoint'],
  needs: ['controlPlane'],
  uses: ['proxyLog', 'discovery'],
  check: ({pod}, {controlPlane, proxyLog, discovery}) => {
    const proxy = injectedContainer(pod, 'istio-proxy')
    // MCT1901 reports a sidecar that never became ready.
    if (controlPlane.connections.length > 0 || controlPlane.istiods === 0 || proxy?.state?.ready !== true) return []
    if (discovery !== undefined && !isInNamespace(discovery.address, controlPlane.namespace)) {
      throw new Inconclusive(
        `the proxy connects to istiod at ${discovery.address}, and only istiods in ${controlPlane.namespace} were queried`,
      )
    }
    const [reason] = proxyLog === undefined ? [] : logReasons(proxyLog).map(scrubFields)
    return [
      {
        message: `The sidecar is ready, but it is not connected to istiod (${controlPlane.istiods} queried)${reason === undefined ? '' : `: ${reason.text}`}.`,
        fix: reason?.advice,
        proof: [
          {from: "istiod's syncz", text: `no entry for ${pod.object.name}.${pod.object.namespace}`},
          ...(reason === undefined ? [] : [{from: 'log of istio-proxy', text: reason.line}]),
        ],
      },
    ]
  },
})
