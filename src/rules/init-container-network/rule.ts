import {proxyIds} from '../../analysis/pod-mode/pod-mode.js'
import {defineRule, PAGES, Undecided} from '../rule.js'

/** Images whose only purpose is to reach something over the network. */
const NATIVE = 'sidecar.istio.io/nativeSidecar'
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
  needs: [],
  uses: ['cni', 'sidecar'],
  check: ({pod}, {cni, sidecar: proxy}) => {
    const asked = pod.annotations[NATIVE]
    if (proxy === undefined ? asked === 'true' : proxy.role === 'native-sidecar') return []
    const inits = pod.containers.filter(({role}) => role === 'init')
    const rulesAt = inits.findIndex(({name}) => name === 'istio-init')
    const networked = inits.filter(
      ({injected, image, security}) =>
        !injected && NETWORKED.test(image) && !proxyIds(pod).uids.includes(security.runAsUser ?? -1),
    )
    if (networked.length === 0) return []
    if (cni === undefined) throw new Undecided('how the rules get into the pod is not known', 'not-captured')
    const late = cni.inUse ? inits : rulesAt < 0 ? [] : inits.slice(rulesAt + 1)
    const unserved = networked.filter(each => late.includes(each))
    if (proxy === undefined && asked !== 'false' && unserved.length > 0)
      throw new Undecided('whether its sidecar would be a native one is not known', 'not-captured')
    return unserved.map(container => ({
      message: `Init container ${container.name} (${container.image}) runs when the capture is in place and no proxy listens.`,
      path: `${pod.specPath}.${container.path}`,
      proof: [
        {from: 'order', text: inits.map(({name}) => name).join(', ')},
        {from: 'interception', text: cni.because},
      ],
    }))
  },
})
