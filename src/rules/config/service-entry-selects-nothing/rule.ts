import {labelsText, selectorMatches} from '../../../analysis/istio-config/label-selection.js'
import {entryLabels} from '../../../formats/istio-config/traffic.js'
import type {ConfigRule} from '../config-rule.js'
import {POD_KINDS} from '../pod-kinds.js'

export const rule: ConfigRule = {
  code: 'MCT2140',
  slug: 'service-entry-selects-nothing',
  aliases: [],
  severity: 'warning',
  title: 'ServiceEntry selects no workload',
  why: 'The host has no endpoint: requests fail with 503 UH.',
  fix: 'Correct workloadSelector: it compares labels of pods and WorkloadEntries in the namespace of the ServiceEntry.',
  references: [
    'https://istio.io/latest/docs/reference/config/networking/service-entry/#ServiceEntry-workload_selector',
  ],
  kinds: ['ServiceEntry'],
  needs: [[...POD_KINDS, 'WorkloadEntry', 'WorkloadGroup']],
  check: set => {
    const machines = ['WorkloadEntry', 'WorkloadGroup'].flatMap(kind => set.of(kind))
    return set.serviceEntries().flatMap(({object, workloadLabels, hosts}) => {
      if (Object.keys(workloadLabels).length === 0) return []
      const {namespace} = object.ref
      const among = [
        ...set.podsIn(namespace).map(({labels}) => labels),
        ...machines.filter(({ref}) => ref.namespace === namespace).map(entryLabels),
      ]
      if (among.some(labels => selectorMatches(workloadLabels, labels))) return []
      const message = `No pod and no WorkloadEntry of ${namespace} has ${labelsText(workloadLabels)}: ${hosts.join(', ')} has no endpoint.`
      return [{object, path: 'spec.workloadSelector', message}]
    })
  },
}
