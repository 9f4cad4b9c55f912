import {selects} from '../../analysis/ports/service-ports.js'
import {annotationMeant, ISTIO_ANNOTATIONS, istioAnnotationsOf, REPLACED_BY} from '../../model/istio-annotations.js'
import type {ObjectRef} from '../../model/pod.js'
import type {Labels} from '../../model/selector.js'
import {defineRule, type Found, PAGES} from '../rule.js'

const INJECT = 'sidecar.istio.io/inject'

/** Annotations of one object: of which kind they are to be, and where they stand. */
interface Place {
  readonly kind: string
  readonly annotations: Labels
  readonly path: string
  /** Whose they are when not the workload's. */
  readonly object?: ObjectRef | undefined
  /** Where pods of that object have theirs. */
  readonly pods?: string
}

function other(object: ObjectRef, {annotations}: {readonly annotations: Labels}): Place {
  return {kind: object.kind, annotations, path: 'metadata.annotations', object}
}

function judged(
  key: string,
  {kind, annotations, pods}: Place,
): Pick<Found, 'message' | 'severity' | 'fix'> | undefined {
  const known = ISTIO_ANNOTATIONS.get(key)
  if (known === undefined) {
    const near = annotationMeant(key)
    const hint = near === undefined ? '' : `; ${near} is meant, perhaps`
    return {severity: 'warning', message: `Istio 1.31 knows no annotation ${key}${hint}.`}
  }
  if (!known.kinds.includes(kind) && !known.kinds.includes('Any')) {
    const move = known.kinds.includes('Pod') && pods !== undefined ? `Move it to ${pods}.annotations.` : undefined
    return {
      severity: 'warning',
      message: `${key} means nothing on a ${kind}, only on ${known.kinds.join(', ')}.`,
      ...(move === undefined ? {} : {fix: move}),
    }
  }
  if (!known.deprecated) return undefined
  const instead = key === INJECT ? `the label ${key}: "${annotations[key]}"` : REPLACED_BY[key]
  return {
    severity: 'info',
    message: `${key} is deprecated.`,
    fix: instead === undefined ? 'Remove the annotation: nothing replaces it.' : `Use ${instead} instead.`,
  }
}

export const rule = defineRule({
  code: 'MCT1217',
  slug: 'annotation-unknown',
  aliases: ['IST0107', 'IST0108', 'IST0135'],
  severity: 'warning',
  title: "An annotation of Istio's domain does nothing, or soon will",
  why: 'A name Istio does not know, or one on an object where it does not look for it, is passed over without a word: what it should switch on or off stays as it is.',
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
      ...services.filter(service => selects(service, pod)).map(service => other(service.object, service)),
    ]
    return places.flatMap(place =>
      istioAnnotationsOf(place.annotations).flatMap((key): Found[] => {
        // Where injection is asked for has rules of its own.
        if (key === INJECT && (place.kind !== 'Pod' || pod.labels[INJECT] !== undefined)) return []
        const wrong = judged(key, place)
        if (wrong === undefined) return []
        const path = `${place.path}["${key}"]`
        return [
          {
            ...wrong,
            // Outside the mesh nobody waits for it.
            ...(mode === 'none' && place.object === undefined ? {severity: 'info' as const} : {}),
            path,
            ...(place.object === undefined ? {} : {object: place.object}),
            proof: [{from: path, text: place.annotations[key] ?? ''}],
          },
        ]
      }),
    )
  },
})
