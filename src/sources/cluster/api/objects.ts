import {isObject, listOf, textOf} from '../../../formats/decode.js'
import {sharedParts} from '../../../formats/kube-pod/shared-parts.js'
import {definedFields} from '../../../model/collections/defined-fields.js'
import {type Answer, answered, missing} from '../../../model/evidence/answer.js'
import {type Kind, kindOf} from '../../../model/kube/kinds.js'
import type {KubeObject, PodRef} from '../../../model/kube/kube-object.js'
import {podRefOf} from '../../../model/kube/kube-object.js'
import {selectorText} from '../../../model/kube/selector.js'
import {failureFromError, WireFailure} from '../../../wire/wire-failure.js'
import {LIMITS} from '../../limits.js'
import type {ObjectQuery, Page} from '../../source.js'
import type {Live} from '../live.js'
import {answerJson} from './answer-json.js'
import {gapOfFailure} from './gap-of-failure.js'
import {listPages, wholeList} from './list.js'

/**
 * Objects of a kind from the API server, with all fields. A name that does not exist is an empty list; a group the
 * cluster serves under another version is read there; a group it does not serve has no objects.
 */
export async function clusterObjects(live: Live, query: ObjectQuery): Promise<Answer<readonly KubeObject[]>> {
  const what = `${query.kind} objects`
  const kind = kindOf(query.kind)
  if (kind === undefined) return missing(what, 'not-applicable', `meshctl does not know the kind ${query.kind}`)
  return await atServedVersion(live, kind, what, version => ask(live, kind, version, query), [])
}

/** What `use` makes of the version of a kind that the cluster serves: the one meshctl prefers, else the cluster's own choice; `none` where it serves none. */
export async function atServedVersion<T>(
  live: Live,
  kind: Kind,
  what: string,
  use: (apiVersion: string) => Promise<T>,
  none: T,
): Promise<Answer<T>> {
  try {
    return answered(await use(kind.apiVersion))
  } catch (error) {
    const failure = failureFromError(error)
    if (!isUnknownPath(failure) || !kind.apiVersion.includes('/')) return {ok: false, gap: gapOfFailure(what, failure)}
    try {
      const version = await preferredVersion(live, kind)
      return answered(version === undefined ? none : await use(version))
    } catch (again) {
      return {ok: false, gap: gapOfFailure(what, failureFromError(again))}
    }
  }
}

/**
 * The same in pages, each object mapped by `read`. Pods of a page are cached for evidence calls, and
 * dropped when the next page is requested.
 */
export async function* clusterPages<T>(
  live: Live,
  query: ObjectQuery,
  read: (object: KubeObject) => T,
): AsyncGenerator<Answer<Page<T>>> {
  const what = `${query.kind} objects`
  const kind = kindOf(query.kind)
  if (kind === undefined) {
    yield missing(what, 'not-applicable', `meshctl does not know the kind ${query.kind}`)
    return
  }
  try {
    yield* pagesAt(live, kind, kind.apiVersion, query, read)
  } catch (error) {
    const failure = failureFromError(error)
    if (!isUnknownPath(failure) || !kind.apiVersion.includes('/')) {
      yield {ok: false, gap: gapOfFailure(what, failure)}
      return
    }
    try {
      const version = await preferredVersion(live, kind)
      if (version === undefined) yield answered({items: [], begins: true, later: false, remaining: 0})
      else yield* pagesAt(live, kind, version, query, read)
    } catch (again) {
      yield {ok: false, gap: gapOfFailure(what, failureFromError(again))}
    }
  }
}

async function* pagesAt<T>(
  live: Live,
  kind: Kind,
  apiVersion: string,
  query: ObjectQuery,
  read: (object: KubeObject) => T,
): AsyncGenerator<Answer<Page<T>>> {
  let refs: PodRef[] = []
  const use = (object: KubeObject): T => {
    checkKind(kind, object)
    if (kind.kind === 'Pod') {
      live.remember([object])
      refs.push(podRefOf(object))
    }
    return read(object)
  }
  try {
    for await (const page of listPages(live.api, listPath(kind, apiVersion, query), use)) {
      const used = refs
      refs = []
      const {resourceVersion: _, ...shown} = page
      yield answered(shown)
      live.forget(used)
    }
  } finally {
    live.forget(refs)
  }
}

/** The object, which must be of the kind that was asked for: what a cache or a proxy on the way gives in its place is not an answer. */
function checkKind({kind}: Kind, object: KubeObject): KubeObject {
  if (object.kind === kind || object.kind === '') return object
  throw new WireFailure('protocol', `asked for ${kind} objects, and got the kind ${object.kind}`)
}

/** The path of the list of a kind: of one namespace, else of the whole cluster. */
export function collection(kind: Kind, apiVersion: string, query: Pick<ObjectQuery, 'namespace'>): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const inside =
    kind.namespaced && query.namespace !== undefined ? `/namespaces/${encodeURIComponent(query.namespace)}` : ''
  return `${root}${inside}/${kind.resource}`
}

function listPath(kind: Kind, apiVersion: string, query: ObjectQuery): string {
  const selectors = new URLSearchParams({
    ...definedFields({
      fieldSelector: query.name === undefined ? undefined : `metadata.name=${query.name}`,
      labelSelector: query.labels === undefined ? undefined : selectorText(query.labels),
    }),
  }).toString()
  const path = collection(kind, apiVersion, query)
  return selectors === '' ? path : `${path}?${selectors}`
}

async function ask(live: Live, kind: Kind, apiVersion: string, query: ObjectQuery): Promise<readonly KubeObject[]> {
  if (query.name === undefined || (kind.namespaced && query.namespace === undefined)) {
    const path = listPath(kind, apiVersion, query)
    const shared = kind.kind === 'Pod' ? sharedParts() : (object: KubeObject) => object
    const {items} = await wholeList(live.api, path, object => shared(checkKind(kind, object)))
    if (kind.kind !== 'Pod') return items
    if (items.length <= LIMITS.rememberedPods) live.remember(items)
    return items
  }
  const path = collection(kind, apiVersion, query)
  try {
    const one = `${path}/${encodeURIComponent(query.name)}`
    const json = answerJson(await live.api.get({path: one}), one)
    if (!isObject(json) || textOf(json, 'metadata', 'name') === undefined) {
      throw new WireFailure('protocol', `GET ${one}: the answer is not an object`)
    }
    const object = checkKind(kind, {apiVersion, kind: kind.kind, ...json} as unknown as KubeObject)
    live.remember([object])
    return [object]
  } catch (error) {
    const failure = failureFromError(error)
    // A Status that says so, not a bare 404: the kind exists, this one object does not.
    if (failure.kind === 'not-found' && failure.details.recordedGap === undefined && !isUnknownPath(failure)) return []
    throw failure
  }
}

/** An API server answers `404 page not found` in plain text for a group or version it does not serve; others say it in a Status. */
function isUnknownPath(failure: WireFailure): boolean {
  const {httpStatus, recordedGap} = failure.details
  const words = /404 page not found|could not find the requested resource/
  return httpStatus === 404 && recordedGap === undefined && words.test(failure.message)
}

async function preferredVersion(live: Live, kind: Kind): Promise<string | undefined> {
  const [group = ''] = kind.apiVersion.split('/')
  const groups = listOf(answerJson(await live.api.get({path: '/apis'}), '/apis'), 'groups')
  const found = groups.find(each => textOf(each, 'name') === group)
  if (found === undefined) return undefined
  const preferred = textOf(found, 'preferredVersion', 'groupVersion')
  const served = listOf(found, 'versions').map(each => textOf(each, 'groupVersion'))
  for (const version of [preferred, ...served]) {
    if (version !== undefined && version !== kind.apiVersion && (await serves(live, version, kind.resource)))
      return version
  }
  return undefined
}

async function serves(live: Live, version: string, resource: string): Promise<boolean> {
  const path = `/apis/${version}`
  const resources = listOf(answerJson(await live.api.get({path}), path), 'resources')
  return resources.some(each => textOf(each, 'name') === resource)
}
