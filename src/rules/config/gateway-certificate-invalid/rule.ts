import {gatewayHome} from '../../../analysis/istio-config/gateway-home.js'
import type {SecretConfig} from '../../../formats/istio-config/secret.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

function problemOf({certificate}: SecretConfig, at: Date): string | undefined {
  if ('problem' in certificate) return certificate.problem
  const now = at.toISOString()
  if (now < certificate.notBefore) return `its certificate is not valid before ${certificate.notBefore}`
  return now > certificate.notAfter ? `its certificate expired at ${certificate.notAfter}` : undefined
}

export const rule: ConfigRule = {
  code: 'MCT2025',
  slug: 'gateway-certificate-invalid',
  aliases: ['IST0161'],
  severity: 'error',
  title: 'Certificate of a Gateway cannot be used',
  why: 'The gateway rejects the Secret and resets TLS connections.',
  fix: 'Renew the Secret with tls.crt and tls.key.',
  references: [analysisPage('IST0161')],
  kinds: ['Gateway'],
  check: set => {
    const secrets = new Map(set.secrets().map(each => [fullName(each.object), each]))
    return set.gateways().flatMap(({object, selector, servers}) => {
      const home = gatewayHome(set, selector)
      if (home === undefined) return []
      return servers.flatMap(({tls, path}) => {
        const name = tls?.credentialName ?? ''
        const secret = secrets.get(name.includes('/') ? name : `${home}/${name}`)
        const problem = secret?.withValues === true ? problemOf(secret, set.at) : undefined
        if (problem === undefined) return []
        return [{object, path: `${path}.tls.credentialName`, message: `Secret ${name} of ${home}: ${problem}.`}]
      })
    })
  },
}
