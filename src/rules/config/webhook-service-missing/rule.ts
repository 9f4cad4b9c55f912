import {injectionConfigurations} from '../../../analysis/istio-config/webhook-selection.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2169',
  slug: 'webhook-service-missing',
  aliases: ['IST0139'],
  severity: 'error',
  title: 'Service of the injection webhook does not exist',
  why: 'The API server cannot call it: pods are refused, or created without a proxy.',
  fix: 'Correct the Service of the webhook; remove webhooks of old revisions.',
  references: [analysisPage('IST0139')],
  kinds: ['MutatingWebhookConfiguration'],
  needs: ['Service'],
  suspects: true,
  check: set => {
    const services = new Set(set.services().map(({object}) => `${object.ref.namespace}/${object.ref.name}`))
    return injectionConfigurations(set.webhooks('MutatingWebhookConfiguration')).flatMap(({object, webhooks}) => {
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
  },
}
