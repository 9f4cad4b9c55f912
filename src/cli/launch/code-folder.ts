import {existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

/** Compiled code of this many builds or releases of Node is kept. */
const MOST_FOLDERS = 10

/** True for a folder of this user's: code that another user could have written is never run, nor is any written where they could lead it elsewhere. */
export function isOwn(folder: string): boolean {
  const {uid, mode} = statSync(folder)
  return uid === process.getuid?.() && (mode & 0o022) === 0
}

/** The folder of the user's caches (XDG Base Directory Specification, XDG_CACHE_HOME); undefined without one, or in another user's home (sudo). */
export function cacheHome(env: NodeJS.ProcessEnv): string | undefined {
  const {XDG_CACHE_HOME: cache = '', HOME: home = ''} = env
  const parent = cache.startsWith('/') ? cache : home
  try {
    if (!parent.startsWith('/') || !isOwn(parent)) return undefined
  } catch {
    return undefined
  }
  return parent === cache ? cache : join(home, '.cache')
}

/** Keeps compiled code between runs of one build on one release of Node; every failure just means that there is none. */
export interface CodeFolder {
  read(name: string): Buffer | undefined
  write(name: string, bytes: Buffer): void
}

/** The folder of compiled code of this build of the program; `name` below is that of a command. */
export function codeFolder(build: string, env: NodeJS.ProcessEnv): CodeFolder {
  const place = () => {
    const home = env.NODE_DISABLE_COMPILE_CACHE === undefined ? cacheHome(env) : undefined
    return home === undefined ? undefined : join(home, 'meshctl', 'code', `${build}-${process.version}-${process.arch}`)
  }
  return {
    read: name => {
      try {
        const folder = place()
        return folder !== undefined && isOwn(folder) ? readFileSync(join(folder, name)) : undefined
      } catch {
        return undefined
      }
    },
    write: (name, bytes) => {
      try {
        const folder = place()
        if (folder === undefined) return
        if (makeFolder(folder)) removeOld(join(folder, '..'))
        if (!isOwn(folder)) return
        const half = join(folder, `.${name}.${process.pid}`)
        writeFileSync(half, bytes, {mode: 0o600, flag: 'wx'})
        renameSync(half, join(folder, name))
      } catch {
        // A full or read-only disk: the next run compiles again.
      }
    },
  }
}

/** Creates a folder and those above it that are missing; Node's recursive mkdir never ends where a parent exists and mkdir still says ENOENT, as below /proc. */
export function makeFolder(folder: string): boolean {
  if (existsSync(folder)) return false
  const parent = dirname(folder)
  if (!existsSync(parent)) makeFolder(parent)
  mkdirSync(folder, {mode: 0o700})
  return true
}

/** Removes the code of all but the newest builds. */
function removeOld(parent: string): void {
  const folders = readdirSync(parent).map(name => ({
    path: join(parent, name),
    at: statSync(join(parent, name)).mtimeMs,
  }))
  for (const {path} of folders.sort((a, b) => b.at - a.at).slice(MOST_FOLDERS))
    rmSync(path, {recursive: true, force: true})
}
