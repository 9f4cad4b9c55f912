import {INJECT_LABEL, INJECTION_LABEL, REVISION_LABEL} from '../../model/istio/mesh-keys.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1204',
  slug: 'disabled-namespace-wins',
  aliases: [],
  severity: 'warning',
  title: 'Namespace disables injection that the pod requests',
  why: 'With any value of istio-injection but "enabled" no webhook selects the namespace, and no label of a pod can override that: the pod starts without a sidecar.',
  fix: 'Remove istio-injection from the namespace: pods that request a sidecar then get one, and the others do not.',
  references: [PAGES.injection],
  modes: ['none'],
  needs: ['namespace'],
  check: ({pod}, {namespace}) => {
    const value = namespace.labels[INJECTION_LABEL]
    const requested =
      pod.labels[INJECT_LABEL] === 'true'
        ? `${INJECT_LABEL}: "true"`
        : pod.labels[REVISION_LABEL] === undefined
          ? undefined
          : `${REVISION_LABEL}: ${pod.labels[REVISION_LABEL]}`
    if (value === undefined || value === 'enabled' || requested === undefined) return []
    return [
      {
        message: `The pod has ${requested}, but namespace ${namespace.name} has istio-injection=${value}, which takes precedence.`,
        object: {kind: 'Namespace', namespace: '', name: namespace.name},
        path: 'metadata.labels["istio-injection"]',
        proof: [
          {from: `Namespace ${namespace.name}`, text: `istio-injection: ${value}`},
          {from: 'pod', text: requested},
        ],
      },
    ]
  },
})
