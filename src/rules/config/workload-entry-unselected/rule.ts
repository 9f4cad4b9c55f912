import {labelsText, selectorMatches} from '../../../analysis/istio-config/label-selection.js'
import {entryLabels} from '../../../formats/istio-config/traffic.js'
import type {ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2163',
  slug: 'workload-entry-unselected',
  aliases: [],
  severity: 'warning',
  title: 'No Service or ServiceEntry selects the WorkloadEntry',
  why: 'It is an endpoint of no host: the mesh sends it no traffic.',
  fix: 'Give it the labels that the selector of a Service, or the workloadSelector of a ServiceEntry, of its namespace asks for.',
  references: ['https://istio.io/latest/docs/reference/config/networking/workload-entry/'],
  kinds: ['WorkloadEntry'],
  needs: [['Service', 'ServiceEntry']],
  check: set =>
    set.of('WorkloadEntry').flatMap(object => {
      const labels = entryLabels(object)
      const {namespace} = object.ref
      const selectors = [
        ...set.services().map(({object: {ref}, selector}) => ({namespace: ref.namespace, selector})),
        ...set
          .serviceEntries()
          .map(({object: {ref}, workloadLabels}) => ({namespace: ref.namespace, selector: workloadLabels})),
      ]
      const chosen = selectors.some(
        each =>
          each.namespace === namespace &&
          Object.keys(each.selector).length > 0 &&
          selectorMatches(each.selector, labels),
      )
      if (chosen) return []
      const shown = Object.keys(labels).length === 0 ? 'it has no labels' : `it has ${labelsText(labels)}`
      return [
        {object, path: 'spec.labels', message: `No Service and no ServiceEntry of ${namespace} selects it: ${shown}.`},
      ]
    }),
}
