import {isObject, textOf} from '../../../formats/decode.js'
import {readPod} from '../../../formats/kube-pod/parse.js'
import type {KubeObject, PodRef} from '../../../model/kube/kube-object.js'
import type {PodModel} from '../../../model/kube/pod.js'
import {WireFailure} from '../../../wire/wire-failure.js'
import {answerJson} from '../api/answer-json.js'
import type {Api} from '../api/api.js'

/** The pods a run has seen, so that each is asked for once. */
export interface KnownPods {
  /** The pod, from this run's cache unless `fresh`; a failure is thrown as a WireFailure. */
  pod(ref: PodRef, fresh?: boolean): Promise<PodModel>
  /** Caches pods that were listed for another reason. */
  remember(objects: readonly KubeObject[]): void
  forget(key: string): void
}

/** The name by which a run keeps what belongs to a pod. */
export function podKey(ref: PodRef): string {
  return `${ref.namespace}/${ref.name}`
}

/** The path of a pod in the API. */
export function podPath(ref: PodRef): string {
  return `/api/v1/namespaces/${encodeURIComponent(ref.namespace)}/pods/${encodeURIComponent(ref.name)}`
}

/** A cache of pods, filled from the API server. */
export function knownPods(api: Api): KnownPods {
  const pods = new Map<string, PodModel>()
  /** Pods being asked for: who asks meanwhile waits for the same answer. */
  const asked = new Map<string, Promise<PodModel>>()

  function keep(object: KubeObject): PodModel | undefined {
    const pod = readPod(object)
    if (pod?.exists === true) pods.set(podKey(pod.object), pod)
    return pod
  }

  async function fetchPod(ref: PodRef): Promise<PodModel> {
    const path = podPath(ref)
    const object = answerJson(await api.get({path}), path)
    const found =
      isObject(object) && textOf(object, 'kind') === 'Pod' ? keep(object as unknown as KubeObject) : undefined
    if (found === undefined) throw new WireFailure('protocol', `the answer for pod ${ref.name} is not a pod`)
    return found
  }

  return {
    async pod(ref, fresh = false) {
      const key = podKey(ref)
      if (fresh) return await fetchPod(ref)
      const known = pods.get(key)
      if (known !== undefined) return known
      const pending = asked.get(key) ?? fetchPod(ref).finally(() => asked.delete(key))
      asked.set(key, pending)
      return await pending
    },
    remember: objects => {
      for (const object of objects) if (object.kind === 'Pod') keep(object)
    },
    forget: key => {
      pods.delete(key)
    },
  }
}
