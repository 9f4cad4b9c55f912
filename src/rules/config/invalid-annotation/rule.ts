import {ISTIO_ANNOTATIONS} from '../../../model/istio/istio-annotations.js'
import {annotationValueProblem} from '../../annotation-values.js'
import {annotatedObjects} from '../annotated-objects.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2054',
  slug: 'invalid-annotation',
  aliases: ['IST0125'],
  severity: 'warning',
  title: 'Annotation of Istio has an invalid value',
  why: 'The injector rejects the pod, or Istio ignores the value.',
  fix: 'Correct the value.',
  references: [analysisPage('IST0125')],
  kinds: ['Namespace', 'Service', 'Pod', 'Deployment'],
  check: set =>
    annotatedObjects(set).flatMap(({object, key, path}) => {
      const {kinds = []} = ISTIO_ANNOTATIONS.get(key) ?? {}
      if (!kinds.includes(object.ref.kind) && !kinds.includes('Any')) return []
      const problem = annotationValueProblem(key, object.annotations[key] ?? '')
      return problem === undefined ? [] : [{object, path, message: `Annotation ${key}: ${problem}.`}]
    }),
}
