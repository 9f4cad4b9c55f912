import {externalWebhooks} from '../../../analysis/istio-config/external-webhooks.js'
import {goUrlHost} from '../../../model/text/go-url.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2049',
  slug: 'webhook-url-invalid',
  aliases: ['IST0163'],
  severity: 'warning',
  title: 'Webhook of external istiod has no address',
  why: 'The API server cannot call istiod: objects are not validated, and pods not injected.',
  fix: 'Set clientConfig.url to the address of the external istiod.',
  references: [analysisPage('IST0163')],
  kinds: ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
  check: set =>
    externalWebhooks(set).flatMap(({object, webhook: {name, url, service, path}}) => {
      const wrong = url === undefined ? service === undefined : goUrlHost(url) === undefined
      if (!wrong) return []
      const reason = url === undefined ? 'is blank' : `${JSON.stringify(url)} is not a URL`
      return [{object, path: `${path}.clientConfig`, message: `The address of webhook ${name} ${reason}.`}]
    }),
}
