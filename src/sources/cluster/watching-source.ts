import {setMaxListeners} from 'node:events'
import {type Answer, answered} from '../../model/evidence/answer.js'
import {type Kind, kindOf} from '../../model/kube/kinds.js'
import {type KubeObject, podRefOf} from '../../model/kube/kube-object.js'
import {matchesLabels} from '../../model/kube/selector.js'
import type {ObjectQuery, Source, WatchEvents} from '../source.js'
import type {Informer, InformerEvents} from './api/informer.js'
import {atServedVersion, collection} from './api/objects.js'
import type {Live} from './live.js'

/** Pods that are remembered from one list. */
const FEW = 100

/** A kind that the cluster does not serve has no objects, and nothing to watch. */
const NOT_SERVED: Informer = {objects: () => [], stop: () => undefined}

function wanted({name, namespace, labels = []}: ObjectQuery): (object: KubeObject) => boolean {
  return ({metadata}) =>
    (name === undefined || metadata.name === name) &&
    (namespace === undefined || metadata.namespace === undefined || metadata.namespace === namespace) &&
    matchesLabels(labels, metadata.labels ?? {})
}

/**
 * The live source with its lists kept current by informers: one for each kind, of the whole cluster or of the namespaces asked for. A list that
 * cannot be had is asked for again the next time. Single objects of kinds that no list was asked of are read as before.
 */
export function watchingSource(live: Live, source: Source, events: WatchEvents): Source {
  const informers = new Map<string, Promise<Answer<Informer>>>()
  const life = new AbortController()
  // Every informer listens for the end.
  setMaxListeners(0, life.signal)
  const keyOf = (kind: Kind, namespace: string | undefined) =>
    `${kind.resource}.${kind.apiVersion} ${kind.namespaced ? (namespace ?? '') : ''}`

  async function start(kind: Kind, namespace: string | undefined): Promise<Answer<Informer>> {
    const {startInformer} = await import('./api/informer.js')
    const reported: InformerEvents = {
      changed: change => {
        // What was remembered of the pod for commands in it is no longer true.
        if (kind.kind === 'Pod') live.forget([podRefOf(change.object)])
        events.changed(change)
      },
      lost: (_path, failure) => events.lost(kind.kind, failure.message),
    }
    const at = (version: string) => {
      const path = collection(kind, version, {namespace: kind.namespaced ? namespace : undefined})
      return startInformer(live.api, path, kind.kind, version, reported, life.signal)
    }
    return await atServedVersion(live, kind, `${kind.kind} objects`, at, NOT_SERVED)
  }

  function informer(kind: Kind, namespace: string | undefined): Promise<Answer<Informer>> {
    const whole = informers.get(keyOf(kind, undefined))
    if (whole !== undefined) return whole
    const key = keyOf(kind, namespace)
    const known = informers.get(key)
    if (known !== undefined) return known
    const made = start(kind, namespace)
    informers.set(key, made)
    void made.then(answer => {
      if (!answer.ok) informers.delete(key)
    })
    return made
  }

  async function objects(query: ObjectQuery): Promise<Answer<readonly KubeObject[]>> {
    const kind = kindOf(query.kind)
    if (kind === undefined) return await source.objects(query)
    const held = informers.has(keyOf(kind, undefined)) || informers.has(keyOf(kind, query.namespace))
    // One object by its name is no reason to watch all of its kind, such as ConfigMaps.
    if (query.name !== undefined && !held) return await source.objects(query)
    const answer = await informer(kind, query.namespace)
    if (!answer.ok) return answer
    const found = answer.value.objects(kind.namespaced ? query.namespace : undefined).filter(wanted(query))
    // Few pods, such as istiod's, are asked for evidence next; those of a whole fleet are not kept twice.
    if (kind.kind === 'Pod' && found.length <= FEW) live.remember(found)
    return answered(found)
  }

  const {pages: _, watching: __, ...rest} = source
  return {
    ...rest,
    objects,
    async close() {
      life.abort()
      for (const each of await Promise.all(informers.values())) if (each.ok) each.value.stop()
      informers.clear()
    },
  }
}
