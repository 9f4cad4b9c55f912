import {relativePatches} from '../../../analysis/istio-config/envoy-patches.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'
import {patchFindings} from '../patch-findings.js'

export const rule: ConfigRule = {
  code: 'MCT2059',
  slug: 'envoy-filter-relative',
  aliases: ['IST0151'],
  severity: 'warning',
  title: 'EnvoyFilter patch depends on the order of patches',
  why: 'Without a priority the patch may run before the filter it refers to exists.',
  fix: 'Set spec.priority, or use INSERT_FIRST or ADD.',
  references: [analysisPage('IST0151')],
  kinds: ['EnvoyFilter'],
  check: set =>
    patchFindings(
      relativePatches(set.envoyFilters()).filter(({versioned}) => !versioned),
      list => `${list} depends on the filters other patches add or remove, and the EnvoyFilter has no priority.`,
    ),
}
