import {open, realpath, rename, rm, stat} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {removeAtExit} from './leftovers.js'

/** What open(2) gives a new file, less the umask. */
const NEW_FILE = 0o666

/**
 * Writes a file whole or not at all: a temporary file in the same directory is flushed, then renamed. A link stays a link, the file keeps its mode, and a
 * device or a pipe is written to as it is.
 */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const target = await realpath(path).catch(() => path)
  const there = await stat(target).catch(() => undefined)
  if (there !== undefined && !there.isFile()) return await writeTo(target, 'w', NEW_FILE, content)
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.meshctl.tmp`)
  const gone = removeAtExit(temporary)
  try {
    await writeTo(temporary, 'wx', there === undefined ? NEW_FILE : there.mode & 0o777, content)
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, {force: true})
    throw error
  } finally {
    gone()
  }
}

async function writeTo(path: string, flags: string, mode: number, content: string | Uint8Array): Promise<void> {
  const file = await open(path, flags, mode)
  try {
    await file.writeFile(content)
    if (flags === 'wx') await file.sync()
  } finally {
    await file.close()
  }
}
