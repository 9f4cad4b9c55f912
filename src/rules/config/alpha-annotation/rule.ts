import {ALPHA_ANNOTATIONS} from '../../../model/alpha-annotations.js'
import {annotatedObjects} from '../annotated-objects.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2055',
  slug: 'alpha-annotation',
  aliases: ['IST0136'],
  severity: 'info',
  title: 'Annotation of Istio is alpha',
  why: 'Its meaning may change with any release.',
  fix: 'Check the release notes before upgrades.',
  references: [analysisPage('IST0136')],
  kinds: ['Namespace', 'Service', 'Pod', 'Deployment'],
  optIn: true,
  check: set =>
    annotatedObjects(set)
      .filter(({key}) => ALPHA_ANNOTATIONS.has(key))
      .map(({object, key, path}) => ({object, path, message: `Annotation ${key} is alpha.`})),
}
