import {labelsText} from '../../../analysis/istio-config/label-selection.js'
import {podsSelected} from '../../../analysis/istio-config/selected-pods.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'
import {POD_KINDS} from '../pod-kinds.js'

export const rule: ConfigRule = {
  code: 'MCT2006',
  slug: 'gateway-selects-nothing',
  aliases: ['IST0101'],
  severity: 'error',
  title: 'Gateway selects no pods',
  why: 'No proxy opens the ports of the Gateway: connections are refused or answered with 404.',
  fix: 'Set spec.selector to labels of the gateway pods.',
  references: [analysisPage('IST0101')],
  kinds: ['Gateway'],
  needs: [POD_KINDS],
  suspects: true,
  check: set =>
    set.gateways().flatMap(({object, selector}) => {
      if (podsSelected(set, selector).length > 0) return []
      const [key] = Object.keys(selector)
      return [
        {
          object,
          path: key === undefined ? 'spec' : `spec.selector["${key}"]`,
          message: `No pod matches the selector ${labelsText(selector)} of the Gateway.`,
        },
      ]
    }),
}
