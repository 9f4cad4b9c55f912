import {isOlder} from '../../model/istio-version.js'
import {isTemplated} from '../../model/templated.js'
import {setInMap} from '../mend.js'
import {defineRule, PAGES} from '../rule.js'

const INJECT = 'sidecar.istio.io/inject'

/** Words whose meaning nobody doubts (YAML 1.1), whatever the release makes of them. */
const YES = ['y', 'yes', 'true', 'on']
const NO = ['n', 'no', 'false', 'off']

export const rule = defineRule({
  code: 'MCT1203',
  slug: 'inject-value-invalid',
  aliases: [],
  severity: 'warning',
  title: 'The injection label has a value Istio does not know',
  why: 'Since Istio 1.27 only "true" and "false" count and anything else is as good as nothing; before, y, yes, true and on meant yes and everything else no.',
  fix: 'Write "true" or "false".',
  references: [PAGES.injecting],
  modes: ['sidecar', 'ambient', 'none'],
  needs: [],
  uses: ['injection'],
  check: ({pod, version}, {injection}) =>
    (['labels', 'annotations'] as const).flatMap(place => {
      const value = pod[place][INJECT]
      if (value === undefined || value === 'true' || value === 'false' || isTemplated(value)) return []
      const old = YES.includes(value.toLowerCase()) ? 'yes' : 'no'
      const meant = YES.includes(value.toLowerCase()) ? 'true' : NO.includes(value.toLowerCase()) ? 'false' : undefined
      const means = isOlder(injection?.version ?? version, 1, 27)
        ? `it means ${old}`
        : `it counts as unset (before Istio 1.27 it meant ${old})`
      return [
        {
          message: `${INJECT}: "${value}" is neither "true" nor "false"; ${means}.`,
          path: `${pod.metadataPath}.${place}["${INJECT}"]`,
          proof: [{from: `${pod.metadataPath}.${place}`, text: `${INJECT}: "${value}"`}],
          ...(meant === undefined ? {} : {patch: setInMap(pod, place, INJECT, meant)}),
        },
      ]
    }),
})
