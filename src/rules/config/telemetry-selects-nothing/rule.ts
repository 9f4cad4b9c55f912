import {labelsText} from '../../../analysis/istio-config/label-selection.js'
import {podsSelected} from '../../../analysis/istio-config/selected-pods.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'
import {POD_KINDS} from '../pod-kinds.js'

export const rule: ConfigRule = {
  code: 'MCT2010',
  slug: 'telemetry-selects-nothing',
  aliases: ['IST0101'],
  severity: 'error',
  title: 'Telemetry selects no pods',
  why: 'The settings of the Telemetry apply to nothing.',
  fix: 'Set spec.selector.matchLabels to labels of pods in its namespace.',
  references: [analysisPage('IST0101')],
  kinds: ['Telemetry'],
  needs: [POD_KINDS],
  check: set =>
    set.telemetries().flatMap(({object, selector = {}}) => {
      const [key] = Object.keys(selector)
      if (key === undefined || podsSelected(set, selector, object.ref.namespace).length > 0) return []
      return [
        {
          object,
          path: `spec.selector.matchLabels["${key}"]`,
          message: `No pod of ${object.ref.namespace} matches the selector ${labelsText(selector)}.`,
        },
      ]
    }),
}
