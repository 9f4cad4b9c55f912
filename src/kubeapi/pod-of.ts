import {textOf} from '../formats/decode.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import {containerNames} from './recorded-exec.js'
import type {ResourcePath} from './resource-path.js'
import {ApiFailure, badRequest, notFoundFailure} from './status.js'
import type {Store} from './store.js'

/** The pod of a subresource request; a 404 with its name if it does not exist. */
export async function podOf(store: Store, path: ResourcePath): Promise<KubeObject> {
  const resource = store.resourceAt({group: '', version: 'v1', resource: 'pods'})
  if (resource === undefined || path.name === undefined) throw notFoundFailure('pods', '', path.name ?? '')
  return await store.get(resource, path.namespace, path.name)
}

/** The requested container: the one named, else the only one; otherwise a 400 with the API server's message. */
export function containerOf(pod: KubeObject, asked: string | null): string {
  const {name} = pod.metadata
  const all = containerNames(pod)
  if (asked !== null && asked !== '') {
    if (all.includes(asked)) return asked
    throw badRequest(`container ${asked} is not valid for pod ${name}`)
  }
  const spec = Array.isArray((pod.spec as {containers?: unknown})?.containers)
    ? (pod.spec as {containers: unknown[]}).containers
    : []
  const [only] = spec
  if (spec.length === 1 && only !== undefined) return textOf(only, 'name') ?? ''
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${all.join(' ')}]`)
}

/** A pod that has no node has no kubelet to ask. */
export function requireNode(pod: KubeObject): void {
  if (textOf(pod, 'spec', 'nodeName') === undefined) {
    throw new ApiFailure(400, 'BadRequest', `pod ${pod.metadata.name} does not have a host assigned`)
  }
}
