import {isEnrolledInAmbient} from '../../analysis/pod-mode/pod-mode.js'
import {defineRule} from '../rule.js'

const MODE = 'istio.io/dataplane-mode'
const REDIRECTION = 'ambient.istio.io/redirection'

export const rule = defineRule({
  code: 'MCT1602',
  slug: 'ambient-not-redirected',
  aliases: [],
  severity: 'error',
  title: 'Ambient pod is not redirected to ztunnel',
  why: 'Its traffic bypasses ztunnel: no mTLS, no policy, and peers with STRICT mTLS reject it.',
  fix: "Check the logs of istio-cni-node and ztunnel on the pod's node; a pod created before the CNI plugin was installed may need a restart.",
  references: ['https://istio.io/latest/docs/ambient/usage/troubleshoot-ztunnel/'],
  versions: 'Istio 1.21 and later',
  modes: ['none'],
  needs: ['namespace'],
  check: ({pod}, {namespace}) => {
    const enrolled = isEnrolledInAmbient(pod, namespace.labels)
    if (!enrolled || !pod.exists || pod.status?.phase !== 'Running' || pod.terminating) return []
    return [
      {
        message: `${MODE}=ambient is set, but annotation ${REDIRECTION} is ${pod.annotations[REDIRECTION] === undefined ? 'absent' : `"${pod.annotations[REDIRECTION]}"`}.`,
        proof: [{from: `annotation ${REDIRECTION}`, text: pod.annotations[REDIRECTION] ?? 'absent'}],
      },
    ]
  },
})
