import {ISTIO_ANNOTATIONS, REPLACED_BY} from '../../../model/istio/istio-annotations.js'
import {INJECT_LABEL} from '../../../model/istio/mesh-keys.js'
import {annotatedObjects} from '../annotated-objects.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2052',
  slug: 'deprecated-annotation',
  aliases: ['IST0135'],
  severity: 'info',
  title: 'Annotation of Istio is deprecated',
  why: 'A later release may ignore it.',
  fix: 'Use what replaces it.',
  references: [analysisPage('IST0135')],
  kinds: ['Namespace', 'Service', 'Pod', 'Deployment'],
  check: set =>
    annotatedObjects(set).flatMap(({object, key, path}) => {
      if (ISTIO_ANNOTATIONS.get(key)?.deprecated !== true) return []
      if (key === INJECT_LABEL && object.labels[INJECT_LABEL] !== undefined) return []
      const instead = key === INJECT_LABEL ? `the label ${INJECT_LABEL}` : REPLACED_BY[key]
      return [
        {
          object,
          path,
          message: `Annotation ${key} is deprecated${instead === undefined ? ' and has no replacement' : `; use ${instead}`}.`,
        },
      ]
    }),
}
