import {patchesOf, ROUTE_PARTS} from '../../../analysis/istio-config/envoy-patches.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2062',
  slug: 'envoy-filter-add',
  aliases: ['IST0153'],
  severity: 'error',
  title: 'ADD does nothing for this part of the configuration',
  why: 'Istiod cannot add routes or route configurations, and ignores the patch.',
  fix: 'Use INSERT_FIRST for HTTP_ROUTE, or MERGE for ROUTE_CONFIGURATION.',
  references: [analysisPage('IST0153')],
  kinds: ['EnvoyFilter'],
  check: set =>
    set.envoyFilters().flatMap(filter =>
      patchesOf(filter)
        .filter(({operation, applyTo}) => operation === 'ADD' && ROUTE_PARTS.includes(applyTo))
        .map(({applyTo, path}) => ({
          object: filter.object,
          path: `${path}.patch.operation`,
          message: `ADD has no effect on ${applyTo}.`,
        })),
    ),
}
