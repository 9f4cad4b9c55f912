import {defineRule, PAGES} from '../rule.js'

const INJECT = 'sidecar.istio.io/inject'
const REVISION = 'istio.io/rev'

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
    const value = namespace.labels['istio-injection']
    const requested =
      pod.labels[INJECT] === 'true'
        ? `${INJECT}: "true"`
        : pod.labels[REVISION] === undefined
          ? undefined
          : `${REVISION}: ${pod.labels[REVISION]}`
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
