import {farCall} from '../../analysis/command-call/far-call.js'
import {proxyIds} from '../../analysis/pod-mode/pod-mode.js'
import type {Container, PodModel} from '../../model/pod.js'
import {listed} from '../mend.js'
import {defineRule, PAGES, Undecided} from '../rule.js'

const NATIVE = 'sidecar.istio.io/nativeSidecar'
const EXCLUDED_PORTS = 'traffic.sidecar.istio.io/excludeOutboundPorts'
const EXCLUDED_RANGES = 'traffic.sidecar.istio.io/excludeOutboundIPRanges'
/** Images whose only purpose is to reach something over the network. */
const NETWORKED =
  /(^|[/:-])(wait-for|waitfor|wait4x|dockerize|flyway|liquibase|git-sync|curl|vault-agent|vault-k8s|aws-cli|migrate)\b/

/** What makes an init container need the network: what its command calls, else the purpose of its image. */
function need(pod: PodModel, {image, command, args, name}: Container): string | undefined {
  const call = farCall([...command, ...args], pod.status?.podIps ?? [])
  if (call === undefined) return NETWORKED.test(image) ? image : undefined
  if (call.port !== undefined && listed(pod.annotations[EXCLUDED_PORTS]).includes(String(call.port))) return undefined
  if (listed(pod.annotations[EXCLUDED_RANGES]).length > 0)
    throw new Undecided(`whether ${call.host}, which ${name} calls, lies in the excluded ranges is not known`)
  return `calls ${call.host}`
}

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
    const networked = inits
      .filter(({injected, security}) => !injected && !proxyIds(pod).uids.includes(security.runAsUser ?? -1))
      .flatMap(container => {
        const why = need(pod, container)
        return why === undefined ? [] : [{container, why}]
      })
    if (networked.length === 0) return []
    if (cni === undefined) throw new Undecided('how the rules get into the pod is not known', 'not-captured')
    const late = cni.inUse ? inits : rulesAt < 0 ? [] : inits.slice(rulesAt + 1)
    const unserved = networked.filter(({container}) => late.includes(container))
    if (proxy === undefined && asked !== 'false' && unserved.length > 0)
      throw new Undecided('whether its sidecar would be a native one is not known', 'not-captured')
    return unserved.map(({container, why}) => ({
      message: `Init container ${container.name} (${why}) runs when the capture is in place and no proxy listens.`,
      path: `${pod.specPath}.${container.path}`,
      proof: [
        {from: 'order', text: inits.map(({name}) => name).join(', ')},
        {from: 'interception', text: cni.because},
      ],
    }))
  },
})
