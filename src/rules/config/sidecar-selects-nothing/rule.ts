import {labelsText} from '../../../analysis/istio-config/label-selection.js'
import {podsSelected} from '../../../analysis/istio-config/selected-pods.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'
import {POD_KINDS} from '../pod-kinds.js'

export const rule: ConfigRule = {
  code: 'MCT2009',
  slug: 'sidecar-selects-nothing',
  aliases: ['IST0101'],
  severity: 'error',
  title: 'Sidecar selects no pods',
  why: 'The settings of the Sidecar apply to nothing.',
  fix: 'Set spec.workloadSelector.labels to labels of pods in its namespace.',
  references: [analysisPage('IST0101')],
  kinds: ['Sidecar'],
  needs: [POD_KINDS],
  check: set =>
    set.sidecars().flatMap(({object, selector = {}}) => {
      const [key] = Object.keys(selector)
      if (key === undefined || podsSelected(set, selector, object.ref.namespace).length > 0) return []
      return [
        {
          object,
          path: `spec.workloadSelector.labels["${key}"]`,
          message: `No pod of ${object.ref.namespace} matches the selector ${labelsText(selector)}.`,
        },
      ]
    }),
}
