import type {KubeObject} from '../../model/kube/kube-object.js'
import type {ObjectRef} from '../../model/kube/pod.js'
import {isObject, listOf, textOf} from '../decode.js'
import {candidates} from '../kube-manifest/objects.js'
import {parseManifest} from '../kube-manifest/parse.js'
import {parseYamlText} from '../kube-manifest/yaml-text.js'

/** A change of a mesh: objects that are made or replaced, and objects that go. */
export interface MeshChange {
  readonly apply: readonly KubeObject[]
  readonly remove: readonly ObjectRef[]
  /** What in it could not be read. */
  readonly problems: readonly string[]
}

function isChangeForm(value: unknown): boolean {
  return isObject(value) && value.kind === undefined && ('apply' in value || 'delete' in value)
}

function refOf(value: unknown): ObjectRef {
  return {
    kind: textOf(value, 'kind') ?? '',
    namespace: textOf(value, 'namespace') ?? textOf(value, 'metadata', 'namespace') ?? 'default',
    name: textOf(value, 'name') ?? textOf(value, 'metadata', 'name') ?? '',
  }
}

/** Reads a change: manifests (all of them applied), or one document with the lists `apply` and `delete`. */
export function parseChange(bytes: Uint8Array): MeshChange {
  const value = parseYamlText(Buffer.from(bytes).toString('utf8'))
  if (!isChangeForm(value)) {
    const {objects, problems} = parseManifest(bytes)
    return {apply: objects, remove: [], problems: problems.map(({message, line}) => `line ${line}: ${message}`)}
  }
  const read = listOf(value, 'apply').flatMap(each => candidates(each))
  return {
    apply: read.flatMap(each => ('object' in each ? [each.object] : [])),
    remove: listOf(value, 'delete').map(refOf),
    problems: read.flatMap(each => ('rejected' in each ? [each.rejected] : [])),
  }
}
