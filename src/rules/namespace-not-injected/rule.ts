import {DATAPLANE_LABEL} from '../../model/istio/mesh-keys.js'
import {defineRule, PAGES} from '../rule.js'

const SYSTEM = ['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage', 'istio-system']

export const rule = defineRule({
  code: 'MCT1213',
  slug: 'namespace-not-injected',
  aliases: ['IST0102'],
  severity: 'info',
  title: 'Namespace has no injection label',
  why: 'Its pods have no sidecar: no mTLS, no policy and no telemetry unless a pod requests injection itself.',
  fix: 'Label the namespace istio-injection=enabled (or istio.io/rev=REVISION) and restart its workloads; istio-injection=disabled declares that this is intentional.',
  references: [PAGES.injection],
  modes: ['none'],
  needs: ['injection', 'namespace'],
  check: ({pod}, {injection, namespace}) => {
    const ambient = namespace.labels[DATAPLANE_LABEL] !== undefined
    if (injection.decidedBy !== 'no injection label' || ambient || pod.hostNetwork || SYSTEM.includes(namespace.name))
      return []
    return [
      {
        message: `Namespace ${namespace.name} has no injection label, and the pod does not request a sidecar either.`,
        object: {kind: 'Namespace', namespace: '', name: namespace.name},
        path: 'metadata.labels',
        proof: injection.steps.map(({question, answer}) => ({from: question, text: answer})),
      },
    ]
  },
})
