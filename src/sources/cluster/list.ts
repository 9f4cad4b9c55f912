import {isObject, listOf, textOf} from '../../formats/decode.js'
import type {KubeObject} from '../../model/kube-object.js'
import {failureFromError, WireFailure} from '../../wire/wire-failure.js'
import {LIMITS} from '../limits.js'
import {answerJson} from './answer-json.js'
import type {Api} from './api.js'

interface Page {
  readonly items: readonly KubeObject[]
  readonly next: string | undefined
}

/**
 * Every object of a list, in pages, the next page fetched while the last is read. A list that expired on the way (410) is begun
 * again once; if that happens twice it goes on from the server's token, no longer in one snapshot.
 */
export async function listObjects(api: Api, path: string): Promise<readonly KubeObject[]> {
  for (let restarts = 0; ; restarts++) {
    try {
      return await allPages(api, path, restarts > 0)
    } catch (error) {
      const failure = failureFromError(error)
      if (failure.kind !== 'expired' || restarts > 0) throw failure
    }
  }
}

async function allPages(api: Api, path: string, goOn: boolean): Promise<readonly KubeObject[]> {
  const found: KubeObject[] = []
  let waiting: Promise<Buffer> | undefined = fetchPage(api, path, undefined)
  while (waiting !== undefined) {
    const body: Buffer = await waiting.catch((error: unknown) => {
      const token = error instanceof WireFailure && error.kind === 'expired' ? error.details.continueToken : undefined
      if (!goOn || token === undefined) throw error
      return fetchPage(api, path, token)
    })
    const early = earlyToken(body)
    const ahead = early === undefined ? undefined : fetchPage(api, path, early)
    // The page is read before the next one is awaited; a failure of the next must not go unheard meanwhile.
    ahead?.catch(() => undefined)
    const page = readPage(body, path)
    for (const item of page.items) found.push(item)
    waiting = ahead ?? (page.next === undefined ? undefined : fetchPage(api, path, page.next))
  }
  return found
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

function readPage(body: Buffer, path: string): Page {
  const json = answerJson({body}, path)
  if (!isObject(json) || !Array.isArray(json.items)) {
    // An empty list of a custom resource may have null items; anything else is not a list.
    if (!isObject(json) || !(textOf(json, 'kind') ?? '').endsWith('List')) {
      throw new WireFailure('protocol', `GET ${path}: the answer is not a list`)
    }
  }
  const kind = (textOf(json, 'kind') ?? '').replace(/List$/, '')
  const apiVersion = textOf(json, 'apiVersion') ?? 'v1'
  const next = textOf(json, 'metadata', 'continue')
  const items = listOf(json, 'items').map(item => identified(item, kind, apiVersion))
  return {items, next: next === undefined || next === '' ? undefined : next}
}

/** Items of built-in lists leave out what the list already says. */
function identified(item: unknown, kind: string, apiVersion: string): KubeObject {
  if (!isObject(item) || textOf(item, 'metadata', 'name') === undefined) {
    throw new WireFailure('protocol', 'a list holds something that is not an object')
  }
  return {apiVersion, kind, ...item} as unknown as KubeObject
}
