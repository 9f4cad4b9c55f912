import {gatewayHome} from '../../../analysis/istio-config/gateway-home.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2007',
  slug: 'gateway-secret-missing',
  aliases: ['IST0101'],
  severity: 'error',
  title: 'Certificate of a Gateway does not exist',
  why: 'The gateway has no certificate for the server and resets TLS connections.',
  fix: 'Create the Secret in the namespace of the gateway pods.',
  references: [analysisPage('IST0101'), 'https://istio.io/latest/docs/ops/common-problems/network-issues/'],
  kinds: ['Gateway'],
  needs: ['Secret'],
  check: set => {
    const secrets = set.of('Secret')
    const known = new Set(secrets.map(fullName))
    return set.gateways().flatMap(({object, selector, servers}) => {
      const home = gatewayHome(set, selector)
      if (home === undefined) return []
      return servers.flatMap(({tls, path}) => {
        if (tls === undefined || tls.credentialName === '') return []
        const wanted = tls.credentialName.includes('/') ? tls.credentialName : `${home}/${tls.credentialName}`
        if (known.has(wanted)) return []
        const other = secrets.find(({ref}) => ref.name === tls.credentialName)
        const hint = other === undefined ? '' : `; ${other.ref.namespace} has a Secret of that name`
        return [
          {
            object,
            path: `${path}.tls.credentialName`,
            about: `Secret ${tls.credentialName}`,
            message: `Secret ${tls.credentialName} does not exist in ${home}, where the pods of the gateway are${hint}.`,
          },
        ]
      })
    })
  },
}
