import {NATIVE_SIDECAR_ANNOTATION} from '../../model/istio/mesh-keys.js'
import {defineRule, Inconclusive, PAGES} from '../rule.js'
import {type InitNeed, initNeeds} from './needs.js'

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
    const annotated = pod.annotations[NATIVE_SIDECAR_ANNOTATION]
    // MCT1424 reports a proxy that is an ordinary init container.
    if (proxy === undefined ? annotated === 'true' : proxy.role !== 'app') return []
    const inits = pod.containers.filter(({role}) => role === 'init')
    const all = initNeeds(pod)
    if (all.length === 0) return []
    if (cni === undefined)
      throw new Inconclusive('it is unknown whether istio-init or the CNI plugin sets up the rules', 'not-captured')
    const rulesAt = inits.findIndex(({name}) => name === 'istio-init')
    const late = cni.inUse ? inits : rulesAt < 0 ? [] : inits.slice(rulesAt + 1)
    const needs = all.filter(({container}) => late.includes(container))
    if (proxy === undefined && annotated !== 'false' && needs.length > 0)
      throw new Inconclusive('it is unknown whether its sidecar would be a native one', 'not-captured')
    const shown = ({container, what, proof}: InitNeed) => ({
      path: `${pod.specPath}.${container.path}`,
      text: `Init container ${container.name} (${what}) runs after traffic capture is set up and before the proxy listens`,
      proof: [
        ...proof,
        {from: 'order', text: inits.map(({name}) => name).join(', ')},
        {from: 'interception', text: cni.because},
      ],
    })
    const sure = needs.filter(({certain}) => certain)
    const unsure = needs.filter(({certain}) => !certain)
    if (sure.length === 0 && unsure.length > 0)
      throw new Inconclusive(
        unsure.map(need => `${shown(need).text}; its server is unknown`).join('; '),
        'not-captured',
      )
    return [
      ...sure.map(need => {
        const {text, path, proof} = shown(need)
        return {message: `${text}.`, path, proof}
      }),
      ...unsure.map(need => {
        const {text, path, proof} = shown(need)
        return {
          severity: 'info' as const,
          message: `${text}: whether its server is in the pod is unknown.`,
          path,
          proof,
        }
      }),
    ]
  },
})
