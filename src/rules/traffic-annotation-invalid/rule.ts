import {annotationValueProblem} from '../annotation-values.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1301',
  slug: 'traffic-annotation-invalid',
  aliases: ['IST0125'],
  severity: 'error',
  title: 'Sidecar annotation has an invalid value',
  why: 'The webhook rejects the pod, or istio-init fails.',
  fix: 'Correct the annotation of the pod template.',
  references: [PAGES.annotations],
  modes: ['sidecar', 'none'],
  needs: [],
  check: ({pod, mode}) =>
    Object.entries(pod.annotations).flatMap(([key, text]) => {
      const wrong = annotationValueProblem(key, text)
      if (wrong === undefined) return []
      const path = `${pod.metadataPath}.annotations["${key}"]`
      // Without a sidecar the annotation is not read.
      const severity = mode === 'none' ? ('info' as const) : ('error' as const)
      return [{severity, message: `${key}: ${wrong}.`, path, proof: [{from: path, text}]}]
    }),
})
