import {defaultsByNamespace} from '../../../analysis/istio-config/namespace-defaults.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2058',
  slug: 'several-default-telemetries',
  aliases: ['IST0160'],
  severity: 'error',
  title: 'Several Telemetries without selector',
  why: 'Only the oldest applies.',
  fix: 'Keep one Telemetry without selector for each namespace.',
  references: [analysisPage('IST0160')],
  kinds: ['Telemetry'],
  check: set =>
    defaultsByNamespace(
      set.telemetries().filter(({selector, targetRefs}) => selector === undefined && targetRefs.length === 0),
    ).flatMap(({namespace, items, names}) =>
      items.map(({object}) => ({
        object,
        path: 'metadata.name',
        message: `Telemetries ${names} of ${namespace} have no selector.`,
      })),
    ),
}
