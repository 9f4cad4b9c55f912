import {duplicateMatches, matchCovers, ruleLabel, rulesByList} from '../../../analysis/istio-config/route-order.js'
import type {RouteRule} from '../../../model/istio-config/virtual-service.js'
import type {ConfigRule} from '../config-rule.js'

/** The rules before that take all requests of a rule, if they do so together; an earlier rule without match is another finding. */
function coveredBy(rule: RouteRule, earlier: readonly RouteRule[]): readonly RouteRule[] | undefined {
  const by = rule.matches.map(match =>
    earlier.find(({matches}) => matches.some(each => each.key !== match.key && matchCovers(each, match))),
  )
  const found = by.filter(each => each !== undefined)
  return found.length === 0 || found.length < by.length ? undefined : [...new Set(found)]
}

export const rule: ConfigRule = {
  code: 'MCT2106',
  slug: 'route-shadowed',
  aliases: [],
  severity: 'warning',
  title: 'Route gets no requests',
  why: 'Envoy tries the rules from the top and uses the first that matches: earlier ones take every request of this one.',
  fix: 'Put the more specific rule first.',
  references: [
    'https://istio.io/latest/docs/concepts/traffic-management/#routing-rule-precedence',
    'https://github.com/istio/istio/issues/17480',
  ],
  kinds: ['VirtualService'],
  check: set =>
    set.virtualServices().flatMap(({object, rules}) =>
      rulesByList(rules).flatMap(list => {
        const repeated = duplicateMatches(list)
        return list.flatMap((rule, index) => {
          const earlier = list.slice(0, index)
          if (earlier.some(({matches}) => matches.length === 0) || rule.matches.some(match => repeated.has(match)))
            return []
          const by = coveredBy(rule, earlier)
          if (by === undefined) return []
          const message = `Rule ${ruleLabel(rule)} gets no requests: ${by.map(ruleLabel).join(', ')} before it matches all of them.`
          return [{object, path: rule.path, message}]
        })
      }),
    ),
}
