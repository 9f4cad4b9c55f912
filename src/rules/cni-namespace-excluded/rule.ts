import {injectedContainer} from '../../model/pod.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1702',
  slug: 'cni-namespace-excluded',
  aliases: [],
  severity: 'warning',
  title: 'The CNI plugin leaves the namespace of a sidecar alone',
  why: 'Pods of this namespace get a sidecar but no rules that lead traffic to it. With istio-validation they never start; without it everything goes past the sidecar.',
  fix: 'Take the namespace out of excludeNamespaces of the istio-cni chart and start the pods anew, or keep sidecars out of it (label istio-injection=disabled).',
  references: [PAGES.cni],
  modes: ['sidecar'],
  needs: ['cniExcluded'],
  check: ({pod}, {cniExcluded}) => {
    const {namespace} = pod.object
    if (!cniExcluded.namespaces.includes(namespace)) return []
    const held = injectedContainer(pod, 'istio-validation') !== undefined
    return [
      {
        message: `The CNI plugin makes no rules in namespace ${namespace}: ${held ? 'the pod stays in Init' : 'nothing is captured'}.`,
        proof: [{from: cniExcluded.from, text: cniExcluded.namespaces.join(', ')}],
      },
    ]
  },
})
