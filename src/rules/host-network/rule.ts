import {defineRule, PAGES} from '../rule.js'

const INJECT = 'sidecar.istio.io/inject'

export const rule = defineRule({
  code: 'MCT1005',
  slug: 'host-network',
  aliases: [],
  severity: 'error',
  title: 'A pod on the host network asks for the mesh',
  why: "Such a pod shares the node's network, where nothing may be captured: it is never injected and never ambient. STRICT destinations refuse it.",
  fix: 'Remove hostNetwork, or the request for a sidecar; a node agent that must stay outside reaches the mesh only where PERMISSIVE or DISABLE allows it.',
  references: [PAGES.injection],
  modes: ['none'],
  needs: ['injection'],
  check: ({pod}, {injection}) => {
    if (!pod.hostNetwork || injection.decidedBy !== 'host network') return []
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
