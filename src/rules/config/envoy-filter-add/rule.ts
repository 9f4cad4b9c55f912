import {patchesWith, ROUTE_PARTS} from '../../../analysis/istio-config/envoy-patches.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'
import {patchFindings} from '../patch-findings.js'

export const rule: ConfigRule = {
  code: 'MCT2062',
  slug: 'envoy-filter-add',
  aliases: ['IST0153'],
  severity: 'error',
  title: 'ADD has no effect here',
  why: 'Istiod cannot add routes or route configurations, and ignores the patch.',
  fix: 'Use INSERT_FIRST for HTTP_ROUTE, or MERGE for ROUTE_CONFIGURATION.',
  references: [analysisPage('IST0153')],
  kinds: ['EnvoyFilter'],
  check: set =>
    patchFindings(
      patchesWith(set.envoyFilters(), 'ADD').filter(({applyTo}) => ROUTE_PARTS.includes(applyTo)),
      list => `${list} has no effect.`,
    ),
}
