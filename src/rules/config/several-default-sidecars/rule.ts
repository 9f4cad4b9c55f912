import {isAmbientNamespace} from '../../../analysis/istio-config/ambient-namespace.js'
import {defaultsByNamespace} from '../../../analysis/istio-config/namespace-defaults.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2029',
  slug: 'several-default-sidecars',
  aliases: ['IST0111'],
  severity: 'error',
  title: 'Several Sidecars without selector',
  why: 'Which of them applies to the namespace is undefined.',
  fix: 'Keep one Sidecar without workloadSelector for each namespace.',
  references: [analysisPage('IST0111')],
  kinds: ['Sidecar'],
  check: set => {
    const open = set.sidecars().filter(({selector = {}}) => Object.keys(selector).length === 0)
    return defaultsByNamespace(open).flatMap(({namespace, items, names}) =>
      isAmbientNamespace(set.namespaceLabels(namespace))
        ? []
        : items.map(({object}) => ({
            object,
            path: 'metadata.name',
            message: `Sidecars ${names} of ${namespace} have no workloadSelector.`,
          })),
    )
  },
}
