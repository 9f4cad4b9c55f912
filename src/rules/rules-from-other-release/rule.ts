import {injectedContainer} from '../../model/pod.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1321',
  slug: 'rules-from-other-release',
  aliases: [],
  severity: 'info',
  title: "The kernel's rules are those of another release of Istio",
  why: 'Releases differ in what they exempt and capture, so the pod may treat traffic otherwise than its release documents. It is usual in the midst of an upgrade of the CNI plugin, and strange anywhere else.',
  fix: 'Delete the pod, so that it starts with rules of its own release; with the CNI plugin, bring the plugin and the sidecars to one release first.',
  references: [PAGES.cni, 'https://istio.io/latest/docs/setup/upgrade/'],
  modes: ['sidecar'],
  needs: ['kernel', 'drift'],
  check: ({pod}, {drift}) => {
    const other = drift.otherRelease
    if (other === undefined) return []
    const maker = injectedContainer(pod, 'istio-init') ?? injectedContainer(pod, 'istio-proxy')
    return [
      {
        message: `The rules are as ${other.words} makes them${other.exactly ? '' : ', though changed'}; the pod is of Istio ${other.told}.`,
        proof: [
          {from: 'kernel rules', text: `fit ${other.words}`},
          {from: `image of ${maker?.name ?? 'the sidecar'}`, text: maker?.image ?? ''},
        ],
      },
    ]
  },
})
