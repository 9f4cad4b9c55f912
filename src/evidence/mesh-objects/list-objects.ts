import {heldForm} from '../../formats/without-bulk.js'
import {boundedMap} from '../../model/collections/bounded-map.js'
import {onceByKey} from '../../model/collections/once.js'
import {type Answer, answered, type Gap, missing} from '../../model/evidence/answer.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {objectPages} from '../../sources/object-pages.js'
import type {ObjectQuery, Page, Source} from '../../sources/source.js'

/** Namespaces listed concurrently when listing the whole cluster is forbidden. */
const NAMESPACES_AT_ONCE = 8

/** A list stripped of fields that no rule reads; at most one complete page is in memory. */
async function listStripped(source: Source, query: ObjectQuery): Promise<Answer<readonly KubeObject[]>> {
  let found: KubeObject[] = []
  for await (const page of objectPages(source, query, heldForm(query.kind))) {
    if (!page.ok) return page
    if (page.value.begins) found = []
    for (const item of page.value.items) found.push(item)
  }
  return answered(found)
}

/** Objects of a list that is already held and is handed out in pages. */
const PAGE = 500

/**
 * The same source with each list fetched once and held for a second set of rules about the same lists, each object as `form` of its kind makes it. The pods of all
 * namespaces are handed on in pages as they arrive, whole; who asks for them after that gets what is held. An object asked for by its name is fetched whole.
 */
export function heldLists(source: Source, form: (kind: string) => (object: KubeObject) => KubeObject): Source {
  const once = onceByKey<Promise<Answer<readonly KubeObject[]>>>()
  const objects: Source['objects'] = query => {
    const {kind, namespace, name, labels} = query
    if (name !== undefined) return source.objects(query)
    return once(JSON.stringify([kind, namespace, labels]), () => listStripped(source, query))
  }
  async function* arriving<T>(query: ObjectQuery, read: (object: KubeObject) => T): AsyncGenerator<Answer<Page<T>>> {
    const keep = form(query.kind)
    let held: KubeObject[] = []
    const both = (object: KubeObject) => ({kept: keep(object), item: read(object)})
    for await (const page of objectPages(source, query, both)) {
      if (!page.ok) {
        yield page
        return
      }
      if (page.value.begins) held = []
      for (const {kept} of page.value.items) held.push(kept)
      yield answered({...page.value, items: page.value.items.map(({item}) => item)})
    }
    once(JSON.stringify([query.kind, undefined, undefined]), async () => answered(held))
  }
  async function* pages<T>(query: ObjectQuery, read: (object: KubeObject) => T): AsyncGenerator<Answer<Page<T>>> {
    const {kind, namespace, name, labels} = query
    if (kind === 'Pod' && namespace === undefined && name === undefined && labels === undefined) {
      yield* arriving(query, read)
      return
    }
    const answer = await objects(query)
    if (!answer.ok) yield answer
    else
      for (let at = 0; at === 0 || at < answer.value.length; at += PAGE) {
        const items = answer.value.slice(at, at + PAGE).map(read)
        const remaining = Math.max(0, answer.value.length - at - PAGE)
        yield answered({items, begins: at === 0, later: false, remaining})
      }
  }
  return {...source, objects, ...(source.pages === undefined ? {} : {pages})}
}

/** Lists namespace by namespace when listing the whole cluster is forbidden: one denied namespace makes the list incomplete, which is a gap. */
export async function listByNamespace(
  source: Source,
  kind: string,
  names: readonly string[],
  refused: Gap,
): Promise<Answer<readonly KubeObject[]>> {
  const lists = await boundedMap(names, NAMESPACES_AT_ONCE, async name => ({
    name,
    answer: await listObjects(source, kind, name),
  }))
  const unseen = lists.flatMap(({name, answer}) => (answer.ok ? [] : [name]))
  if (unseen.length === 0) return answered(lists.flatMap(({answer}) => (answer.ok ? answer.value : [])))
  if (unseen.length === names.length) return {ok: false, gap: refused}
  const [first] = lists.flatMap(({answer}) => (answer.ok || answer.gap.reason === 'forbidden' ? [] : [answer.gap]))
  if (first !== undefined) return {ok: false, gap: first}
  const detail = `refused in ${unseen.length} of ${names.length} namespaces: ${unseen.join(', ')}`
  return {ok: false, gap: {...refused, detail}}
}

/** Files rarely contain all objects of a cluster, so an empty list from files is a gap. */
export async function listObjects(
  source: Source,
  kind: string,
  namespace?: string,
): Promise<Answer<readonly KubeObject[]>> {
  const answer = await listStripped(source, {kind, namespace})
  if (answer.ok && answer.value.length === 0 && !source.traits.complete) {
    const where = namespace === undefined ? '' : ` of namespace ${namespace}`
    return missing(`${kind} objects${where}`, 'not-captured', 'the files given hold none')
  }
  return answer
}
