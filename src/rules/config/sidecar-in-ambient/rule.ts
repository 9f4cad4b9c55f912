import {isAmbientNamespace} from '../../../analysis/istio-config/ambient-namespace.js'
import {workloadIsAmbient} from '../../../analysis/istio-config/mesh-pods.js'
import {podsSelected} from '../../../analysis/istio-config/selected-pods.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2030',
  slug: 'sidecar-in-ambient',
  aliases: ['IST0167'],
  severity: 'warning',
  title: 'Sidecar has no effect in ambient mode',
  why: 'Pods in ambient mode have no sidecar that could use it.',
  fix: 'Remove the Sidecar; limit outbound traffic with AuthorizationPolicies of waypoints.',
  references: [analysisPage('IST0167')],
  kinds: ['Sidecar'],
  check: set =>
    set.sidecars().flatMap(({object, selector = {}}) => {
      const {namespace} = object.ref
      const open = Object.keys(selector).length === 0
      const pod = open ? undefined : podsSelected(set, selector, namespace).find(workloadIsAmbient)
      if (pod === undefined && !(open && isAmbientNamespace(set.namespaceLabels(namespace)))) return []
      const what = pod === undefined ? `namespace ${namespace}` : `pod ${pod.object.ref.name}`
      return [{object, path: 'metadata.name', message: `The Sidecar has no effect: ${what} is in ambient mode.`}]
    }),
}
