import {existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {cacheHome, isOwn, makeFolder} from './code-folder.js'
import {start} from './start.js'

/** Files that come with a single executable (https://nodejs.org/api/single-executable-applications.html). */
interface Sea {
  getRawAsset(name: string): ArrayBuffer
}

/** The names of the assets below a folder of the executable, and a hash of them all, as scripts/executable.js writes them. */
interface Index {
  readonly hash: string
  readonly files: readonly string[]
  readonly code: readonly string[]
}

const sea = createRequire(process.execPath)('node:sea') as Sea

function asset(name: string): Buffer {
  return Buffer.from(sea.getRawAsset(name))
}

function writeFiles(folder: string, files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), {recursive: true, mode: 0o700})
    writeFileSync(join(folder, file), asset(file), {mode: 0o600})
  }
}

/** A folder with the files of the executable: kept in the user's cache, or made for this run where there is none. */
function unpackedRoot({hash, files}: Index): string {
  const home = cacheHome(process.env)
  const parent = home === undefined ? undefined : join(home, 'meshctl', 'files')
  const kept = parent === undefined ? undefined : join(parent, hash)
  if (kept !== undefined && existsSync(kept) && isOwn(kept)) return kept
  const own = parent === undefined ? undefined : newFolder(parent)
  const folder = own ?? mkdtempSync(join(tmpdir(), 'meshctl-files-'))
  writeFiles(folder, files)
  if (own !== undefined && kept !== undefined && !existsSync(kept)) {
    renameSync(own, kept)
    return kept
  }
  process.once('exit', () => rmSync(folder, {recursive: true, force: true}))
  return folder
}

/** A new folder in the user's cache; undefined where it cannot be written. */
function newFolder(parent: string): string | undefined {
  try {
    makeFolder(parent)
    return isOwn(parent) ? mkdtempSync(join(parent, '.new-')) : undefined
  } catch {
    return undefined
  }
}

const index = JSON.parse(String(asset('index.json'))) as Index
let root: string | undefined
// A plugin of kubectl is known by the name it is called by.
process.argv[1] = process.argv0

start(process.argv.slice(2), {
  script: file => ({text: asset(`dist/${file}.js`).toString('latin1'), filename: `${file}.js`}),
  get root() {
    root ??= unpackedRoot(index)
    return root
  },
  code: name => (index.code.includes(name) ? asset(`code/${name}`) : undefined),
}).catch((error: unknown) => {
  process.stderr.write(`Error: meshctl cannot be started: ${String(error)}\n`)
  process.exitCode = 2
})
