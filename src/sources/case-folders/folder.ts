import {readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {UserError} from '../../model/evidence/user-error.js'
import {readInput} from '../files/read.js'
import {LIMITS} from '../limits.js'

/** One configuration folder: a proxy's dumps and the questions about it, as text. */
export interface CaseFolder {
  readonly path: string
  readonly configDump: string
  readonly cases: string
}

const DUMPS = ['config_dump.json.gz', 'config_dump.json']
const CASES = ['cases.jsonl', 'cases.jsonl.gz']

function unpacked(bytes: Uint8Array, path: string): string {
  if (!path.endsWith('.gz')) return Buffer.from(bytes).toString('utf8')
  try {
    return gunzipSync(bytes, {maxOutputLength: LIMITS.fileBytes}).toString('utf8')
  } catch (error) {
    throw new UserError(`cannot unpack ${path}: ${error instanceof Error ? error.message : 'broken gzip data'}`)
  }
}

async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const reason =
      code === 'ENOENT' ? 'no such folder' : code === 'ENOTDIR' ? 'it is not a folder' : (code ?? 'unknown error')
    throw new UserError(`cannot read ${path}: ${reason}`)
  }
}

async function oneFolder(path: string, names: readonly string[]): Promise<CaseFolder | undefined> {
  const dump = DUMPS.find(each => names.includes(each))
  const cases = CASES.find(each => names.includes(each))
  if (dump === undefined || cases === undefined) return undefined
  return {
    path,
    configDump: unpacked(await readInput(join(path, dump)), join(path, dump)),
    cases: unpacked(await readInput(join(path, cases)), join(path, cases)),
  }
}

/**
 * Reads a configuration folder (config_dump.json and cases.jsonl, each gzipped or not), or every such folder inside a
 * folder, in the order of their names. Nothing of the kind is an error that says what was looked for.
 */
export async function* readCaseFolders(path: string): AsyncGenerator<CaseFolder> {
  const names = await namesIn(path)
  const own = await oneFolder(path, names)
  if (own !== undefined) {
    yield own
    return
  }
  let found = 0
  for (const name of [...names].sort()) {
    const inner = join(path, name)
    const folder = await oneFolder(inner, await readdir(inner).catch(() => []))
    if (folder === undefined) continue
    found++
    yield folder
  }
  if (found === 0) {
    throw new UserError(`${path} holds no configuration folder`, {
      hint: 'A configuration folder has config_dump.json and cases.jsonl, each gzipped or not.',
    })
  }
}
