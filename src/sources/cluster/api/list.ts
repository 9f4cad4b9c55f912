import {isObject, numberOf, objectOf, textOf} from '../../../formats/decode.js'
import type {KubeObject} from '../../../model/kube/kube-object.js'
import {humanSize} from '../../../model/text/human-size.js'
import {failureFromError, WireFailure} from '../../../wire/wire-failure.js'
import {LIMITS} from '../../limits.js'
import type {Page} from '../../source.js'
import type {Api} from './api.js'
import {leanHeap} from './lean-heap.js'
import {readList} from './list-items.js'

interface RawPage<T> {
  readonly items: readonly T[]
  readonly next: string | undefined
  readonly remaining: number | undefined
  readonly resourceVersion: string | undefined
}

/** A page with the version of the list it belongs to, from which a watch can go on. */
interface ListedPage<T> extends Page<T> {
  readonly resourceVersion?: string
}

/** A whole list, and its version. */
export interface WholeList<T> {
  readonly items: readonly T[]
  readonly resourceVersion: string
}

/** What to do about a list that expired (410): restart it, or continue from the server's newer token. */
type OnExpiry = 'restart' | 'continue'

/**
 * Every object of a list, in pages; the next page is fetched while the last is processed. A list that expired (410) is
 * restarted once; if it expires again it continues from the server's token, no longer in one snapshot.
 */
export async function listAllPages(api: Api, path: string): Promise<readonly KubeObject[]> {
  return (await wholeList(api, path, object => object)).items
}

/** The same with the version of the list, each object mapped by `read`. */
export async function wholeList<T>(api: Api, path: string, read: (object: KubeObject) => T): Promise<WholeList<T>> {
  let items: T[] = []
  let version = ''
  for await (const page of listPages(api, path, read, 'restart')) {
    if (page.begins) items = []
    for (const item of page.items) items.push(item)
    version = page.resourceVersion ?? version
  }
  return {items, resourceVersion: version}
}

/**
 * A list page by page, each object mapped by `read`; the next page is fetched while the last is used. A slow consumer
 * lets the list expire, so it continues from the server's token unless `restart` is set; it restarts at most once.
 */
export async function* listPages<T>(
  api: Api,
  path: string,
  read: (object: KubeObject) => T,
  onExpiry: OnExpiry = 'continue',
): AsyncGenerator<ListedPage<T>> {
  let restarted = false
  let [begins, later] = [true, false]
  let token: string | undefined
  const checkBounds = listBounds(path)
  const tidy = leanHeap()
  const isNew = newObjects()
  let waiting: Promise<Buffer> | undefined = fetchPage(api, path, undefined)
  while (waiting !== undefined) {
    let body: Buffer
    try {
      body = await waiting
    } catch (error) {
      const failure = failureFromError(error)
      const offered = onExpiry === 'continue' || restarted ? failure.details.continueToken : undefined
      if (failure.kind !== 'expired' || (offered === undefined && restarted)) throw failure
      if (offered === undefined) [restarted, begins, later] = [true, true, false]
      else later = true
      token = offered
      body = await fetchPage(api, path, offered)
    }
    const early = earlyToken(body)
    const ahead = early === undefined ? undefined : fetchPage(api, path, early)
    // The page is read before the next one is awaited; a failure of the next must not become an unhandled rejection.
    ahead?.catch(() => undefined)
    if (begins) isNew.begin()
    const {items, next, remaining, resourceVersion} = readPage(body, path, read, isNew.see)
    if (next !== undefined && next === token)
      throw new WireFailure('protocol', `GET ${path}: the list does not continue`)
    token = next
    checkBounds(items.length, body.length, begins)
    waiting = ahead ?? (next === undefined ? undefined : fetchPage(api, path, next))
    waiting?.catch(() => undefined)
    yield {items, begins, later, remaining, resourceVersion}
    begins = false
    if (waiting !== undefined) tidy()
  }
}

/** Counts the pages of one list; a list without an end, in objects, bytes, time or pages that hold nothing, is an error. */
function listBounds(path: string): (items: number, bytes: number, begins: boolean) => void {
  const endsAt = performance.now() + LIMITS.listMs
  let [allItems, allBytes, empty] = [0, 0, 0]
  return (items, bytes, begins) => {
    if (begins) [allItems, allBytes, empty] = [0, 0, 0]
    allItems += items
    allBytes += bytes
    empty = items === 0 ? empty + 1 : 0
    const why =
      (allItems > LIMITS.listItems && `more than ${LIMITS.listItems} objects`) ||
      (allBytes > LIMITS.listBytes && `more than ${humanSize(LIMITS.listBytes)}`) ||
      (empty > LIMITS.emptyPages && `${LIMITS.emptyPages} pages without an object`) ||
      (performance.now() > endsAt && `more than ${LIMITS.listMs / 60_000} minutes`)
    if (why !== false) throw new WireFailure('too-large', `GET ${path}: the list does not end: ${why}`)
  }
}

async function fetchPage(api: Api, path: string, token: string | undefined): Promise<Buffer> {
  const query = new URLSearchParams({limit: String(LIMITS.listPage)})
  if (token !== undefined) query.set('continue', token)
  const answer = await api.get({path: `${path}${path.includes('?') ? '&' : '?'}${query.toString()}`, gzip: api.gzip})
  return answer.body
}

/** Built-in kinds write their metadata before their items, so the token of the next page is in the first bytes. */
function earlyToken(body: Buffer): string | undefined {
  const head = body.subarray(0, 1024).toString('latin1')
  return /^\{"kind":"\w+List","apiVersion":"[^"]+","metadata":\{[^{}]*?"continue":"([\w+/=-]+)"/.exec(head)?.[1]
}

/** Tells which objects of a list come for the first time: a list continued after it expired may hold one twice. */
function newObjects() {
  const seen = new Set<string>()
  return {
    begin: () => seen.clear(),
    see: ({metadata}: KubeObject): boolean => {
      const name = `${metadata.namespace ?? ''}/${metadata.name}`
      return !seen.has(name) && seen.add(name) !== undefined
    },
  }
}

/** True for the body of a list; an empty one of a custom resource may have null items. */
function isList(fields: unknown): boolean {
  if (!isObject(fields)) return false
  if (Array.isArray(fields.items)) return true
  return (fields.items ?? undefined) === undefined && (textOf(fields, 'kind') ?? '').endsWith('List')
}

/**
 * Where the list goes on. The API server gives the count of what remains only together with a token (ListMeta of the Kubernetes API), so a list that has
 * one without the other was cut on its way.
 */
function continuation(fields: unknown, path: string): Pick<RawPage<unknown>, 'next' | 'remaining'> {
  const token = objectOf(fields, 'metadata')?.continue ?? ''
  const remaining = numberOf(fields, 'metadata', 'remainingItemCount')
  if (typeof token !== 'string')
    throw new WireFailure('protocol', `GET ${path}: the token of the next page is not a string`)
  if (token !== '') return {next: token, remaining}
  if ((remaining ?? 0) > 0)
    throw new WireFailure('protocol', `GET ${path}: ${remaining} objects remain, but the token to read them is missing`)
  return {next: undefined, remaining: 0}
}

function readPage<T>(
  body: Buffer,
  path: string,
  read: (object: KubeObject) => T,
  isNew: (object: KubeObject) => boolean,
): RawPage<T> {
  const {fields, items: list} = readList(body, path)
  if (!isList(fields)) throw new WireFailure('protocol', `GET ${path}: the answer is not a list`)
  const kind = (textOf(fields, 'kind') ?? '').replace(/List$/, '')
  const apiVersion = textOf(fields, 'apiVersion') ?? 'v1'
  const items: T[] = []
  for (const item of list) {
    const object = identified(item, kind, apiVersion)
    if (isNew(object)) items.push(read(object))
  }
  return {items, ...continuation(fields, path), resourceVersion: textOf(fields, 'metadata', 'resourceVersion')}
}

/** Items of built-in lists omit apiVersion and kind. */
function identified(item: unknown, kind: string, apiVersion: string): KubeObject {
  if (!isObject(item) || textOf(item, 'metadata', 'name') === undefined) {
    throw new WireFailure('protocol', 'a list contains an item that is not an object')
  }
  return {apiVersion, kind, ...item} as unknown as KubeObject
}
