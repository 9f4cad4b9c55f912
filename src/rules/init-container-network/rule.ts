import {commandTarget} from '../../analysis/command-line/command-target.js'
import {proxyIds} from '../../analysis/pod-mode/pod-mode.js'
import {commaList} from '../../model/comma-list.js'
import type {Container, PodModel} from '../../model/pod.js'
import {defineRule, Inconclusive, PAGES} from '../rule.js'

const NATIVE = 'sidecar.istio.io/nativeSidecar'
const EXCLUDED_PORTS = 'traffic.sidecar.istio.io/excludeOutboundPorts'
const EXCLUDED_RANGES = 'traffic.sidecar.istio.io/excludeOutboundIPRanges'
/** Images whose only purpose is to reach something over the network. */
const NETWORKED =
  /(^|[/:-])(wait-for|waitfor|wait4x|dockerize|flyway|liquibase|git-sync|curl|vault-agent|vault-k8s|aws-cli|migrate)\b/

/** Why an init container needs the network: what its command calls, else the purpose of its image. */
function networkUse(pod: PodModel, {image, command, args, name}: Container): string | undefined {
  const call = commandTarget([...command, ...args], pod.status?.podIps ?? [])
  if (call === undefined) return NETWORKED.test(image) ? image : undefined
  if (call.port !== undefined && commaList(pod.annotations[EXCLUDED_PORTS]).includes(String(call.port)))
    return undefined
  if (commaList(pod.annotations[EXCLUDED_RANGES]).length > 0)
    throw new Inconclusive(`it is unknown whether ${call.host}, which ${name} calls, is in the excluded ranges`)
  return `calls ${call.host}`
}

export const rule = defineRule({
  code: 'MCT1417',
  slug: 'init-container-network',
  aliases: [],
  severity: 'warning',
  title: 'Init container needs the network before the proxy',
  why: 'It runs after traffic capture is set up and before the sidecar starts: its connections are redirected to a proxy that is not listening yet, and refused.',
  fix: 'Use native sidecars; or run that init container as uid 1337, or exclude its destination with excludeOutboundPorts or excludeOutboundIPRanges.',
  references: [PAGES.cni, PAGES.sidecarContainers],
  modes: ['sidecar'],
  needs: [],
  uses: ['cni', 'sidecar'],
  check: ({pod}, {cni, sidecar: proxy}) => {
    const annotated = pod.annotations[NATIVE]
    if (proxy === undefined ? annotated === 'true' : proxy.role === 'native-sidecar') return []
    const inits = pod.containers.filter(({role}) => role === 'init')
    const rulesAt = inits.findIndex(({name}) => name === 'istio-init')
    const networked = inits
      .filter(({injected, security}) => !injected && !proxyIds(pod).uids.includes(security.runAsUser ?? -1))
      .flatMap(container => {
        const why = networkUse(pod, container)
        return why === undefined ? [] : [{container, why}]
      })
    if (networked.length === 0) return []
    if (cni === undefined)
      throw new Inconclusive('it is unknown whether istio-init or the CNI plugin sets up the rules', 'not-captured')
    const late = cni.inUse ? inits : rulesAt < 0 ? [] : inits.slice(rulesAt + 1)
    const blocked = networked.filter(({container}) => late.includes(container))
    if (proxy === undefined && annotated !== 'false' && blocked.length > 0)
      throw new Inconclusive('it is unknown whether its sidecar would be a native one', 'not-captured')
    return blocked.map(({container, why}) => ({
      message: `Init container ${container.name} (${why}) runs after traffic capture is set up and before the proxy listens.`,
      path: `${pod.specPath}.${container.path}`,
      proof: [
        {from: 'order', text: inits.map(({name}) => name).join(', ')},
        {from: 'interception', text: cni.because},
      ],
    }))
  },
})
