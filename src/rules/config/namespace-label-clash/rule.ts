import {DATAPLANE_LABEL, INJECTION_LABEL, REVISION_LABEL} from '../../../model/istio/mesh-keys.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2042',
  slug: 'namespace-label-clash',
  aliases: ['IST0123'],
  severity: 'warning',
  title: 'Namespace has several mesh labels',
  why: 'Only one of them applies, and it may not be the intended one.',
  fix: 'Keep one of the labels.',
  references: [analysisPage('IST0123')],
  kinds: ['Namespace'],
  check: set =>
    set.of('Namespace').flatMap(object => {
      const {labels, ref} = object
      if (ref.name === set.istioNamespace) return []
      const injection = labels[INJECTION_LABEL]
      const others = [REVISION_LABEL, DATAPLANE_LABEL].filter(
        key =>
          labels[key] !== undefined && labels[key] !== 'none' && (injection === undefined || injection === 'enabled'),
      )
      const found = [...(injection === undefined ? [] : [INJECTION_LABEL]), ...others]
      if (found.length < 2) return []
      const list = found.map(key => `${key}=${labels[key]}`).join(' and ')
      return [{object, path: 'metadata.labels', message: `Namespace ${ref.name} has the labels ${list}.`}]
    }),
}
