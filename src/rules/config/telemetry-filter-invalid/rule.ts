import {attributeProblem} from '../../condition.js'
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
    set.telemetries().flatMap(({object, accessLogging}) =>
      accessLogging.flatMap(({expression, path}) => {
        const problem = expression === undefined ? undefined : attributeProblem(expression)
        if (problem?.kind !== 'syntax') return []
        return [{object, path: `${path}.filter.expression`, message: `${expression} is not CEL: ${problem.text}.`}]
      }),
    ),
}
