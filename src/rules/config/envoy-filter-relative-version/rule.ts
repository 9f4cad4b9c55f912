import {relativePatches} from '../../../analysis/istio-config/envoy-patches.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'
import {patchFindings} from '../patch-findings.js'

export const rule: ConfigRule = {
  code: 'MCT2060',
  slug: 'envoy-filter-relative-version',
  aliases: ['IST0155'],
  severity: 'warning',
  title: 'EnvoyFilter patch depends on a versioned patch',
  why: 'For proxies of other versions the filter it refers to does not exist.',
  fix: 'Set spec.priority, or give the patch the same proxyVersion.',
  references: [analysisPage('IST0155')],
  kinds: ['EnvoyFilter'],
  check: set =>
    patchFindings(
      relativePatches(set.envoyFilters()).filter(({versioned}) => versioned),
      list => `${list} refers to a filter that an earlier patch changes for some proxy versions only.`,
    ),
}
