import {createHash} from 'node:crypto'
import {createWriteStream} from 'node:fs'
import {open, rename, rm, stat} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {pipeline} from 'node:stream/promises'
import {createGzip} from 'node:zlib'
import {pack} from 'tar-stream'
import {UserError} from '../../model/user-error.js'
import {LIMITS} from '../limits.js'
import {type BlobRef, BUNDLE_INDEX, type BundleIndex, blobPath, renderIndex} from './layout.js'

/** Where a capture goes: blobs as they arrive, equal bytes once, the index last. Nothing shows under the final name before `finish`. */
export interface Sink {
  add(bytes: Uint8Array): Promise<BlobRef>
  /** Resolves with the size of the finished bundle. */
  finish(index: BundleIndex): Promise<number>
  abort(): Promise<void>
}

/** A bundle is read in memory: one that is larger than a reader takes helps nobody. */
function tooLarge(path: string, maxBytes: number): UserError {
  return new UserError(`${path} would unpack to more than ${maxBytes} bytes, which meshctl does not read back`, {
    hint: 'Capture one namespace at a time (-n), or the pods concerned (-l, or their names).',
  })
}

const FIXED = {mtime: new Date(0), mode: 0o644, uid: 0, gid: 0}

/** Writes a .tgz bundle to a temporary file beside its destination, blob by blob, and renames it into place at the end. */
export async function bundleSink(path: string, maxBytes: number = LIMITS.bundleBytes): Promise<Sink> {
  if ((await stat(path).catch(() => undefined))?.isDirectory() === true) {
    throw new UserError(`cannot write ${path}: it is a folder`, {
      hint: 'Name a file with --to, such as bundle.tgz in it.',
    })
  }
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.meshctl.tmp`)
  const handle = await open(temporary, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`cannot write ${path}: ${error.message}`, {hint: 'Choose another place with --to.'})
  })
  const archive = pack()
  const file = createWriteStream('', {fd: handle.fd, autoClose: false})
  let failure: Error | undefined
  const written = pipeline(archive, createGzip({level: 6}), file).catch((error: Error) => {
    failure = error
  })
  const known = new Map<string, Promise<BlobRef>>()
  let total = 0

  let queue: Promise<unknown> = Promise.resolve()

  /** One entry after the other; resolves when the compressor has taken it, so a slow disk holds the capture back. */
  function entry(name: string, bytes: Uint8Array): Promise<void> {
    total += bytes.length
    const done = queue.then(async () => {
      if (total > maxBytes) throw tooLarge(path, maxBytes)
      const put = new Promise<void>((resolve, reject) => {
        const header = {name, size: bytes.length, ...FIXED}
        archive
          .entry(header, error => (error ? reject(error) : resolve()))
          .end(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
      })
      await Promise.race([put, written])
      if (failure !== undefined) throw new UserError(`cannot write ${path}: ${failure.message}`)
    })
    queue = done.catch(() => undefined)
    return done
  }

  async function abort(): Promise<void> {
    archive.destroy()
    await written
    await handle.close().catch(() => undefined)
    await rm(temporary, {force: true})
  }

  return {
    add(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      let held = known.get(sha256)
      if (held === undefined) {
        held = entry(blobPath(sha256), bytes).then(() => ({sha256, bytes: bytes.length}))
        known.set(sha256, held)
      }
      return held
    },
    async finish(index) {
      try {
        await entry(BUNDLE_INDEX, Buffer.from(renderIndex(index)))
        archive.finalize()
        await written
        if (failure !== undefined) throw new UserError(`cannot write ${path}: ${failure.message}`)
        await handle.sync()
        const {size} = await handle.stat()
        await handle.close()
        await rename(temporary, path)
        return size
      } catch (error) {
        await abort()
        throw error
      }
    },
    abort,
  }
}
