import {proxyIds} from '../../analysis/pod-mode/pod-mode.js'
import {injectedContainer} from '../../model/pod.js'
import {defineRule, PAGES} from '../rule.js'

/** Images whose only purpose is to reach something over the network. */
const NETWORKED =
  /(^|[/:-])(wait-for|waitfor|wait4x|dockerize|flyway|liquibase|git-sync|curl|vault-agent|vault-k8s|aws-cli|migrate)\b/

export const rule = defineRule({
  code: 'MCT1417',
  slug: 'init-container-network',
  aliases: [],
  severity: 'warning',
  title: 'An init container needs the network before the proxy runs',
  why: 'It starts after the capture is in place and before the sidecar: its connections are led to a proxy that does not listen yet, and refused.',
  fix: 'Use native sidecars; or run that init container as user 1337, or exclude its destination with excludeOutboundPorts or excludeOutboundIPRanges.',
  references: [PAGES.cni, PAGES.sidecarContainers],
  modes: ['sidecar'],
  needs: ['cni'],
  check: ({pod}, {cni}) => {
    const proxy = injectedContainer(pod, 'istio-proxy')
    if (proxy === undefined || proxy.role === 'native-sidecar') return []
    const inits = pod.containers.filter(({role}) => role === 'init')
    const rulesAt = inits.findIndex(({name}) => name === 'istio-init')
    const late = cni.inUse ? inits : rulesAt < 0 ? [] : inits.slice(rulesAt + 1)
    return late
      .filter(
        ({injected, image, security}) =>
          !injected && NETWORKED.test(image) && !proxyIds(pod).uids.includes(security.runAsUser ?? -1),
      )
      .map(container => ({
        message: `Init container ${container.name} (${container.image}) runs when the capture is in place and no proxy listens.`,
        path: `${pod.specPath}.${container.path}`,
        proof: [
          {from: 'order', text: inits.map(({name}) => name).join(', ')},
          {from: 'interception', text: cni.because},
        ],
      }))
  },
})
