import {existsSync} from 'node:fs'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import {sourceSpecOf} from '../../sources/specs.js'
import {type CommonFlags, openFor} from './open-for.js'

/** One side of a comparison as it was typed. */
export interface OpenedSide {
  readonly source: Source
  readonly pod?: PodRef | undefined
}

/** True for a word that names a source rather than a pod: a spec, or an existing file or folder. */
export function isSourceSpec(word: string): boolean {
  return sourceSpecOf(word) !== undefined || /^\.{0,2}\//.test(word) || existsSync(word)
}

/** Opens each source once, however many sides use it, and closes all of them at the end. */
export function sideOpener(flags: CommonFlags, root: string) {
  const opened = new Map<string, Promise<Source>>()

  function sourceAt(spec: string | undefined): Promise<Source> {
    const key = spec ?? ''
    const source = opened.get(key) ?? openFor({...flags, from: spec}, root)
    opened.set(key, source)
    return source
  }

  async function podIn(source: Source, word: string): Promise<PodRef> {
    const {resolveSubject} = await import('../../sources/subject.js')
    return (await resolveSubject(source, {name: word, namespace: flags.namespace})).pod
  }

  return {
    sourceAt,
    podIn,
    /** Resolves a word: a source of its own, or a pod in the given source. */
    async side(word: string, from: string | undefined): Promise<OpenedSide> {
      if (isSourceSpec(word)) return {source: await sourceAt(word)}
      const source = await sourceAt(from)
      return {source, pod: await podIn(source, word)}
    },
    async close(): Promise<void> {
      const sources = await Promise.allSettled(opened.values())
      await Promise.all(sources.map(each => (each.status === 'fulfilled' ? each.value.close() : undefined)))
    },
  }
}
