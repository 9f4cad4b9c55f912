import {defineRule, PAGES, Undecided} from '../rule.js'

const INJECT = 'sidecar.istio.io/inject'
const MODE = 'istio.io/dataplane-mode'

export const rule = defineRule({
  code: 'MCT1005',
  slug: 'host-network',
  aliases: [],
  severity: 'error',
  title: 'A pod on the host network asks for the mesh',
  why: "Such a pod shares the node's network, where nothing may be captured: it is never injected and never ambient. STRICT destinations refuse it.",
  fix: 'Remove hostNetwork, or the request for the mesh (istio.io/dataplane-mode: none refuses ambient for one pod); a node agent that must stay outside reaches the mesh only where PERMISSIVE or DISABLE allows it.',
  references: [PAGES.injection],
  modes: ['none'],
  needs: [],
  uses: ['injection', 'namespace'],
  check: ({pod}, {injection, namespace}) => {
    if (!pod.hostNetwork) return []
    const ambient = pod.labels[MODE] ?? namespace?.labels[MODE]
    if (ambient === 'ambient') {
      const own = pod.labels[MODE] === 'ambient'
      return [
        {
          severity: own ? 'error' : 'info',
          message: `The pod uses the host network, so it never gets into the ambient mesh though ${own ? 'its label asks' : 'its namespace is labelled'} for it.`,
          path: `${pod.specPath}.hostNetwork`,
          proof: [
            {from: `${pod.specPath}.hostNetwork`, text: 'true'},
            {from: own ? `${pod.metadataPath}.labels` : `Namespace ${pod.object.namespace}`, text: `${MODE}=ambient`},
          ],
        },
      ]
    }
    // Its own label is enough to know; what its namespace asks for has to be read.
    if (pod.labels[INJECT] !== 'true') {
      if (injection === undefined)
        throw new Undecided('whether its namespace asks for the mesh is not known', 'not-captured')
      if (injection.decidedBy !== 'host network') return []
    }
    return [
      {
        severity: pod.labels[INJECT] === 'true' ? 'error' : 'info',
        message: 'The pod uses the host network, so it never gets a sidecar though it is selected for one.',
        path: `${pod.specPath}.hostNetwork`,
        proof: [{from: `${pod.specPath}.hostNetwork`, text: 'true'}],
      },
    ]
  },
})
