import {selectingServices} from '../../analysis/ports/service-ports.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {
  annotationMeant,
  ISTIO_ANNOTATIONS,
  istioAnnotationsOf,
  REPLACED_BY,
} from '../../model/istio/istio-annotations.js'
import {INJECT_LABEL} from '../../model/istio/mesh-keys.js'
import type {ObjectRef} from '../../model/kube/pod.js'
import type {Labels} from '../../model/kube/selector.js'
import {defineRule, type Found, PAGES} from '../rule.js'

/** The annotations of one object, with its kind and their path. */
interface Place {
  readonly kind: string
  readonly annotations: Labels
  readonly path: string
  /** The object, when it is not the workload. */
  readonly object?: ObjectRef | undefined
  /** The path of the pod metadata in that object. */
  readonly pods?: string
}

function other(object: ObjectRef, {annotations}: {readonly annotations: Labels}): Place {
  return {kind: object.kind, annotations, path: 'metadata.annotations', object}
}

function annotationProblem(
  key: string,
  {kind, annotations, pods}: Place,
): Pick<Found, 'message' | 'severity' | 'fix'> | undefined {
  const known = ISTIO_ANNOTATIONS.get(key)
  if (known === undefined) {
    const near = annotationMeant(key)
    const hint = near === undefined ? '' : `; did you mean ${near}?`
    return {
      severity: 'warning',
      message: `Unknown annotation ${key} (checked against Istio 1.31)${hint === '' ? '.' : hint}`,
    }
  }
  if (!known.kinds.includes(kind) && !known.kinds.includes('Any')) {
    const move = known.kinds.includes('Pod') && pods !== undefined ? `Move it to ${pods}.annotations.` : undefined
    return {
      severity: 'warning',
      message: `${key} has no effect on a ${kind}; it applies to ${known.kinds.join(', ')}.`,
      fix: move,
    }
  }
  if (!known.deprecated) return undefined
  const instead = key === INJECT_LABEL ? `the label ${key}: "${annotations[key]}"` : REPLACED_BY[key]
  return {
    severity: 'info',
    message: `${key} is deprecated.`,
    fix: instead === undefined ? 'Remove the annotation: it has no replacement.' : `Use ${instead} instead.`,
  }
}

export const rule = defineRule({
  code: 'MCT1217',
  slug: 'annotation-unknown',
  aliases: ['IST0107', 'IST0108', 'IST0135'],
  severity: 'warning',
  title: 'Istio annotation is unknown, misplaced or deprecated',
  why: 'Istio silently ignores an annotation it does not know, or one on the wrong kind of object: the setting it should change keeps its default.',
  fix: 'Correct the name, or remove the annotation.',
  references: [PAGES.annotations],
  modes: ['sidecar', 'ambient', 'none', 'gateway'],
  needs: [],
  uses: ['namespace', 'services'],
  check: ({pod, mode}, {namespace, services = []}) => {
    const places: readonly Place[] = [
      {kind: 'Pod', annotations: pod.annotations, path: `${pod.metadataPath}.annotations`},
      {...other(pod.workload, {annotations: pod.ownerAnnotations}), object: undefined, pods: pod.metadataPath},
      ...(namespace === undefined ? [] : [other({kind: 'Namespace', namespace: '', name: namespace.name}, namespace)]),
      ...selectingServices(pod, services).map(service => other(service.object, service)),
    ]
    return places.flatMap(place =>
      istioAnnotationsOf(place.annotations).flatMap((key): Found[] => {
        // MCT1201 and MCT1202 cover where injection is requested.
        if (key === INJECT_LABEL && (place.kind !== 'Pod' || pod.labels[INJECT_LABEL] !== undefined)) return []
        const wrong = annotationProblem(key, place)
        if (wrong === undefined) return []
        const path = `${place.path}["${key}"]`
        return [
          {
            ...wrong,
            // Outside the mesh the annotation matters less.
            ...definedFields({severity: mode === 'none' && place.object === undefined ? ('info' as const) : undefined}),
            path,
            object: place.object,
            proof: [{from: path, text: place.annotations[key] ?? ''}],
          },
        ]
      }),
    )
  },
})
