import {envValue} from '../../../formats/istio-config/upgrade.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import {byText} from '../../../model/text/order.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

const VARIABLE = 'BLOCKED_CIDRS_IN_JWKS_URIS'
const SHOWN = 5

export const rule: ConfigRule = {
  code: 'MCT2066',
  slug: 'jwks-fetch-open',
  aliases: ['IST0175'],
  severity: 'warning',
  title: 'Istiod fetches JWKS from any address',
  why: 'Anyone who may create a RequestAuthentication can make istiod send requests to internal addresses.',
  fix: 'Set BLOCKED_CIDRS_IN_JWKS_URIS of istiod to the ranges it must not reach.',
  references: [analysisPage('IST0175')],
  kinds: ['RequestAuthentication'],
  needs: ['Deployment'],
  check: set => {
    const names = set.of('RequestAuthentication').map(fullName).sort(byText)
    if (names.length === 0) return []
    const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''
    return set
      .of('Deployment')
      .filter(object => object.labels.app === 'istiod' && envValue(object, VARIABLE) === '')
      .map(object => ({
        object,
        path: 'spec.template.spec.containers',
        message: `${VARIABLE} is not set, and there are RequestAuthentications: ${names.slice(0, SHOWN).join(', ')}${more}.`,
      }))
  },
}
