import {patchesWith, ROUTE_PARTS} from '../../../analysis/istio-config/envoy-patches.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'
import {patchFindings} from '../patch-findings.js'

export const rule: ConfigRule = {
  code: 'MCT2063',
  slug: 'envoy-filter-remove',
  aliases: ['IST0154'],
  severity: 'error',
  title: 'REMOVE has no effect here',
  why: 'Istiod cannot remove routes or route configurations, and ignores the patch.',
  fix: 'Remove the route from the VirtualService.',
  references: [analysisPage('IST0154')],
  kinds: ['EnvoyFilter'],
  check: set =>
    patchFindings(
      patchesWith(set.envoyFilters(), 'REMOVE').filter(({applyTo}) => ROUTE_PARTS.includes(applyTo)),
      list => `${list} has no effect.`,
    ),
}
