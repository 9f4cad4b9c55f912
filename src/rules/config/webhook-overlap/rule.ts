import {injectionConfigurations, overlaps} from '../../../analysis/istio-config/webhook-selection.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2048',
  slug: 'webhook-overlap',
  aliases: ['IST0139'],
  severity: 'error',
  title: 'Injection webhook is invalid',
  why: 'Pods are injected twice or not at all.',
  fix: 'Correct the selectors or the Service of the webhook; remove webhooks of old revisions.',
  references: [analysisPage('IST0139')],
  kinds: ['MutatingWebhookConfiguration'],
  check: set => {
    const configurations = injectionConfigurations(set.webhooks('MutatingWebhookConfiguration'))
    const services = new Set(set.services().map(({object}) => `${object.ref.namespace}/${object.ref.name}`))
    const together = overlaps(configurations).map(({object, others}) => ({
      object,
      path: 'webhooks',
      message: `Some pods are also selected by ${others.join(', ')}.`,
    }))
    const missing = configurations.flatMap(({object, webhooks}) => {
      const named = new Map(
        webhooks.flatMap(({service, path}) =>
          service === undefined ? [] : [[`${service.namespace}/${service.name}`, path] as const],
        ),
      )
      return [...named]
        .filter(([name]) => !services.has(name))
        .map(([name, path]) => ({
          object,
          path: `${path}.clientConfig.service`,
          message: `Service ${name}, which the webhook calls, does not exist.`,
        }))
    })
    return [...together, ...missing]
  },
}
