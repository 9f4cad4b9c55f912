import {patchesOf, ROUTE_PARTS} from '../../../analysis/istio-config/envoy-patches.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2063',
  slug: 'envoy-filter-remove',
  aliases: ['IST0154'],
  severity: 'error',
  title: 'REMOVE does nothing for this part of the configuration',
  why: 'Istiod cannot remove routes or route configurations, and ignores the patch.',
  fix: 'Remove the route from the VirtualService.',
  references: [analysisPage('IST0154')],
  kinds: ['EnvoyFilter'],
  check: set =>
    set.envoyFilters().flatMap(filter =>
      patchesOf(filter)
        .filter(({operation, applyTo}) => operation === 'REMOVE' && ROUTE_PARTS.includes(applyTo))
        .map(({applyTo, path}) => ({
          object: filter.object,
          path: `${path}.patch.operation`,
          message: `REMOVE has no effect on ${applyTo}.`,
        })),
    ),
}
