import {filterProblems} from '../access-log-filters.js'
import type {ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2173',
  slug: 'telemetry-filter-attribute',
  aliases: [],
  severity: 'warning',
  title: 'Access log filter names an unknown attribute',
  why: 'Envoy cannot evaluate the expression, so no request is logged by it.',
  fix: 'Use an attribute of Envoy: request, response, connection, source, destination, upstream, metadata, filter_state or xds.',
  references: [
    'https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/attributes',
    'https://istio.io/latest/docs/reference/config/telemetry/#AccessLogging-Filter',
  ],
  kinds: ['Telemetry'],
  check: set =>
    filterProblems(set, 'attribute').map(({object, path, expression, text}) => ({
      object,
      path,
      message: `${text} in ${expression} is not an attribute of Envoy.`,
    })),
}
