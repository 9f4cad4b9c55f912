import {DATAPLANE_LABEL, INJECT_LABEL} from '../../model/istio/mesh-keys.js'
import {defineRule, Inconclusive, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1005',
  slug: 'host-network',
  aliases: [],
  severity: 'error',
  title: 'Pod on the host network requests the mesh',
  why: "The pod shares the node's network, which Istio does not capture: it is never injected and never part of the ambient mesh, and STRICT destinations reject it.",
  fix: 'Remove hostNetwork, or stop requesting the mesh (istio.io/dataplane-mode: none opts one pod out of ambient); a node agent on the host network reaches the mesh only where PERMISSIVE or DISABLE allows it.',
  references: [PAGES.injection],
  modes: ['none'],
  needs: [],
  uses: ['injection', 'namespace'],
  check: ({pod}, {injection, namespace}) => {
    if (!pod.hostNetwork) return []
    const ambient = pod.labels[DATAPLANE_LABEL] ?? namespace?.labels[DATAPLANE_LABEL]
    if (ambient === 'ambient') {
      const own = pod.labels[DATAPLANE_LABEL] === 'ambient'
      return [
        {
          severity: own ? 'error' : 'info',
          message: `The pod uses the host network, so it is not part of the ambient mesh although ${own ? 'its label requests' : 'its namespace is labelled for'} it.`,
          path: `${pod.specPath}.hostNetwork`,
          proof: [
            {from: `${pod.specPath}.hostNetwork`, text: 'true'},
            {
              from: own ? `${pod.metadataPath}.labels` : `Namespace ${pod.object.namespace}`,
              text: `${DATAPLANE_LABEL}=ambient`,
            },
          ],
        },
      ]
    }
    // The label of the pod is sufficient; the namespace has to be read.
    if (pod.labels[INJECT_LABEL] !== 'true') {
      if (injection === undefined)
        throw new Inconclusive('it is unknown whether its namespace has injection enabled', 'not-captured')
      if (injection.decidedBy !== 'host network') return []
    }
    return [
      {
        severity: pod.labels[INJECT_LABEL] === 'true' ? 'error' : 'info',
        message: 'The pod uses the host network, so it gets no sidecar although it is selected for injection.',
        path: `${pod.specPath}.hostNetwork`,
        proof: [{from: `${pod.specPath}.hostNetwork`, text: 'true'}],
      },
    ]
  },
})
