import {readdir, stat} from 'node:fs/promises'
import {join} from 'node:path'
import {UserError} from '../../model/evidence/user-error.js'

const MANIFEST = /\.(ya?ml|json)$/i
const VISIBLE = /^[^.]/
const BUNDLE_INDEX = 'bundle.json'
/** More files than any manifest repository has; above it the wrong directory was given. */
const MAX_FILES = 10_000

async function filesBelow(folder: string, wanted: RegExp): Promise<readonly string[]> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true})
  const named = entries
    .filter(entry => (entry.isFile() || entry.isSymbolicLink()) && wanted.test(entry.name))
    .map(entry => ({path: join(entry.parentPath, entry.name), link: entry.isSymbolicLink()}))
    .filter(({path}) => !/(^|\/)(\.git|node_modules)\//.test(path))
  // Links to files are followed, as in ConfigMap volumes; links to directories are not.
  const shown: string[] = []
  for (const {path, link} of named)
    if (!link || (await stat(path).catch(() => undefined))?.isFile() === true) shown.push(path)
  if (shown.length > MAX_FILES) throw new UserError(`${folder} contains ${shown.length} files, more than ${MAX_FILES}`)
  return shown.sort()
}

/** The files of the given paths: a directory means the manifests in it, or all its files but hidden ones, unless it is a bundle. */
export async function expandPaths(paths: readonly string[], everything = false): Promise<readonly string[]> {
  const lists = await Promise.all(
    paths.map(async path => {
      if (path === '-' || (await stat(path).catch(() => undefined))?.isDirectory() !== true) return [path]
      if ((await stat(join(path, BUNDLE_INDEX)).catch(() => undefined))?.isFile() === true) return [path]
      const found = await filesBelow(path, everything ? VISIBLE : MANIFEST)
      if (found.length === 0)
        throw new UserError(`${path} contains no ${everything ? 'files' : 'manifests (*.yaml, *.yml or *.json)'}`)
      return found
    }),
  )
  return lists.flat()
}
