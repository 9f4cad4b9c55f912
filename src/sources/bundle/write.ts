import {createHash} from 'node:crypto'
import {gzipSync} from 'node:zlib'
import {pack} from 'tar-stream'
import {type BlobRef, BUNDLE_INDEX, type BundleIndex, blobPath, renderIndex} from './layout.js'

/** Content-addressed blobs collected for a bundle: identical bytes are stored once. */
export interface BlobSet {
  readonly blobs: ReadonlyMap<string, Uint8Array>
  add(bytes: Uint8Array): BlobRef
}

/** An empty set of blobs. */
export function blobSet(): BlobSet {
  const blobs = new Map<string, Uint8Array>()
  return {
    blobs,
    add(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      blobs.set(sha256, bytes)
      return {sha256, bytes: bytes.length}
    },
  }
}

/** The bytes of a .tgz bundle; the same index and blobs always give the same bytes (no times, fixed order). */
export async function packBundle(index: BundleIndex, blobs: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array> {
  const archive = pack()
  const fixed = {mtime: new Date(0), mode: 0o644, uid: 0, gid: 0}
  const chunks: Uint8Array[] = []
  const done = (async () => {
    for await (const chunk of archive) chunks.push(chunk as Uint8Array)
  })()
  archive.entry({name: BUNDLE_INDEX, ...fixed}, renderIndex(index))
  for (const sha256 of [...blobs.keys()].sort()) {
    archive.entry({name: blobPath(sha256), ...fixed}, Buffer.from(blobs.get(sha256) ?? []))
  }
  archive.finalize()
  await done
  return gzipSync(Buffer.concat(chunks), {level: 9})
}
