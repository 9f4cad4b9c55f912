import {asksForAmbient} from '../../analysis/pod-mode/pod-mode.js'
import {defineRule} from '../rule.js'

const MODE = 'istio.io/dataplane-mode'
const REDIRECTION = 'ambient.istio.io/redirection'

export const rule = defineRule({
  code: 'MCT1602',
  slug: 'ambient-not-redirected',
  aliases: [],
  severity: 'error',
  title: 'The pod should be in the ambient mesh and is not',
  why: 'Its traffic does not pass ztunnel: no mTLS, no policy; peers that demand mTLS refuse it.',
  fix: "Look at the logs of istio-cni-node and ztunnel on the pod's node; a pod that was there before the CNI may need a restart.",
  references: ['https://istio.io/latest/docs/ambient/usage/troubleshoot-ztunnel/'],
  versions: 'Istio 1.21 and later',
  modes: ['none'],
  needs: ['namespace'],
  check: ({pod}, {namespace}) => {
    const asked = asksForAmbient(pod, namespace.labels)
    if (!asked || !pod.exists || pod.status?.phase !== 'Running' || pod.terminating) return []
    return [
      {
        message: `${MODE}=ambient is asked for, but ${REDIRECTION} is ${pod.annotations[REDIRECTION] === undefined ? 'absent' : `"${pod.annotations[REDIRECTION]}"`}.`,
        proof: [{from: `annotation ${REDIRECTION}`, text: pod.annotations[REDIRECTION] ?? 'absent'}],
      },
    ]
  },
})
