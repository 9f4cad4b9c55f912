import {injectedContainer} from '../../model/kube/pod.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1321',
  slug: 'rules-from-other-release',
  aliases: [],
  severity: 'info',
  title: 'Kernel rules are from another Istio release',
  why: 'Releases differ in what they exempt and capture, so traffic may be handled differently than the documentation of its release says (expected only during an upgrade of the CNI plugin).',
  fix: 'Delete the pod so that it starts with the rules of its own release; with the CNI plugin, upgrade plugin and sidecars to one release first.',
  references: [PAGES.cni, 'https://istio.io/latest/docs/setup/upgrade/'],
  modes: ['sidecar'],
  outsideKubernetes: true,
  needs: ['kernel', 'drift'],
  check: ({pod}, {drift}) => {
    const other = drift.otherRelease
    if (other === undefined) return []
    const creator = injectedContainer(pod, 'istio-init') ?? injectedContainer(pod, 'istio-proxy')
    return [
      {
        message: `The rules match ${other.text}${other.exactly ? '' : ', with changes'}; the pod runs Istio ${other.declaredVersion}.`,
        proof: [
          {from: 'kernel rules', text: `match ${other.text}`},
          {from: `image of ${creator?.name ?? 'the sidecar'}`, text: creator?.image ?? ''},
        ],
      },
    ]
  },
})
