import {readNamespace} from '../../formats/kube/kube-cluster.js'
import {groupedBy} from '../../model/collections/grouped-by.js'
import {onceByKey} from '../../model/collections/once.js'
import {type Answer, answered} from '../../model/evidence/answer.js'
import {kindOf} from '../../model/kube/kinds.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {listByNamespace, listObjects} from './list-objects.js'

type Read<T> = (object: KubeObject) => T | readonly T[]

/** Lists of a source, each read and parsed at most once; a kind must always be read the same way. */
export interface ListCache {
  /** Every object of a kind. */
  everywhere<T>(kind: string, read: Read<T>): Promise<Answer<readonly T[]>>
  /** What one namespace holds of a kind. */
  inNamespace<T>(kind: string, read: Read<T>, namespace: string): Promise<Answer<readonly T[]>>
}

function mapped<T, R>(answer: Answer<T>, use: (value: T) => R): Answer<R> {
  return answer.ok ? answered(use(answer.value)) : answer
}

function byNamespace<T>(objects: readonly KubeObject[], read: Read<T>): ReadonlyMap<string, readonly T[]> {
  const groups = groupedBy(objects, ({metadata}) => metadata.namespace ?? 'default')
  return new Map([...groups].map(([namespace, members]) => [namespace, members.flatMap(read)]))
}

/** Opens the cache; with `wholeCluster`, one list of the whole cluster stands for those of its namespaces. */
export function listCache(source: Source, wholeCluster: boolean): ListCache {
  const once = onceByKey<Promise<Answer<unknown>>>()
  const everywhere = <T>(kind: string, read: Read<T>): Promise<Answer<readonly T[]>> =>
    once(kind, async () => mapped(await whole(kind), objects => objects.flatMap(read)))
  /** Where the whole may not be listed, everything is what the namespaces hold. */
  const whole = async (kind: string): Promise<Answer<readonly KubeObject[]>> => {
    const answer = await listObjects(source, kind)
    const namespaced = kindOf(kind)?.namespaced === true
    if (answer.ok || !wholeCluster || !namespaced || answer.gap.reason !== 'forbidden') return answer
    const all = await everywhere('Namespace', readNamespace)
    if (!all.ok) return answer
    const names = all.value.map(({name}) => name)
    return await listByNamespace(source, kind, names, answer.gap)
  }
  return {
    everywhere,
    inNamespace: async (kind, read, namespace) => {
      if (wholeCluster) {
        const all = await once(`${kind} by namespace`, async () =>
          mapped(await listObjects(source, kind), objects => byNamespace(objects, read)),
        )
        if (all.ok) return answered(all.value.get(namespace) ?? [])
        if (all.gap.reason !== 'forbidden') return all
      }
      return await once(`${kind} of ${namespace}`, async () =>
        mapped(await listObjects(source, kind, namespace), objects => objects.flatMap(read)),
      )
    },
  }
}
