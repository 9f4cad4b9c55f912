import {injectionConfigurations, overlaps} from '../../../analysis/istio-config/webhook-selection.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2048',
  slug: 'webhook-overlap',
  aliases: ['IST0139'],
  severity: 'error',
  title: 'Injection webhooks select the same pods',
  why: 'Pods are injected twice.',
  fix: 'Correct the selectors of the webhook; remove webhooks of old revisions.',
  references: [analysisPage('IST0139')],
  kinds: ['MutatingWebhookConfiguration'],
  check: set =>
    overlaps(injectionConfigurations(set.webhooks('MutatingWebhookConfiguration'))).map(({object, others}) => ({
      object,
      path: 'webhooks',
      message: `Some pods are also selected by ${others.join(', ')}.`,
    })),
}
