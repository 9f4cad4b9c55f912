import {duplicateMatches, reachedRules, ruleLabel, rulesByList} from '../../../analysis/istio-config/route-order.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2020',
  slug: 'unreachable-route',
  aliases: ['IST0130'],
  severity: 'warning',
  title: 'Route is never reached',
  why: 'An earlier rule takes every request, so this one is never used.',
  fix: 'Move the rule up, or give the earlier one a match.',
  references: [analysisPage('IST0130')],
  kinds: ['VirtualService'],
  check: set =>
    set.virtualServices().flatMap(({object, rules}) =>
      rulesByList(rules).flatMap(list => {
        const reached = reachedRules(list)
        const repeated = duplicateMatches(list)
        return list.flatMap((rule, index) => {
          const label = ruleLabel(rule)
          const before = reached.at(-1)
          if (before !== undefined && index >= reached.length)
            return [
              {object, path: rule.path, message: `Rule ${label} comes after ${ruleLabel(before)}, which has no match.`},
            ]
          const all = rule.matches.length > 0 && rule.matches.every(match => repeated.has(match))
          if (!all) return []
          return [{object, path: rule.path, message: `Every match of rule ${label} is also in an earlier rule.`}]
        })
      }),
    ),
}
