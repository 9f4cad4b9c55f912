import {selectingServices} from '../../analysis/ports/service-ports.js'
import {type ObjectRef, objectLabel} from '../../model/kube/pod.js'
import type {Labels} from '../../model/kube/selector.js'
import {IGNORE, ignoredIn} from '../ignored.js'
import {defineRule, type Found} from '../rule.js'

/** True for a code of an organisation rule, which may be defined elsewhere. */
function ofOrganisation(word: string): boolean {
  return /^[A-Z]{3}\d{4}$/.test(word) && !/^(MCT|IST)/.test(word)
}

interface Place {
  readonly annotations: Labels
  readonly path: string
  readonly object?: ObjectRef
}

function mistakes(annotations: Labels, names: ReadonlySet<string>): readonly string[] {
  const ignored = ignoredIn(annotations)
  if (ignored === undefined) return []
  const unknown = ignored.rules.filter(word => !names.has(word.toLowerCase()) && !ofOrganisation(word))
  return [
    ...unknown.map(word => `names ${word}, which is not a rule`),
    ...(ignored.rules.length === 0 ? ['names no rule'] : []),
    ...(ignored.reason === undefined ? ['gives no reason'] : []),
  ]
}

export const rule = defineRule({
  code: 'MCT1219',
  slug: 'ignore-invalid',
  aliases: [],
  severity: 'info',
  title: 'meshctl.io/ignore annotation is incomplete',
  why: 'An annotation that names no rule ignores no finding, and without a reason it is unclear when it can be removed.',
  fix: 'Write meshctl.io/ignore: "CODE,CODE: reason", each rule by its code or name (meshctl rules lists them).',
  references: ['https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/'],
  modes: ['sidecar', 'ambient', 'gateway', 'waypoint', 'ztunnel', 'control-plane', 'none'],
  anyOs: true,
  needs: ['ruleNames'],
  uses: ['namespace', 'services'],
  check: ({pod}, {ruleNames, namespace, services = []}) => {
    const places: readonly Place[] = [
      {annotations: pod.annotations, path: `${pod.metadataPath}.annotations`},
      {annotations: pod.ownerAnnotations, path: 'metadata.annotations'},
      ...selectingServices(pod, services).map(({object, annotations}) => ({
        annotations,
        path: 'metadata.annotations',
        object,
      })),
      ...(namespace === undefined
        ? []
        : [
            {
              annotations: namespace.annotations,
              path: 'metadata.annotations',
              object: {kind: 'Namespace', namespace: '', name: namespace.name},
            },
          ]),
    ]
    return places.flatMap(({annotations, path, object}) =>
      mistakes(annotations, ruleNames).map(
        (wrong): Found => ({
          message: `${IGNORE} of ${objectLabel(object ?? pod.workload)} ${wrong}.`,
          path: `${path}["${IGNORE}"]`,
          object,
          proof: [{from: `${path}["${IGNORE}"]`, text: annotations[IGNORE] ?? ''}],
        }),
      ),
    )
  },
})
