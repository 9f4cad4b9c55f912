import type {NamespaceModel} from '../../model/istio/injection.js'
import {isOlder} from '../../model/istio/istio-version.js'
import {INJECT_LABEL, INJECTION_LABEL, REVISION_LABEL} from '../../model/istio/mesh-keys.js'
import {isTemplated} from '../../model/text/templated.js'
import {setInMap} from '../patch-steps.js'
import {defineRule, type Found, PAGES} from '../rule.js'

/** Booleans of YAML 1.1, whose intent is clear even where the release does not accept them. */
const YES = ['y', 'yes', 'true', 'on']
const NO = ['n', 'no', 'false', 'off']

/** The webhook selectors know two values; any other matches none of them, nor those of istio.io/rev. */
function ofNamespace(namespace: NamespaceModel | undefined): readonly Found[] {
  const value = namespace?.labels[INJECTION_LABEL]
  if (namespace === undefined || value === undefined || ['enabled', 'disabled'].includes(value) || isTemplated(value))
    return []
  const revision = namespace.labels[REVISION_LABEL]
  const hides = revision === undefined ? '' : `, and istio.io/rev=${revision} is ignored`
  return [
    {
      message: `Namespace ${namespace.name} has ${INJECTION_LABEL}: "${value}", which is neither "enabled" nor "disabled": injection is not enabled${hides}.`,
      object: {kind: 'Namespace', namespace: '', name: namespace.name},
      path: `metadata.labels["${INJECTION_LABEL}"]`,
      fix: `kubectl label namespace ${namespace.name} ${INJECTION_LABEL}=enabled --overwrite (or disabled, if intended)`,
      proof: [{from: `Namespace ${namespace.name}`, text: `${INJECTION_LABEL}: "${value}"`}],
    },
  ]
}

export const rule = defineRule({
  code: 'MCT1203',
  slug: 'inject-value-invalid',
  aliases: [],
  severity: 'warning',
  title: 'Injection label has an invalid value',
  why: 'Since Istio 1.27 only "true" and "false" are valid and any other value counts as unset; before, y, yes, true and on meant yes and every other value no.',
  fix: 'Set "true" or "false" (istio-injection of a namespace: "enabled" or "disabled").',
  references: [PAGES.injecting],
  modes: ['sidecar', 'ambient', 'none'],
  needs: [],
  needsToPass: ['namespace'],
  uses: ['injection'],
  check: ({pod, version}, {injection, namespace}) => [
    ...ofNamespace(namespace),
    ...(['labels', 'annotations'] as const).flatMap((place): readonly Found[] => {
      const value = pod[place][INJECT_LABEL]
      if (value === undefined || value === 'true' || value === 'false' || isTemplated(value)) return []
      const old = YES.includes(value.toLowerCase()) ? 'yes' : 'no'
      const intended = YES.includes(value.toLowerCase())
        ? 'true'
        : NO.includes(value.toLowerCase())
          ? 'false'
          : undefined
      const means = isOlder(injection?.version ?? version, 1, 27)
        ? `this release reads it as ${old}`
        : `it counts as unset (before Istio 1.27 it meant ${old})`
      return [
        {
          message: `${INJECT_LABEL}: "${value}" is neither "true" nor "false"; ${means}.`,
          path: `${pod.metadataPath}.${place}["${INJECT_LABEL}"]`,
          proof: [{from: `${pod.metadataPath}.${place}`, text: `${INJECT_LABEL}: "${value}"`}],
          patch: intended === undefined ? undefined : setInMap(pod, place, INJECT_LABEL, intended),
        },
      ]
    }),
  ],
})
