import type {ResourceDifference} from '../../model/envoy/config-change.js'
import {pointerStep} from '../../model/text/object-path.js'

/** One operation of a JSON Patch (RFC 6902). */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace'
  readonly path: string
  readonly value?: unknown
}

/** A JSON Pointer (RFC 6901). */
export function jsonPointer(path: readonly string[]): string {
  return path.map(part => `/${pointerStep(part)}`).join('')
}

/** The operations that turn the first side's normal document (section, name, resource) into the second's. */
export function patchOf(differences: readonly ResourceDifference[], prefix: readonly string[] = []): PatchOperation[] {
  return differences.flatMap(({section, name, ...difference}) => operationsAt([...prefix, section, name], difference))
}

/** What changed at one place of a document. */
export type PatchedDifference = Pick<ResourceDifference, 'kind' | 'after' | 'changes'>

/** The operations for one item that was added, removed or changed at a place in the document. */
export function operationsAt(base: readonly string[], {kind, after, changes}: PatchedDifference): PatchOperation[] {
  if (kind === 'added') return [{op: 'add', path: jsonPointer(base), value: after}]
  if (kind === 'removed') return [{op: 'remove', path: jsonPointer(base)}]
  return changes.map(change => {
    const path = jsonPointer([...base, ...change.path])
    if (change.op === 'remove') return {op: 'remove', path}
    return {op: change.op === 'order' ? 'replace' : change.op, path, value: change.after}
  })
}
