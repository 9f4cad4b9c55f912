import {appProtocolOf} from '../../analysis/ports/app-protocol-of.js'
import {boundPorts} from '../../analysis/ports/service-ports.js'
import {inboundCapture, isCaptured} from '../../analysis/traffic-capture/inbound-capture.js'
import {mtlsMode} from '../../analysis/traffic-policy/peer-mode.js'
import {appContainers, runsToCompletion} from '../../model/kube/pod.js'
import {defineRule, type Found, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1408',
  slug: 'peer-port-without-service',
  aliases: [],
  severity: 'warning',
  title: 'Cluster port has no headless Service',
  why: "Members call each other by pod address: without a headless Service that has the port, the caller's proxy does not know the address and sends plaintext (PassthroughCluster), which STRICT mTLS rejects.",
  fix: 'Add the port to the headless Service of the members, named tcp-…; or allow plaintext on it: portLevelMtls in a PeerAuthentication with a selector, or excludeInboundPorts and excludeOutboundPorts.',
  references: [PAGES.protocols, PAGES.requirements],
  modes: ['sidecar'],
  machines: true,
  needs: ['services', 'peerAuthentications'],
  uses: ['mesh'],
  check: ({pod}, {services, peerAuthentications, mesh}) => {
    if (runsToCompletion(pod)) return []
    const bound = boundPorts(pod, services)
    return appContainers(pod).flatMap(({ports, image, name: container}) =>
      ports.flatMap(({port, name = '', protocol, path}): Found[] => {
        const spoken = protocol === 'TCP' ? appProtocolOf({port, image, names: [name]}) : undefined
        if (spoken?.peers !== true || !isCaptured(inboundCapture(pod), port)) return []
        const {mode} = mtlsMode(pod, port, peerAuthentications, mesh?.rootNamespace ?? 'istio-system')
        const holding = bound.filter(({target}) => target === port).map(({service}) => service)
        if (mode !== 'STRICT' || holding.some(({headless}) => headless)) return []
        const where =
          holding.length === 0
            ? 'is in no Service'
            : `is in no headless Service (only in ${holding.map(({object}) => object.name).join(', ')})`
        return [
          {
            message: `Port ${port} (${spoken.name}) of ${container} ${where}, and mTLS is STRICT: members of the cluster cannot reach each other.`,
            path: `${pod.specPath}.${path}`,
            proof: [
              {from: `${pod.specPath}.${path}`, text: `containerPort: ${port}${name === '' ? '' : `, name: ${name}`}`},
              {from: 'well-known ports', text: `${spoken.name}: ${spoken.source}`},
            ],
          },
        ]
      }),
    )
  },
})
