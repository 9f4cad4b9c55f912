import {injectedContainer} from '../../model/kube/pod.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1702',
  slug: 'cni-namespace-excluded',
  aliases: [],
  severity: 'warning',
  title: 'CNI plugin excludes the namespace of the sidecar',
  why: 'Pods of this namespace get a sidecar but no redirect rules: with istio-validation they never start, without it all traffic bypasses the sidecar.',
  fix: 'Remove the namespace from excludeNamespaces of the istio-cni chart and recreate the pods, or disable injection in it (label istio-injection=disabled).',
  references: [PAGES.cni],
  modes: ['sidecar'],
  needs: ['cniExcluded'],
  check: ({pod}, {cniExcluded}) => {
    const {namespace} = pod.object
    if (!cniExcluded.namespaces.includes(namespace)) return []
    const waits = injectedContainer(pod, 'istio-validation') !== undefined
    return [
      {
        message: `The CNI plugin sets up no rules in namespace ${namespace}: ${waits ? 'the pod stays in Init' : 'nothing is captured'}.`,
        proof: [{from: cniExcluded.from, text: cniExcluded.namespaces.join(', ')}],
      },
    ]
  },
})
