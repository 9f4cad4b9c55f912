import {labelsText, selectorMatches} from '../../../analysis/istio-config/label-selection.js'
import {isInMesh} from '../../../analysis/istio-config/mesh-pods.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'
import {POD_KINDS} from '../pod-kinds.js'

export const rule: ConfigRule = {
  code: 'MCT2013',
  slug: 'policy-selects-nothing',
  aliases: ['IST0127'],
  severity: 'warning',
  title: 'AuthorizationPolicy applies to no workload',
  why: 'The policy protects nothing.',
  fix: 'Correct the selector or the namespace of the policy.',
  references: [analysisPage('IST0127')],
  kinds: ['AuthorizationPolicy'],
  needs: [POD_KINDS],
  check: set => {
    const meshed = set.pods().filter(pod => isInMesh(pod, set.namespaceLabels(pod.object.ref.namespace)))
    return set.authorizationPolicies().flatMap(({object, selector: written, targetRefs}) => {
      const {namespace} = object.ref
      const everywhere = namespace === set.mesh.rootNamespace
      const selector = written ?? {}
      const open = Object.keys(selector).length === 0
      if (targetRefs.length > 0 || (everywhere && written === undefined)) return []
      const among = everywhere ? meshed : meshed.filter(pod => pod.object.ref.namespace === namespace)
      if (among.some(({labels}) => selectorMatches(selector, labels))) return []
      const where = everywhere ? 'the mesh' : `namespace ${namespace}`
      return [
        {
          object,
          path: open ? 'metadata.namespace' : 'spec.selector',
          message: open
            ? `No pod of ${where} takes part in the mesh.`
            : `No pod of ${where} with a proxy matches the selector ${labelsText(selector)}.`,
        },
      ]
    })
  },
}
