import {onceByKey} from '../model/collections/once.js'
import {podLabel} from '../model/kube/kube-object.js'
import type {Source} from '../sources/source.js'

/** The same source with each list of objects fetched once, of these kinds where any are named: what is fetched is held as long as the source is. */
export function listingOnce(source: Source, kinds?: readonly string[]): Source {
  const once = onceByKey<ReturnType<Source['objects']>>()
  const {pages, ...whole} = source
  return {
    ...whole,
    // Pages would be fetched beside the list that is held.
    ...(kinds === undefined || pages === undefined ? {} : {pages}),
    objects: query => {
      const {kind, namespace, name, labels} = query
      if (kinds?.includes(kind) === false) return source.objects(query)
      return once(JSON.stringify([kind, namespace, name, labels]), () => source.objects(query))
    },
  }
}

/** What was made once of a source that is asked once, by name. */
const MADE = new WeakMap<Source, ReturnType<typeof onceByKey<unknown>>>()

/** Makes something of a source: once under this name where every answer of the source is kept, else each time. */
export function madeOnce<T>(source: Source, name: string, make: () => T): T {
  const made = MADE.get(source)
  return made === undefined ? make() : made<T>(name, make)
}

/** The same source with each list (held whole) and each piece of evidence fetched once, for answers about one object made of several others. */
export function askedOnce(source: Source): Source {
  const whole = listingOnce(source)
  const once = onceByKey<ReturnType<Source['evidence']>>()
  const kept: Source = {
    ...whole,
    evidence: (id, subject, query) =>
      once(JSON.stringify([id, podLabel(subject), query]), () => source.evidence(id, subject, query)),
  }
  MADE.set(kept, onceByKey<unknown>())
  return kept
}
