import {isInjected} from '../../../analysis/istio-config/webhook-selection.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2045',
  slug: 'auto-image-deployment',
  aliases: ['IST0146'],
  severity: 'warning',
  title: 'Deployment relies on injection that does not happen',
  why: 'The image "auto" is not replaced, and the pods fail with ImagePullBackOff.',
  fix: 'Label the Namespace or the pod template so that the injector selects it.',
  references: [analysisPage('IST0146')],
  kinds: ['Deployment'],
  needs: ['MutatingWebhookConfiguration'],
  check: set => {
    const webhooks = set.webhooks('MutatingWebhookConfiguration')
    return set.workloads().flatMap(each => {
      if (each.object.ref.kind !== 'Deployment') return []
      const container = each.containers.find(({name, image}) => name === 'istio-proxy' && image === 'auto')
      if (container === undefined) return []
      if (isInjected(webhooks, set.namespaceLabels(each.object.ref.namespace), each.labels)) return []
      return [
        {
          object: each.object,
          path: `${container.path}.image`,
          message: 'The image of istio-proxy is "auto", but no injection webhook selects these pods.',
        },
      ]
    })
  },
}
