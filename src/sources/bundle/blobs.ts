import {createHash} from 'node:crypto'
import {lstat} from 'node:fs/promises'
import {join} from 'node:path'
import {createGunzip} from 'node:zlib'
import {extract} from 'tar-stream'
import {type Answer, answered, missing} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import {humanSize} from '../../model/text/human-size.js'
import {readBounded} from '../files/read.js'
import {LIMITS} from '../limits.js'
import {type BlobRef, BUNDLE_INDEX, blobPath} from './layout.js'

/** The files of a bundle by path, in a directory or an archive. */
export interface BundleFiles {
  readonly label: string
  read(path: string): Promise<Uint8Array | undefined>
}

const SAFE_PATH = /^(bundle\.json|blobs\/[0-9a-f]{64})$/

function bad(label: string, why: string): UserError {
  return new UserError(`${label} is not a readable bundle: ${why}`, {
    hint: 'docs/bundle.md describes the format.',
  })
}

/** One entry's bytes, kept once: its size is known from its header. */
async function contentOf(entry: AsyncIterable<unknown>, size: number | undefined): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(Math.min(size ?? 0, LIMITS.bundleBytes))
  let filled = 0
  for await (const chunk of entry) {
    bytes.set(chunk as Uint8Array, filled)
    filled += (chunk as Uint8Array).length
  }
  return bytes.subarray(0, filled)
}

/** Unpacks a bundle archive in memory; links, paths outside the layout, bombs and truncation are errors, and nothing touches the disk. */
export async function openArchive(label: string, packed: Uint8Array): Promise<BundleFiles> {
  const files = new Map<string, Uint8Array>()
  const unpack = extract()
  const gunzip = createGunzip()
  let total = 0
  let failure: Error | undefined
  gunzip.on('data', (chunk: Buffer) => {
    total += chunk.length
    if (total > LIMITS.bundleBytes)
      gunzip.destroy(bad(label, `it is larger than ${humanSize(LIMITS.bundleBytes)} when unpacked`))
  })
  gunzip.on('error', error => {
    failure = error
    unpack.destroy(error)
  })
  gunzip.pipe(unpack)
  gunzip.end(packed)
  try {
    for await (const entry of unpack) {
      const {name, type} = entry.header
      if (type === 'directory' && !name.includes('..')) {
        entry.resume()
        continue
      }
      if (type !== 'file') throw bad(label, `it contains a ${type} (${name})`)
      if (!SAFE_PATH.test(name)) throw bad(label, `it contains the path ${name}`)
      if (files.size >= LIMITS.bundleEntries) throw bad(label, `it contains more than ${LIMITS.bundleEntries} entries`)
      files.set(name, await contentOf(entry, entry.header.size))
    }
  } catch (error) {
    const cause = failure ?? (error as Error)
    if (cause instanceof UserError) throw cause
    throw bad(label, `the archive is damaged or cut short (${cause.message})`)
  } finally {
    gunzip.destroy()
    unpack.destroy()
  }
  if (!files.has(BUNDLE_INDEX)) throw bad(label, `it has no ${BUNDLE_INDEX}`)
  return {label, read: async path => files.get(path)}
}

/** The files of a bundle directory; symbolic links are rejected. */
export function openFolder(label: string, folder: string): BundleFiles {
  return {
    label,
    async read(path) {
      if (!SAFE_PATH.test(path)) return undefined
      const full = join(folder, path)
      const info = await lstat(full).catch(() => undefined)
      if (info === undefined) return undefined
      if (!info.isFile()) throw bad(label, `${path} is not a regular file`)
      return await readBounded(full, {maxBytes: LIMITS.bundleBytes})
    },
  }
}

/** The damage of a blob, by its recorded size and sha256; undefined if intact. */
function damageOf(blob: BlobRef, bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return `blob ${blob.sha256} is missing`
  if (bytes.length === blob.bytes && createHash('sha256').update(bytes).digest('hex') === blob.sha256) return undefined
  return `blob ${blob.sha256} does not match its checksum`
}

/** The bytes of a blob, checked against its recorded size and sha256; damage is an error. */
export async function readBlob(files: BundleFiles, blob: BlobRef): Promise<Uint8Array> {
  const bytes = await files.read(blobPath(blob.sha256))
  const damage = damageOf(blob, bytes)
  if (bytes === undefined || damage !== undefined) throw bad(files.label, damage ?? 'it is damaged')
  return bytes
}

/** The same, but damage is a gap that names the blob's content, so the rest of the bundle stays usable. */
export async function blobAnswer(files: BundleFiles, blob: BlobRef, what: string): Promise<Answer<Uint8Array>> {
  const bytes = await files.read(blobPath(blob.sha256))
  const damage = damageOf(blob, bytes)
  if (bytes !== undefined && damage === undefined) return answered(bytes)
  return missing(what, 'unreadable', `${files.label} is damaged: ${damage}`)
}
