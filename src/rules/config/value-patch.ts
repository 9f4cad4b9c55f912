import type {PatchStep} from '../../model/finding.js'
import {entryPointer, pointer} from '../../model/text/object-path.js'

/** Replaces the value of a field, if it still is the one that was read (RFC 6902). */
export function replaceValue(path: string, before: unknown, after: unknown): readonly PatchStep[] {
  return [
    {op: 'test', path: pointer(path), value: before},
    {op: 'replace', path: pointer(path), value: after},
  ]
}

/** Gives an entry of a map another key, if its value still is the one that was read (RFC 6902). */
export function renameKey(path: string, before: string, after: string, value: unknown): readonly PatchStep[] {
  return [
    {op: 'test', path: entryPointer(path, before), value},
    {op: 'remove', path: entryPointer(path, before)},
    {op: 'add', path: entryPointer(path, after), value},
  ]
}
