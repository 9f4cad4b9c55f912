import {ISTIO_ANNOTATIONS} from '../../../model/istio/istio-annotations.js'
import {annotatedObjects} from '../annotated-objects.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2053',
  slug: 'misplaced-annotation',
  aliases: ['IST0107'],
  severity: 'warning',
  title: 'Annotation of Istio is on the wrong kind',
  why: 'Istio does not read it there, and what it should set keeps its default.',
  fix: 'Move the annotation, in a workload to spec.template.metadata.annotations.',
  references: [analysisPage('IST0107')],
  kinds: ['Namespace', 'Service', 'Pod', 'Deployment'],
  check: set =>
    annotatedObjects(set).flatMap(({object, key, path}) => {
      const {kinds = ['Any']} = ISTIO_ANNOTATIONS.get(key) ?? {}
      if (kinds.includes('Any') || kinds.includes(object.ref.kind)) return []
      return [
        {
          object,
          path,
          message: `Annotation ${key} has no effect on a ${object.ref.kind}; it is for ${kinds.join(', ')}.`,
        },
      ]
    }),
}
