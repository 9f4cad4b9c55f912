import {
  duplicateMatches,
  matchLabel,
  reachedRules,
  ruleLabel,
  rulesByList,
  shadowedPrefixes,
} from '../../../analysis/istio-config/route-order.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2021',
  slug: 'ineffective-match',
  aliases: ['IST0131'],
  severity: 'info',
  title: 'Match is never used',
  why: 'An earlier match takes the same requests.',
  fix: 'Remove the match, or put the more specific one first.',
  references: [analysisPage('IST0131')],
  kinds: ['VirtualService'],
  check: set =>
    set.virtualServices().flatMap(({object, rules}) =>
      rulesByList(rules)
        .map(reachedRules)
        .flatMap(list => {
          const repeated = duplicateMatches(list)
          const shadowed = shadowedPrefixes(list)
          return list.flatMap(rule =>
            rule.matches.flatMap((match, index) => {
              const by = repeated.get(match)
              const over = shadowed.get(match)
              const name = `Match ${matchLabel(match, index)} of rule ${ruleLabel(rule)}`
              if (by !== undefined)
                return [{object, path: match.path, message: `${name} is the same as one of rule ${ruleLabel(by)}.`}]
              if (over === undefined) return []
              return [
                {
                  object,
                  path: match.path,
                  message: `${name} (prefix ${match.uri?.text}) only matches requests that rule ${ruleLabel(over.rule)} (prefix ${over.match.uri?.text}) matches before it.`,
                },
              ]
            }),
          )
        }),
    ),
}
