import {type Answer, answered} from '../model/evidence/answer.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import type {ObjectQuery, Page, Source} from './source.js'

/** A list of any source in pages, each object mapped by `read`: as they arrive from a cluster, else all at once. */
export async function* objectPages<T>(
  source: Source,
  query: ObjectQuery,
  read: (object: KubeObject) => T,
): AsyncGenerator<Answer<Page<T>>> {
  if (source.pages !== undefined) {
    yield* source.pages(query, read)
    return
  }
  const answer = await source.objects(query)
  yield answer.ok ? answered({items: answer.value.map(read), begins: true, later: false, remaining: 0}) : answer
}
