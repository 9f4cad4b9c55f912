import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1214',
  slug: 'namespace-labels-conflict',
  aliases: ['IST0123'],
  severity: 'warning',
  title: 'The namespace asks for a sidecar in two ways',
  why: 'The label istio-injection wins over istio.io/rev, and a sidecar over ambient mode: one of the labels has no effect, and it is not the one people expect.',
  fix: 'Remove all but one: istio-injection, istio.io/rev or istio.io/dataplane-mode.',
  references: [PAGES.injection],
  modes: ['sidecar', 'ambient', 'none'],
  needs: ['namespace'],
  check: (_workload, {namespace: {name, labels}}) => {
    const plain = labels['istio-injection']
    const asks = [
      ...(plain === undefined ? [] : [`istio-injection=${plain}`]),
      ...(labels['istio.io/rev'] === undefined || (plain !== undefined && plain !== 'enabled')
        ? []
        : [`istio.io/rev=${labels['istio.io/rev']}`]),
      ...(labels['istio.io/dataplane-mode'] !== 'ambient' || (plain !== undefined && plain !== 'enabled')
        ? []
        : ['istio.io/dataplane-mode=ambient']),
    ]
    if (asks.length < 2) return []
    return [
      {
        message: `Namespace ${name} has ${asks.join(' and ')}.`,
        object: {kind: 'Namespace', namespace: '', name},
        path: 'metadata.labels',
        proof: [{from: `Namespace ${name}`, text: asks.join(', ')}],
      },
    ]
  },
})
