import {link, mkdir, open, readdir, rename, rm, stat, utimes} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {readBounded} from '../files/read.js'

/** The file system operations the store needs; tests replace them with failing ones. */
export interface Disk {
  /** Writes a new file, flushed to the disk before this resolves. */
  write(path: string, bytes: Uint8Array): Promise<void>
  /** Moves a file into place, replacing an existing one. */
  rename(from: string, to: string): Promise<void>
  /** Hard-links a file; fails with EEXIST if the name exists. */
  link(from: string, to: string): Promise<void>
  read(path: string): Promise<Uint8Array | undefined>
  list(folder: string): Promise<readonly string[]>
  /** When the file was last written or touched, in ms; undefined when there is none. */
  touchedAt(path: string): Promise<number | undefined>
  size(path: string): Promise<number>
  /** Marks a file as used now; false when there is none. */
  touch(path: string): Promise<boolean>
  remove(path: string): Promise<void>
}

function absent<T>(error: unknown, value: T): T {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return value
  throw error
}

async function writeFlushed(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/**
 * Creates a directory and those above it, step by step: Node's recursive mkdir tries forever where a parent exists and mkdir still says
 * ENOENT, as below /proc.
 */
async function makeFolders(folder: string): Promise<void> {
  try {
    await mkdir(folder, {mode: 0o700})
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    const parent = dirname(folder)
    if (code !== 'ENOENT' || parent === folder) throw error
    await makeFolders(parent)
    await mkdir(folder, {mode: 0o700}).catch((again: NodeJS.ErrnoException) => {
      if (again.code !== 'EEXIST') throw again
    })
  }
}

/** Flushes a directory so that its entries survive a power failure; ignored where unsupported. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}

/** The real file system; directories are created as needed and readable only by their owner. */
export const realDisk: Disk = {
  async write(path, bytes) {
    try {
      await writeFlushed(path, bytes)
    } catch (error) {
      absent(error, undefined)
      await makeFolders(dirname(path))
      await writeFlushed(path, bytes)
    }
  },
  async rename(from, to) {
    try {
      await rename(from, to)
    } catch (error) {
      absent(error, undefined)
      await makeFolders(dirname(to))
      await rename(from, to)
    }
    await flushFolder(dirname(to))
  },
  async link(from, to) {
    await makeFolders(dirname(to))
    await link(from, to)
    await flushFolder(dirname(to))
  },
  read: async path => await readBounded(path).catch(error => absent(error, undefined)),
  list: async folder => await readdir(folder).catch(error => absent(error, [])),
  touchedAt: async path =>
    await stat(path).then(
      info => info.mtimeMs,
      error => absent(error, undefined),
    ),
  size: async path =>
    await stat(path).then(
      info => info.size,
      error => absent(error, 0),
    ),
  async touch(path) {
    const now = new Date()
    return await utimes(path, now, now).then(
      () => true,
      error => absent(error, false),
    )
  },
  remove: async path => await rm(path, {force: true}),
}

/** A unique path for a temporary file in a directory of the store. */
export function temporaryIn(folder: string): string {
  const unique = `${process.pid}.${Date.now().toString(36)}.${Math.random().toString(36).slice(2)}`
  return join(folder, 'tmp', `${unique}.tmp`)
}
