import {DATAPLANE_LABEL, INJECTION_LABEL, REVISION_LABEL} from '../../model/istio/mesh-keys.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1214',
  slug: 'namespace-labels-conflict',
  aliases: ['IST0123'],
  severity: 'warning',
  title: 'Namespace has conflicting mesh labels',
  why: 'istio-injection takes precedence over istio.io/rev, and a sidecar over ambient mode: one of the labels has no effect.',
  fix: 'Keep one of istio-injection, istio.io/rev and istio.io/dataplane-mode.',
  references: [PAGES.injection],
  modes: ['sidecar', 'ambient', 'none'],
  needs: ['namespace'],
  check: (_workload, {namespace: {name, labels}}) => {
    const plain = labels[INJECTION_LABEL]
    const set = [
      ...(plain === undefined ? [] : [`istio-injection=${plain}`]),
      ...(labels[REVISION_LABEL] === undefined || (plain !== undefined && plain !== 'enabled')
        ? []
        : [`istio.io/rev=${labels[REVISION_LABEL]}`]),
      ...(labels[DATAPLANE_LABEL] !== 'ambient' || (plain !== undefined && plain !== 'enabled')
        ? []
        : ['istio.io/dataplane-mode=ambient']),
    ]
    if (set.length < 2) return []
    return [
      {
        message: `Namespace ${name} has ${set.join(' and ')}.`,
        object: {kind: 'Namespace', namespace: '', name},
        path: 'metadata.labels',
        proof: [{from: `Namespace ${name}`, text: set.join(', ')}],
      },
    ]
  },
})
