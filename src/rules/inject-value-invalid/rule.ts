import type {NamespaceModel} from '../../model/injection.js'
import {isOlder} from '../../model/istio-version.js'
import {isTemplated} from '../../model/templated.js'
import {setInMap} from '../mend.js'
import {defineRule, type Found, PAGES} from '../rule.js'

const INJECT = 'sidecar.istio.io/inject'

const PLAIN = 'istio-injection'

/** Words whose meaning nobody doubts (YAML 1.1), whatever the release makes of them. */
const YES = ['y', 'yes', 'true', 'on']
const NO = ['n', 'no', 'false', 'off']

/** The webhooks look for two values; another one fits no selector and keeps those of istio.io/rev from being asked. */
function ofNamespace(namespace: NamespaceModel | undefined): readonly Found[] {
  const value = namespace?.labels[PLAIN]
  if (namespace === undefined || value === undefined || ['enabled', 'disabled'].includes(value) || isTemplated(value))
    return []
  const revision = namespace.labels['istio.io/rev']
  const hides = revision === undefined ? '' : `, and istio.io/rev=${revision} beside it is not looked at`
  return [
    {
      message: `Namespace ${namespace.name} has ${PLAIN}: "${value}", which is neither "enabled" nor "disabled": it asks for no sidecars${hides}.`,
      object: {kind: 'Namespace', namespace: '', name: namespace.name},
      path: `metadata.labels["${PLAIN}"]`,
      fix: `kubectl label namespace ${namespace.name} ${PLAIN}=enabled --overwrite (or disabled, if that is meant)`,
      proof: [{from: `Namespace ${namespace.name}`, text: `${PLAIN}: "${value}"`}],
    },
  ]
}

export const rule = defineRule({
  code: 'MCT1203',
  slug: 'inject-value-invalid',
  aliases: [],
  severity: 'warning',
  title: 'An injection label has a value Istio does not know',
  why: 'Since Istio 1.27 only "true" and "false" count and anything else is as good as nothing; before, y, yes, true and on meant yes and everything else no.',
  fix: 'Write "true" or "false" (istio-injection of a namespace: "enabled" or "disabled").',
  references: [PAGES.injecting],
  modes: ['sidecar', 'ambient', 'none'],
  needs: [],
  passesWith: ['namespace'],
  uses: ['injection'],
  check: ({pod, version}, {injection, namespace}) => [
    ...ofNamespace(namespace),
    ...(['labels', 'annotations'] as const).flatMap((place): readonly Found[] => {
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
  ],
})
