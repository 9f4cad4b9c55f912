import {defineRule, PAGES} from '../rule.js'

const INJECT = 'sidecar.istio.io/inject'
const REVISION = 'istio.io/rev'

export const rule = defineRule({
  code: 'MCT1204',
  slug: 'disabled-namespace-wins',
  aliases: [],
  severity: 'warning',
  title: 'The pod asks for a sidecar and its namespace forbids it',
  why: 'With any value of istio-injection but "enabled" no webhook selects the namespace, and no label of a pod can override that.',
  fix: 'Remove istio-injection from the namespace: then pods that ask for a sidecar get one, and the others do not.',
  references: [PAGES.injection],
  modes: ['none'],
  needs: ['namespace'],
  check: ({pod}, {namespace}) => {
    const value = namespace.labels['istio-injection']
    const asks =
      pod.labels[INJECT] === 'true'
        ? `${INJECT}: "true"`
        : pod.labels[REVISION] === undefined
          ? undefined
          : `${REVISION}: ${pod.labels[REVISION]}`
    if (value === undefined || value === 'enabled' || asks === undefined) return []
    return [
      {
        message: `The pod says ${asks}, but namespace ${namespace.name} says istio-injection=${value}, which wins.`,
        object: {kind: 'Namespace', namespace: '', name: namespace.name},
        path: 'metadata.labels["istio-injection"]',
        proof: [
          {from: `Namespace ${namespace.name}`, text: `istio-injection: ${value}`},
          {from: 'pod', text: asks},
        ],
      },
    ]
  },
})
