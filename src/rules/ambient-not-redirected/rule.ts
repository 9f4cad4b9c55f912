import {isEnrolledInAmbient} from '../../analysis/pod-mode/pod-mode.js'
import {DATAPLANE_LABEL, REDIRECTION_ANNOTATION} from '../../model/istio/mesh-keys.js'
import {defineRule} from '../rule.js'

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
        message: `${DATAPLANE_LABEL}=ambient is set, but annotation ${REDIRECTION_ANNOTATION} is ${pod.annotations[REDIRECTION_ANNOTATION] === undefined ? 'absent' : `"${pod.annotations[REDIRECTION_ANNOTATION]}"`}.`,
        proof: [
          {from: `annotation ${REDIRECTION_ANNOTATION}`, text: pod.annotations[REDIRECTION_ANNOTATION] ?? 'absent'},
        ],
      },
    ]
  },
})
