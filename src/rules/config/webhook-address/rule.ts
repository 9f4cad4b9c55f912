import {externalWebhooks} from '../../../analysis/istio-config/external-webhooks.js'
import {parseIp} from '../../../model/kernel/ip-address.js'
import {goUrlHost} from '../../../model/text/go-url.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2050',
  slug: 'webhook-address',
  aliases: ['IST0164'],
  severity: 'info',
  title: 'Webhook of external istiod uses an address',
  why: 'The certificate of istiod is usually for a host name, so calls may fail.',
  fix: 'Use a host name in clientConfig.url.',
  references: [analysisPage('IST0164')],
  kinds: ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
  check: set =>
    externalWebhooks(set).flatMap(({object, webhook: {name, url = '', path}}) => {
      const host = goUrlHost(url) ?? ''
      if (parseIp(host) === undefined) return []
      return [{object, path: `${path}.clientConfig.url`, message: `Webhook ${name} is called at the address ${host}.`}]
    }),
}
