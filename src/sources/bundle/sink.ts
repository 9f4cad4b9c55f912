import {createHash} from 'node:crypto'
import {createWriteStream} from 'node:fs'
import {open, rename, rm, stat} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {pipeline} from 'node:stream/promises'
import {createGzip} from 'node:zlib'
import {pack} from 'tar-stream'
import {systemReason} from '../../model/evidence/system-error.js'
import {UserError} from '../../model/evidence/user-error.js'
import {removeAtExit} from '../leftovers.js'
import {LIMITS} from '../limits.js'
import {type BlobRef, BUNDLE_INDEX, type BundleIndex, blobPath, renderIndex} from './layout.js'

/** The output of a capture: blobs as they arrive, identical bytes once, the index last. The final file appears only with `finish`. */
export interface Sink {
  add(bytes: Uint8Array): Promise<BlobRef>
  /** Resolves with the size of the finished bundle. */
  finish(index: BundleIndex): Promise<number>
  abort(): Promise<void>
}

/** Bundles are read into memory, so one above the reader's limit would be unusable. */
function tooLarge(path: string, maxBytes: number): UserError {
  return new UserError(`${path} would unpack to more than ${maxBytes} bytes, which meshctl could not read back`, {
    hint: 'Capture one namespace at a time (-n), or only the affected pods (-l, or their names).',
  })
}

const FIXED = {mtime: new Date(0), mode: 0o644, uid: 0, gid: 0}

/** Writes a .tgz bundle to a temporary file beside its destination, blob by blob, and renames it into place at the end. */
export async function bundleSink(path: string, maxBytes: number = LIMITS.bundleBytes): Promise<Sink> {
  if ((await stat(path).catch(() => undefined))?.isDirectory() === true) {
    throw new UserError(`cannot write ${path}: is a directory`, {
      hint: 'Specify a file with --to, such as bundle.tgz in that directory.',
    })
  }
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.meshctl.tmp`)
  const handle = await open(temporary, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`cannot write ${path}: ${systemReason(error)}`, {hint: 'Specify another path with --to.'})
  })
  const gone = removeAtExit(temporary)
  const archive = pack()
  const file = createWriteStream('', {fd: handle.fd, autoClose: false})
  let failure: Error | undefined
  const written = pipeline(archive, createGzip({level: 6}), file).catch((error: Error) => {
    failure = error
  })
  const known = new Map<string, Promise<BlobRef>>()
  let total = 0

  let queue: Promise<unknown> = Promise.resolve()

  /** Writes entries one after the other; resolves when the compressor accepted the entry, so a slow disk slows the capture down. */
  function entry(name: string, bytes: Uint8Array): Promise<void> {
    total += bytes.length
    const done = queue.then(async () => {
      if (total > maxBytes) throw tooLarge(path, maxBytes)
      const put = new Promise<void>((resolve, reject) => {
        const header = {name, size: bytes.length, ...FIXED}
        archive
          .entry(header, error => (error ? reject(error) : resolve()))
          // A disk that fills up destroys the archive and every entry under way.
          .on('error', reject)
          .end(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
      })
      await Promise.race([put.catch(() => written), written])
      if (failure !== undefined) throw new UserError(`cannot write ${path}: ${systemReason(failure)}`)
    })
    queue = done.catch(() => undefined)
    return done
  }

  async function abort(): Promise<void> {
    archive.destroy()
    await written
    await handle.close().catch(() => undefined)
    await rm(temporary, {force: true})
    gone()
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
        if (failure !== undefined) throw new UserError(`cannot write ${path}: ${systemReason(failure)}`)
        await handle.sync()
        const {size} = await handle.stat()
        await handle.close()
        await rename(temporary, path)
        gone()
        return size
      } catch (error) {
        await abort()
        throw error
      }
    },
    abort,
  }
}
