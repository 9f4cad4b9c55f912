import {annotationMeant, ISTIO_ANNOTATIONS} from '../../../model/istio/istio-annotations.js'
import {annotatedObjects} from '../annotated-objects.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2051',
  slug: 'unknown-annotation',
  aliases: ['IST0108'],
  severity: 'warning',
  title: 'Annotation of Istio is unknown',
  why: 'Istio ignores it, and what it should set keeps its default.',
  fix: 'Correct the name, or remove the annotation.',
  references: [analysisPage('IST0108')],
  kinds: ['Namespace', 'Service', 'Pod', 'Deployment'],
  check: set =>
    annotatedObjects(set).flatMap(({object, key, path}) => {
      if (ISTIO_ANNOTATIONS.has(key)) return []
      const near = annotationMeant(key)
      const hint = near === undefined ? '.' : `; did you mean ${near}?`
      return [{object, path, message: `Annotation ${key} is unknown (checked against Istio 1.31)${hint}`}]
    }),
}
