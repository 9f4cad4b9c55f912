import {workloadIsAmbient} from '../../../analysis/istio-config/mesh-pods.js'
import {sharedPods} from '../../../analysis/istio-config/selected-pods.js'
import {byText} from '../../../model/text/order.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2028',
  slug: 'sidecar-selectors-overlap',
  aliases: ['IST0110'],
  severity: 'error',
  title: 'Several Sidecars select one pod',
  why: 'Which of them applies is undefined.',
  fix: 'Make the selectors disjoint, or merge the Sidecars.',
  references: [analysisPage('IST0110')],
  kinds: ['Sidecar'],
  check: set =>
    [...sharedPods(set.sidecars(), set)].flatMap(([pod, sidecars]) => {
      if (workloadIsAmbient(pod)) return []
      const names = sidecars.map(({object}) => object.ref.name).sort(byText)
      return sidecars.map(({object}) => ({
        object,
        path: 'spec.workloadSelector',
        message: `Sidecars ${names.join(', ')} of ${object.ref.namespace} select ${pod.object.ref.kind} ${pod.object.ref.name}.`,
      }))
    }),
}
