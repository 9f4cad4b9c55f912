import {isUnverified} from '../../../analysis/istio-config/client-verification.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2032',
  slug: 'port-server-not-verified',
  aliases: ['IST0129'],
  severity: 'warning',
  title: 'Server certificate of a port is not verified',
  why: 'Without caCertificates the proxy accepts any certificate of the CAs of its operating system, and before Istio 1.24 any certificate at all.',
  fix: 'Set tls.caCertificates for the port, or credentialName with a workloadSelector.',
  references: [analysisPage('IST0129')],
  kinds: ['DestinationRule'],
  check: set =>
    set.destinationRules().flatMap(each =>
      each.policy.ports.flatMap(({port, tls}) => {
        if (tls === undefined || !isUnverified(tls, each)) return []
        return [
          {
            object: each.object,
            path: tls.path,
            message: `TLS mode ${tls.mode} for port ${port} of ${each.host} without caCertificates.`,
          },
        ]
      }),
    ),
}
