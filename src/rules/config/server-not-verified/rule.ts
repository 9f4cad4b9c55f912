import {isUnverified} from '../../../analysis/istio-config/client-verification.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2031',
  slug: 'server-not-verified',
  aliases: ['IST0128'],
  severity: 'warning',
  title: 'Server certificate is not fully verified',
  why: 'Without caCertificates the proxy accepts any certificate of the CAs of its operating system, and before Istio 1.24 any certificate at all.',
  fix: 'Set trafficPolicy.tls.caCertificates, or credentialName with a workloadSelector.',
  references: [analysisPage('IST0128')],
  kinds: ['DestinationRule'],
  check: set =>
    set.destinationRules().flatMap(each => {
      const {tls} = each.policy
      if (tls === undefined || !isUnverified(tls, each)) return []
      return [
        {
          object: each.object,
          path: tls.path,
          message: `TLS mode ${tls.mode} for ${each.host} without caCertificates.`,
        },
      ]
    }),
}
