import {KubeConfig, ListWatch, type Watch} from '@kubernetes/client-node'
import {isObject, textOf} from '../../../formats/decode.js'
import {heldForm} from '../../../formats/without-bulk.js'
import type {KubeObject} from '../../../model/kube/kube-object.js'
import {followWatch} from '../../../wire/watch-stream.js'
import {failureFromError, WireFailure} from '../../../wire/wire-failure.js'
import {LIMITS} from '../../limits.js'
import type {WatchedChange} from '../../source.js'
import type {Api} from './api.js'
import {wholeList} from './list.js'

/** What an informer reports: each change, and each loss of its watch. */
export interface InformerEvents {
  changed(change: WatchedChange): void
  lost(path: string, failure: WireFailure): void
}

/** The objects of one list, kept current. */
export interface Informer {
  /** Those of one namespace, or all. */
  objects(namespace?: string): readonly KubeObject[]
  stop(): void
}

/** client-go waits from 0.8 s to 30 s between two tries of a list or watch that fails (reflector backoff). */
function pauseMs(failures: number): number {
  return Math.min(30_000, 800 * 2 ** Math.min(failures, 6)) * (0.75 + Math.random() / 2)
}

/** An error as ListWatch distinguishes them: a code of 410 makes it list again. */
function listedAgainOn410(failure: WireFailure): WireFailure & {code?: number} {
  return failure.kind === 'expired' ? Object.assign(failure, {code: 410}) : failure
}

/** The watch of client-node's informers over our own transport: its credentials, proxies, deadlines and byte limits. */
function watchOver(api: Api, life: AbortSignal, onOpen: () => void, lean: (object: KubeObject) => KubeObject): Watch {
  return {
    // Asked for by the type alone: the transport has its own.
    config: new KubeConfig(),
    async watch(path, query, onEvent, done) {
      const controller = new AbortController()
      const stop = () => controller.abort()
      life.addEventListener('abort', stop, {once: true})
      if (life.aborted) stop()
      const seconds = String(LIMITS.watchSeconds)
      const words = new URLSearchParams({watch: 'true', allowWatchBookmarks: 'true', timeoutSeconds: seconds})
      for (const [key, value] of Object.entries(query)) if (value !== undefined) words.set(key, String(value))
      const limits = {
        totalMs: (LIMITS.watchSeconds + LIMITS.watchGraceSeconds) * 1000,
        maxEventBytes: LIMITS.watchEventBytes,
        openMs: api.idleMs ?? LIMITS.apiCallMs,
        signal: controller.signal,
      }
      const onWatchEvent = (event: unknown) => {
        const object = isObject(event) ? event.object : undefined
        if (!isObject(event) || !isObject(object)) return
        const type = textOf(event, 'type') ?? ''
        onEvent(type, type === 'ERROR' || type === 'BOOKMARK' ? object : lean(object as unknown as KubeObject))
      }
      const began = performance.now()
      const end = (failure: WireFailure | null) => (controller.signal.aborted ? undefined : done(failure))
      const followed = followWatch(api.server, `${path}?${words}`, limits, {onOpen, onEvent: onWatchEvent})
      void followed.catch(() => undefined).then(() => life.removeEventListener('abort', stop))
      void followed.then(
        // A server that ends each watch at once is not asked in a loop.
        () => setTimeout(() => end(null), Math.max(0, LIMITS.shortestWatchMs - (performance.now() - began))).unref(),
        (error: unknown) => end(listedAgainOn410(failureFromError(error))),
      )
      return controller
    },
  }
}

/**
 * Lists a collection and keeps it current by watching it (client-node's ListWatch): resolves once the list is whole and the watch is accepted, and
 * fails with what either failed with, also when `until` fires first. A watch that is lost later is opened again, after a pause that grows.
 */
export async function startInformer(
  api: Api,
  path: string,
  kind: string,
  apiVersion: string,
  events: InformerEvents,
  until: AbortSignal,
): Promise<Informer> {
  const life = new AbortController()
  const stop = () => life.abort()
  for (const signal of [api.signal, until]) {
    signal.addEventListener('abort', stop, {once: true})
    if (signal.aborted) stop()
  }
  const lean = heldForm(kind)
  const list = async () => {
    const {items, resourceVersion} = await wholeList(api, path, lean)
    return {apiVersion, kind: `${kind}List`, items: [...items], metadata: {resourceVersion}}
  }
  let failures = 0
  let opened = false
  let settle: (failure?: WireFailure) => void = () => undefined
  const first = new Promise<void>((resolve, reject) => {
    settle = failure => (failure === undefined ? resolve() : reject(failure))
  })
  // Ends the wait for the first list when the informer is stopped.
  const ended = () => settle(new WireFailure('aborted', `watch ${path}: interrupted`))
  life.signal.addEventListener('abort', ended, {once: true})
  first.catch(() => undefined)
  const onOpen = () => {
    opened = true
    settle()
  }
  const cache = new ListWatch<KubeObject>(path, watchOver(api, life.signal, onOpen, lean), list, false)
  const tell = (type: WatchedChange['type']) => (object: KubeObject) => {
    failures = 0
    if (opened) events.changed({type, object})
  }
  cache.on('add', tell('added'))
  cache.on('update', tell('changed'))
  cache.on('delete', tell('deleted'))
  cache.on('error', error => {
    const failure = failureFromError(error)
    if (!opened) return settle(failure)
    if (life.signal.aborted) return
    events.lost(path, failure)
    const restart = () => void cache.start().catch(fault => events.lost(path, failureFromError(fault)))
    const again = setTimeout(restart, pauseMs(failures))
    failures += 1
    life.signal.addEventListener('abort', () => clearTimeout(again), {once: true})
  })
  const end = () => {
    for (const signal of [api.signal, until]) signal.removeEventListener('abort', stop)
    life.abort()
    void cache.stop()
  }
  try {
    if (life.signal.aborted) ended()
    else void cache.start().catch(error => settle(failureFromError(error)))
    await first
  } catch (error) {
    end()
    throw error
  }
  return {objects: namespace => cache.list(namespace), stop: end}
}
