import {endpointLabels, podsWithTopology} from '../../../analysis/istio-config/host-workloads.js'
import {labelsText, selectorMatches} from '../../../analysis/istio-config/label-selection.js'
import {entryLabels} from '../../../formats/istio-config/traffic.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'
import {POD_KINDS} from '../pod-kinds.js'

export const rule: ConfigRule = {
  code: 'MCT2012',
  slug: 'subset-without-pods',
  aliases: ['IST0173'],
  severity: 'error',
  title: 'Subset selects no pods',
  why: 'Requests to the subset are answered 503 with the flag UH.',
  fix: 'Set the labels of the subset to labels of the pods of the host.',
  references: [analysisPage('IST0173')],
  kinds: ['DestinationRule'],
  needs: [POD_KINDS],
  suspects: true,
  check: set => {
    const hosts = set.hosts()
    const workloads = [
      ...podsWithTopology(set.pods(), set.of('Node')),
      ...set.of('WorkloadEntry').map(each => ({namespace: each.ref.namespace, labels: entryLabels(each)})),
    ]
    return set.destinationRules().flatMap(({object, host, exportTo, subsets}) => {
      const found = hosts.find(object.ref.namespace, exportTo, host)
      if (found === undefined || subsets.length === 0) return []
      const labels = endpointLabels(found, workloads)
      return subsets.flatMap(subset => {
        const selector = {...(found.entry?.workloadLabels ?? {}), ...subset.labels}
        if (labels.some(each => selectorMatches(selector, each))) return []
        // A subset of all endpoints is not what is wrong with a host that has none.
        if (Object.keys(subset.labels).length === 0 && workloads.length > 0) return []
        return [
          {
            object,
            path: `${subset.path}.labels`,
            message: `Subset ${subset.name} of ${host} selects no pods: none has ${labelsText(selector)}.`,
          },
        ]
      })
    })
  },
}
