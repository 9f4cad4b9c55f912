import type {ObjectRef} from '../../model/kube/pod.js'
import {at, field, isObject, listOf, textOf} from '../decode.js'

function atPointer(json: unknown, parts: readonly string[]): unknown {
  return parts.reduce<unknown>((inner, part) => {
    if (Array.isArray(inner)) return inner[Number(part)]
    return isObject(inner) ? field(inner, part) : undefined
  }, json)
}

const CONFIG = /^\/apis\/[^/]+\/[^/]+\/namespaces\/([^/]+)\/([a-z-]+)\/([^/]+)$/

/** `virtual-service` as a kind: `VirtualService`. */
function kindOfPath(word: string): string {
  return word
    .split('-')
    .map(part => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join('')
}

/** The object a config path of Istio's metadata names (filter_metadata.istio.config, written by istiod). */
function objectOfConfigPath(path: string): ObjectRef | undefined {
  const [, namespace, word, name] = CONFIG.exec(path) ?? []
  if (namespace === undefined || word === undefined || name === undefined) return undefined
  return {kind: kindOfPath(word), namespace, name}
}

/** The Istio object that a resource's own metadata names; undefined where it names none. */
export function madeFrom(resource: unknown): ObjectRef | undefined {
  const path = textOf(resource, 'metadata', 'filter_metadata', 'istio', 'config')
  return path === undefined ? undefined : objectOfConfigPath(path)
}

/** The Istio object an entry of a config_dump was made of: by the metadata of the entry, else of what it is part of. */
export function madeBy(dump: unknown, pointer: string): ObjectRef | undefined {
  const parts = pointer.split('/').slice(1)
  for (let length = parts.length; length > 3; length--) {
    const found = madeFrom(atPointer(dump, parts.slice(0, length)))
    if (found !== undefined) return found
  }
  return undefined
}

const DYNAMIC = ['dynamic_listeners', 'dynamic_active_clusters', 'dynamic_warming_clusters', 'dynamic_route_configs']

/** Resources that Envoy rejected (`error_state` of a config_dump), each with the reason. */
export function rejectedIn(dump: unknown): readonly string[] {
  return listOf(dump, 'configs').flatMap(section =>
    DYNAMIC.flatMap(list => listOf(section, list)).flatMap(entry => {
      const details = textOf(entry, 'error_state', 'details')
      if (details === undefined) return []
      const name =
        textOf(entry, 'name') ?? textOf(at(entry, 'error_state', 'failed_configuration'), 'name') ?? 'a resource'
      return [`${name}: ${details}`]
    }),
  )
}
