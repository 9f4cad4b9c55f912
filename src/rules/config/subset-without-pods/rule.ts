import {labelsText, selectorMatches} from '../../../analysis/istio-config/label-selection.js'
import type {ConfigObject} from '../../../model/istio-config/config-object.js'
import type {WorkloadConfig} from '../../../model/istio-config/kubernetes.js'
import type {Labels} from '../../../model/kube/selector.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'
import {POD_KINDS} from '../pod-kinds.js'

/** Labels of a node that Istio gives the endpoints on it (istio.io, locality load balancing). */
const TOPOLOGY = [
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'topology.istio.io/subzone',
  'kubernetes.io/hostname',
]

/** The labels of the pods with those of their nodes that subsets may select by. */
function podsWithTopology(pods: readonly WorkloadConfig[], nodes: readonly ConfigObject[]): readonly Labels[] {
  const byName = new Map(nodes.map(({ref, labels}) => [ref.name, labels]))
  return pods.map(({labels, nodeName}) => {
    const own = byName.get(nodeName) ?? {}
    const found = TOPOLOGY.flatMap(key => {
      const value = Object.hasOwn(own, key) ? own[key] : undefined
      return value === undefined || value === '' ? [] : [[key, value] as const]
    })
    return {...labels, ...Object.fromEntries(found)}
  })
}

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
    const labels = podsWithTopology(set.pods(), set.of('Node'))
    return set.destinationRules().flatMap(({object, host, exportTo, subsets}) => {
      const found = hosts.find(object.ref.namespace, exportTo, host)
      if (found === undefined) return []
      return subsets.flatMap(subset => {
        const selector = {...(found.entry?.workloadLabels ?? {}), ...subset.labels}
        if (labels.some(each => selectorMatches(selector, each))) return []
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
