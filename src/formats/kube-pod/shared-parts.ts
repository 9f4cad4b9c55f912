import {isDeepStrictEqual} from 'node:util'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {isObject, listOf, objectOf, textOf} from '../decode.js'

/** Values with at most this much JSON are shared as a whole, larger ones in their parts: entries of env, mounts, volumes, probes, labels. */
const LARGEST = 512

/** Values and pods that are remembered; in a list that changes all the time all are forgotten at once. */
const MOST = 20_000

type Fields = Readonly<Record<string, unknown>>

/** The workload a pod is a copy in: its owner, else the pod itself. */
function ownerOf({metadata}: KubeObject): string {
  const [owner] = listOf(metadata, 'ownerReferences')
  return `${metadata.namespace ?? ''}/${textOf(owner, 'name') ?? metadata.name}`
}

/**
 * A function that gives pods equal to those it is given, which hold what is alike in several of them once: what replicas have in common, and the small parts that
 * sidecars everywhere share. Each pod is parsed apart, and in the list of a fleet that is most of its memory.
 */
export function sharedParts(): (pod: KubeObject) => KubeObject {
  const small = new Map<string, unknown>()
  const replicas = new Map<string, KubeObject>()

  function shared(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    const key = JSON.stringify(value)
    if (key.length > LARGEST)
      return Array.isArray(value) ? value.map(shared) : withFields(value as Fields, each => shared(each))
    const known = small.get(key)
    if (known !== undefined) return known
    if (small.size >= MOST) small.clear()
    small.set(key, value)
    return value
  }

  /** Each field as a replica has it, where they are equal. */
  const like = (fields: Fields, replica: Fields | undefined) =>
    withFields(fields, (value, name) => {
      const theirs = replica === undefined || !Object.hasOwn(replica, name) ? undefined : replica[name]
      return theirs !== undefined && isDeepStrictEqual(theirs, value) ? theirs : shared(value)
    })

  return pod => {
    const {metadata, spec} = pod
    if (!isObject(spec)) return pod
    const owner = ownerOf(pod)
    const replica = replicas.get(owner)
    const lean = {
      ...pod,
      spec: like(spec, objectOf(replica, 'spec')),
      metadata: like(metadata, replica?.metadata) as KubeObject['metadata'],
    }
    if (replicas.size >= MOST) replicas.clear()
    replicas.set(owner, lean)
    return lean
  }
}

function withFields(fields: Fields, use: (value: unknown, name: string) => unknown): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, use(value, name)]))
}
