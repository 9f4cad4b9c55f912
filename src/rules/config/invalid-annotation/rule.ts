import {ISTIO_ANNOTATIONS} from '../../../model/istio/istio-annotations.js'
import {PROXY_CONFIG_ANNOTATION} from '../../../model/istio/mesh-keys.js'
import {isTemplated} from '../../../model/text/templated.js'
import {annotationValueProblem} from '../../annotation-values.js'
import {proxyConfigProblem} from '../../proxy-config-text.js'
import {annotatedObjects} from '../annotated-objects.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

/** What is wrong with the value of an annotation; undefined when nothing is, and for a template, whose value is unknown. */
function problemOf(key: string, text: string): string | undefined {
  if (key !== PROXY_CONFIG_ANNOTATION) return annotationValueProblem(key, text)
  const problem = text.trim() === '' || isTemplated(text) ? undefined : proxyConfigProblem(text)
  return problem === undefined ? undefined : `it ${problem}`
}

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
      const problem = problemOf(key, object.annotations[key] ?? '')
      return problem === undefined ? [] : [{object, path, message: `Annotation ${key}: ${problem}.`}]
    }),
}
