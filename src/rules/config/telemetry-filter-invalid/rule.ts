import {filterProblems} from '../access-log-filters.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2172',
  slug: 'telemetry-filter-invalid',
  aliases: ['IST0106'],
  severity: 'error',
  title: 'Access log filter is not CEL',
  why: 'The API server refuses the Telemetry where istiod validates, and Envoy logs nothing by it elsewhere.',
  fix: 'Write an expression such as response.code >= 400; has() takes a field, as in has(response.code).',
  references: [
    analysisPage('IST0106'),
    'https://istio.io/latest/docs/reference/config/telemetry/#AccessLogging-Filter',
  ],
  kinds: ['Telemetry'],
  check: set =>
    filterProblems(set, 'syntax').map(({object, path, expression, text}) => ({
      object,
      path,
      message: `${expression} is not CEL: ${text}.`,
    })),
}
