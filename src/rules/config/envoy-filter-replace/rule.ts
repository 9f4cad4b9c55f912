import {patchesWith, REPLACEABLE} from '../../../analysis/istio-config/envoy-patches.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'
import {patchFindings} from '../patch-findings.js'

export const rule: ConfigRule = {
  code: 'MCT2061',
  slug: 'envoy-filter-replace',
  aliases: ['IST0152'],
  severity: 'error',
  title: 'REPLACE has no effect here',
  why: 'Istiod replaces only HTTP filters, network filters and virtual hosts, and ignores the patch.',
  fix: 'Use MERGE, or REMOVE and ADD.',
  references: [analysisPage('IST0152')],
  kinds: ['EnvoyFilter'],
  check: set =>
    patchFindings(
      patchesWith(set.envoyFilters(), 'REPLACE').filter(({applyTo}) => !REPLACEABLE.includes(applyTo)),
      list => `${list} has no effect.`,
    ),
}
