import {type MeshChange, parseChange} from '../../formats/settings/change-file.js'
import {UserError} from '../../model/evidence/user-error.js'
import {kindOf} from '../../model/kube/kinds.js'
import type {ObjectRef} from '../../model/kube/pod.js'
import {readInput, readStdin} from '../../sources/files/read.js'

async function textOfFile(path: string): Promise<Uint8Array> {
  return path === '-' ? await readStdin() : await readInput(path)
}

/** Reads `KIND/NAMESPACE/NAME`, the kind in any of kubectl's spellings; without a namespace it is `default`. */
function refIn(word: string): ObjectRef {
  const [kind = '', ...rest] = word.split('/')
  const found = kindOf(kind)
  const name = rest.at(-1)
  if (found === undefined || name === undefined || name === '' || rest.length > 2)
    throw new UserError(`cannot read --delete ${word}`, {
      hint: 'Write it as KIND/NAMESPACE/NAME, such as authorizationpolicy/shop/deny-all.',
    })
  return {kind: found.kind, namespace: rest.length === 2 ? (rest[0] ?? '') : 'default', name}
}

/** The change that files and `--delete` describe together. */
export async function readChange(files: readonly string[], deletions: readonly string[]): Promise<MeshChange> {
  const parts: MeshChange[] = []
  for (const file of files) {
    const part = parseChange(await textOfFile(file))
    parts.push({...part, problems: part.problems.map(each => `${file}: ${each}`)})
  }
  const change = {
    apply: parts.flatMap(each => each.apply),
    remove: [...parts.flatMap(each => each.remove), ...deletions.map(refIn)],
    problems: parts.flatMap(each => each.problems),
  }
  if (change.apply.length + change.remove.length === 0)
    throw new UserError(change.problems[0] ?? 'there is no change to ask about', {
      hint: 'Give the objects with -f FILE, or name those that go with --delete KIND/NAMESPACE/NAME.',
    })
  return change
}

/** A file of recorded requests. */
export async function readTraffic(path: string): Promise<{readonly text: string; readonly place: string}> {
  const bytes = await textOfFile(path)
  return {text: Buffer.from(bytes).toString('utf8'), place: path === '-' ? 'standard input' : path}
}
