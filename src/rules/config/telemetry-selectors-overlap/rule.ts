import {sharedPods} from '../../../analysis/istio-config/selected-pods.js'
import {byText} from '../../../model/text/order.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2057',
  slug: 'telemetry-selectors-overlap',
  aliases: ['IST0159'],
  severity: 'error',
  title: 'Several Telemetries select one pod',
  why: 'Only the oldest applies.',
  fix: 'Make the selectors disjoint, or merge the Telemetries.',
  references: [analysisPage('IST0159')],
  kinds: ['Telemetry'],
  check: set =>
    [...sharedPods(set.telemetries(), set)].flatMap(([pod, telemetries]) => {
      const names = telemetries.map(({object}) => object.ref.name).sort(byText)
      return telemetries.map(({object}) => ({
        object,
        path: 'spec.selector',
        message: `Telemetries ${names.join(', ')} of ${object.ref.namespace} select ${pod.object.ref.kind} ${pod.object.ref.name}.`,
      }))
    }),
}
