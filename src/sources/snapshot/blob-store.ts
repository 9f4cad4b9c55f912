import {createHash} from 'node:crypto'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {gunzip, gzip} from 'node:zlib'
import {isObject, listOf, numberOf, textOf} from '../../formats/decode.js'
import {parseJson} from '../../formats/json-text.js'
import type {BlobRef} from '../bundle/layout.js'
import {LIMITS} from '../limits.js'
import {chunks} from './chunks.js'
import {type Disk, temporaryIn} from './disk.js'

const pack = promisify(gzip)
const unpack = promisify(gunzip)

/** Content up to this size is one chunk; larger content is split, and a recipe lists its chunks. */
const WHOLE = 64 * 1024

/** Content-addressed storage in a directory: identical content, and identical chunks of large content, are stored once. */
export interface BlobStore {
  put(bytes: Uint8Array): Promise<BlobRef>
  /** The content, not verified against its hash (bundle readers verify it); undefined if incomplete. */
  get(sha256: string): Promise<Uint8Array | undefined>
  /** Removes what was written for a run that failed, unless another has used it since. */
  discard(): Promise<void>
  /** Every hash the content needs: its own and those of its chunks; undefined if it does not exist. */
  needs(sha256: string): Promise<readonly string[] | undefined>
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The path of content: `blobs/ab/abcd….gz`, or `.parts` for the recipe of split content. */
export function blobFile(folder: string, sha256: string, kind: 'gz' | 'parts'): string {
  return join(folder, 'blobs', sha256.slice(0, 2), `${sha256}.${kind}`)
}

function recipeOf(bytes: Uint8Array | undefined): readonly string[] | undefined {
  if (bytes === undefined) return undefined
  const json = parseJson(bytes, 'recipe')
  if (!json.ok || !isObject(json.value) || numberOf(json.value, 'version') !== 1) return undefined
  const parts = listOf(json.value, 'parts').map(part => textOf(part))
  return parts.every((part): part is string => part !== undefined && /^[0-9a-f]{64}$/.test(part)) ? parts : undefined
}

type Check = (held: Uint8Array | undefined) => Promise<boolean>

async function unpacked(packed: Uint8Array): Promise<Uint8Array | undefined> {
  return await unpack(packed, {maxOutputLength: LIMITS.bundleBytes}).catch(() => undefined)
}

/** A content store in a directory; files are complete because they are renamed into place. */
export function blobStore(folder: string, disk: Disk): BlobStore {
  const known = new Map<string, Promise<void>>()
  /** What this store wrote itself, and when. */
  const written = new Map<string, number>()

  /** Content is written unless it is there already, whole: what is not is written again. */
  async function place(path: string, content: () => Promise<Uint8Array>, isWhole: Check): Promise<void> {
    if ((await disk.touch(path)) && (await isWhole(await disk.read(path)))) return
    const isNew = (await disk.touchedAt(path)) === undefined
    const temporary = temporaryIn(folder)
    try {
      await disk.write(temporary, await content())
      await disk.rename(temporary, path)
      if (isNew) written.set(path, (await disk.touchedAt(path)) ?? 0)
    } catch (error) {
      await disk.remove(temporary).catch(() => undefined)
      throw error
    }
  }

  /** One write per content and run, even if requested concurrently. */
  function once(path: string, content: () => Promise<Uint8Array>, isWhole: Check): Promise<void> {
    const running = known.get(path) ?? place(path, content, isWhole)
    known.set(path, running)
    return running
  }

  async function piece(bytes: Uint8Array): Promise<string> {
    const sha256 = digest(bytes)
    await once(
      blobFile(folder, sha256, 'gz'),
      () => pack(bytes, {level: 6}),
      async packed => {
        const held = packed === undefined ? undefined : await unpacked(packed)
        return held !== undefined && Buffer.compare(held, bytes) === 0
      },
    )
    return sha256
  }

  async function get(sha256: string): Promise<Uint8Array | undefined> {
    const packed = await disk.read(blobFile(folder, sha256, 'gz'))
    if (packed !== undefined) return await unpacked(packed)
    const parts = recipeOf(await disk.read(blobFile(folder, sha256, 'parts')))
    if (parts === undefined) return undefined
    const pieces: Uint8Array[] = []
    for (const part of parts) {
      const found = await disk.read(blobFile(folder, part, 'gz'))
      if (found === undefined) return undefined
      const bytes = await unpacked(found)
      if (bytes === undefined) return undefined
      pieces.push(bytes)
    }
    return Buffer.concat(pieces)
  }

  return {
    async put(bytes) {
      if (bytes.length <= WHOLE) return {sha256: await piece(bytes), bytes: bytes.length}
      const sha256 = digest(bytes)
      const parts: string[] = []
      for (const each of chunks(bytes)) parts.push(await piece(each))
      const recipe = Buffer.from(`${JSON.stringify({version: 1, bytes: bytes.length, parts})}\n`)
      await once(
        blobFile(folder, sha256, 'parts'),
        async () => recipe,
        async held => held !== undefined && recipe.equals(held),
      )
      return {sha256, bytes: bytes.length}
    },
    get,
    async discard() {
      await Promise.allSettled(known.values())
      for (const [path, at] of written) if ((await disk.touchedAt(path)) === at) await disk.remove(path)
      written.clear()
    },
    async needs(sha256) {
      if ((await disk.touchedAt(blobFile(folder, sha256, 'gz'))) !== undefined) return [`${sha256}.gz`]
      const parts = recipeOf(await disk.read(blobFile(folder, sha256, 'parts')))
      return parts === undefined ? undefined : [`${sha256}.parts`, ...parts.map(part => `${part}.gz`)]
    },
  }
}
