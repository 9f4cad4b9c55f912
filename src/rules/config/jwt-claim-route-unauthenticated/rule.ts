import {gatewayReference} from '../../../analysis/istio-config/gateway-names.js'
import {selectorMatches} from '../../../analysis/istio-config/label-selection.js'
import {podsSelected} from '../../../analysis/istio-config/selected-pods.js'
import {isRoutingClaim} from '../../../model/istio/routing-claim.js'
import {fullName} from '../../../model/istio-config/config-object.js'
import type {VirtualServiceConfig} from '../../../model/istio-config/virtual-service.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

/** The first claim a VirtualService matches on, and where. */
function claimOf({rules}: VirtualServiceConfig): {readonly key: string; readonly path: string} | undefined {
  for (const {list, matches} of rules) {
    if (list !== 'http') continue
    for (const match of matches) {
      for (const name of ['headers', 'withoutHeaders'] as const) {
        const key = [...match[name].keys()].find(isRoutingClaim)
        if (key !== undefined) return {key, path: `${match.path}.${name}["${key}"]`}
      }
    }
  }
  return undefined
}

export const rule: ConfigRule = {
  code: 'MCT2014',
  slug: 'jwt-claim-route-unauthenticated',
  aliases: ['IST0149'],
  severity: 'error',
  title: 'Route by JWT claims without RequestAuthentication',
  why: 'Without one the gateway has no claims to compare, and the match never applies.',
  fix: 'Apply a RequestAuthentication to the gateway pods.',
  references: [analysisPage('IST0149')],
  kinds: ['VirtualService'],
  check: set => {
    const gateways = new Map(set.gateways().map(each => [fullName(each.object), each]))
    const authentications = set.scopes('RequestAuthentication')
    return set.virtualServices().flatMap(each => {
      const claim = claimOf(each)
      if (claim === undefined) return []
      return each.gateways.flatMap(written => {
        const {namespace, name} = gatewayReference(written, each.object.ref.namespace)
        const gateway = gateways.get(`${namespace}/${name}`)
        if (gateway === undefined) return []
        return podsSelected(set, gateway.selector).flatMap(pod => {
          const home = pod.object.ref.namespace
          const applies = authentications.some(
            ({object, selector = {}}) =>
              [set.mesh.rootNamespace, home].includes(object.ref.namespace) && selectorMatches(selector, pod.labels),
          )
          if (applies) return []
          return [
            {
              object: each.object,
              path: claim.path,
              message: `${claim.key} is matched at Gateway ${namespace}/${name}, but no RequestAuthentication applies to its pod ${fullName(pod.object)}.`,
            },
          ]
        })
      })
    })
  },
}
