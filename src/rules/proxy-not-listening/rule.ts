import {movedPorts} from '../../analysis/pod-mode/moved-ports.js'
import {inboundCapture} from '../../analysis/traffic-capture/inbound-capture.js'
import {isOutsideKubernetes} from '../../model/kube/container-facts.js'
import {injectedContainer} from '../../model/kube/pod.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1505',
  slug: 'proxy-not-listening',
  aliases: [],
  severity: 'error',
  title: 'Envoy does not listen on the redirect ports',
  why: 'Captured connections are refused (REDIRECT) or time out (TPROXY): the pod cannot be reached and cannot connect to anything.',
  fix: 'Find out why Envoy has no listeners: read its log, and check whether it received its configuration from istiod.',
  references: [PAGES.requirements],
  modes: ['sidecar'],
  outsideKubernetes: true,
  needs: ['sockets'],
  check: ({pod}, {sockets}) => {
    const proxy = injectedContainer(pod, 'istio-proxy')
    // MCT1901 reports a sidecar that is not ready.
    if (proxy?.state?.ready !== true || inboundCapture(pod).interception === 'NONE') return []
    const moved = movedPorts(pod)
    const absent = [15001, 15006]
      .map(port => moved.get(port) ?? port)
      .filter(port => !sockets.sockets.some(each => each.port === port && each.protocol === 'tcp'))
    // Before Istio 1.3 one port took both directions; outside Kubernetes nothing says that there are two.
    if (isOutsideKubernetes(pod) && !absent.includes(15001)) return []
    if (
      absent.length === 0 ||
      (absent.length === 1 &&
        absent[0] !== 15001 &&
        sockets.sockets.length > 0 &&
        proxy.image.match(/:1\.[0-2]\./) !== null)
    )
      return []
    return [
      {
        message: `Nothing listens on ${absent.join(' and ')}.`,
        proof: [
          {
            from: 'listening sockets',
            text: sockets.sockets.map(({port, protocol}) => `${port}/${protocol}`).join(', ') || 'none',
          },
        ],
      },
    ]
  },
})
