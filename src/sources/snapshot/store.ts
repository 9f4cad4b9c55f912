import {join} from 'node:path'
import {numberOf, textOf} from '../../formats/decode.js'
import {parseJson} from '../../formats/json-text.js'
import {boundedMap} from '../../model/collections/bounded-map.js'
import {UserError} from '../../model/evidence/user-error.js'
import {byText} from '../../model/text/order.js'
import {blobAnswer} from '../bundle/blobs.js'
import {type BlobRef, BUNDLE_INDEX, type BundleIndex, isBlob, parseIndex, renderIndex} from '../bundle/layout.js'
import type {Sink} from '../bundle/sink.js'
import {bundleSource} from '../bundle/source.js'
import type {Source} from '../source.js'
import {blobFile, blobStore} from './blob-store.js'
import {type Disk, realDisk, temporaryIn} from './disk.js'
import {checkedName, SNAPSHOT_VERSION} from './place.js'

/** A snapshot's list entry, without reading its content. */
export interface SnapshotHead {
  readonly name: string
  /** When it was saved; RFC 3339. */
  readonly createdAt: string
  /** When its content was read from the mesh, which is long before when it was saved from a bundle; RFC 3339. */
  readonly capturedAt: string
  readonly from: string
  readonly pods: number
  /** Its unpacked size; less is on disk, since identical parts are stored once. */
  readonly bytes: number
  readonly index: BlobRef
}

/** A snapshot whose own file cannot be read, and why. */
export interface DamagedSnapshot {
  readonly name: string
  readonly why: string
}

export interface SnapshotList {
  /** Oldest first. */
  readonly snapshots: readonly SnapshotHead[]
  readonly damaged: readonly DamagedSnapshot[]
}

const FILES_AT_ONCE = 16

/** The folder with one small file per snapshot. */
export function namesFolder(folder: string): string {
  return join(folder, 'names')
}

function readHead(
  name: string,
  bytes: Uint8Array | undefined,
  writtenAt: number | undefined,
): SnapshotHead | DamagedSnapshot {
  const json = bytes === undefined ? undefined : parseJson(bytes, `snapshot ${name}`)
  if (json === undefined || !json.ok) return {name, why: json === undefined ? 'it vanished' : json.gap.detail}
  const version = numberOf(json.value, 'version') ?? 0
  const capturedAt = textOf(json.value, 'capturedAt') ?? ''
  const sha256 = textOf(json.value, 'index', 'sha256')
  const size = numberOf(json.value, 'index', 'bytes')
  if (textOf(json.value, 'format') !== 'meshctl.snapshot' || sha256 === undefined || size === undefined) {
    return {name, why: 'it is not a meshctl snapshot'}
  }
  if (Number.isNaN(Date.parse(capturedAt))) return {name, why: 'it does not say when it was made'}
  if (version > SNAPSHOT_VERSION) return {name, why: `it was written in format ${version}; use a newer meshctl`}
  return {
    name,
    createdAt: writtenAt === undefined ? capturedAt : new Date(writtenAt).toISOString(),
    capturedAt,
    from: textOf(json.value, 'from') ?? '',
    pods: numberOf(json.value, 'pods') ?? 0,
    bytes: numberOf(json.value, 'bytes') ?? 0,
    index: {sha256, bytes: size},
  }
}

/** The snapshots of a store, oldest first; unreadable files are listed separately. */
export async function listSnapshots(folder: string, disk: Disk = realDisk): Promise<SnapshotList> {
  const names = (await disk.list(namesFolder(folder))).filter(name => name.endsWith('.json')).sort()
  const blobs = blobStore(folder, disk)
  const heads = await boundedMap(names, FILES_AT_ONCE, async file => {
    const path = join(namesFolder(folder), file)
    const head = readHead(file.slice(0, -'.json'.length), await disk.read(path), await disk.touchedAt(path))
    const lost = 'index' in head && (await blobs.needs(head.index.sha256)) === undefined
    return lost ? {name: head.name, why: 'its index is missing'} : head
  })
  const good = heads.filter((head): head is SnapshotHead => 'index' in head)
  return {
    snapshots: good.sort((a, b) => byText(a.capturedAt, b.capturedAt) || byText(a.name, b.name)),
    damaged: heads.filter((head): head is DamagedSnapshot => 'why' in head),
  }
}

/** The snapshot with a name, or the newest for `latest`; an unknown name is an error that lists existing ones. */
export async function findSnapshot(folder: string, name: string, disk: Disk = realDisk): Promise<SnapshotHead> {
  const {snapshots, damaged} = await listSnapshots(folder, disk)
  const found = name === 'latest' ? snapshots.at(-1) : snapshots.find(each => each.name === name)
  if (found !== undefined) return found
  const broken = damaged.find(each => each.name === name)
  if (broken !== undefined) throw new UserError(`snapshot ${name} cannot be read: ${broken.why}`)
  const near = snapshots.slice(-3).map(each => each.name)
  throw new UserError(`snapshot ${name} not found`, {
    hint: near.length === 0 ? `There are no snapshots yet (in ${folder}).` : `Newest snapshots: ${near.join(', ')}.`,
    next: near.length === 0 ? 'meshctl snapshot create -n NAMESPACE' : 'meshctl snapshot list',
  })
}

/** The index of a snapshot, checked against its checksum. */
export async function snapshotIndex(
  folder: string,
  head: Pick<SnapshotHead, 'name' | 'index'>,
  disk: Disk = realDisk,
): Promise<BundleIndex> {
  const {readBlob} = await import('../bundle/blobs.js')
  const bytes = await readBlob(snapshotFiles(folder, head, disk), head.index)
  return parseIndex(Buffer.from(bytes).toString('utf8'), `snapshot ${head.name}`)
}

function snapshotFiles(folder: string, head: Pick<SnapshotHead, 'name' | 'index'>, disk: Disk) {
  const blobs = blobStore(folder, disk)
  return {
    label: `snapshot ${head.name}`,
    read: async (path: string) =>
      await blobs.get(path === BUNDLE_INDEX ? head.index.sha256 : path.replace(/^blobs\//, '')),
  }
}

/** Opens a snapshot as a source. */
export async function snapshotSource(folder: string, name: string, disk: Disk = realDisk): Promise<Source> {
  const head = await findSnapshot(folder, name, disk)
  await snapshotIndex(folder, head, disk)
  return await bundleSource(snapshotFiles(folder, head, disk), {kind: 'bundle', label: `snapshot ${head.name}`})
}

function referenced(index: BundleIndex): readonly BlobRef[] {
  return [...index.evidence, ...index.objects].flatMap(({held}) => (isBlob(held) ? [held] : []))
}

/** Every file of the store a snapshot references, by its name under `blobs/`; undefined if a file is missing. */
export async function filesOf(
  folder: string,
  head: Pick<SnapshotHead, 'name' | 'index'>,
  disk: Disk,
): Promise<readonly string[] | undefined> {
  const blobs = blobStore(folder, disk)
  const index = await snapshotIndex(folder, head, disk)
  const needs = await boundedMap([head.index, ...referenced(index)], FILES_AT_ONCE, ref => blobs.needs(ref.sha256))
  return needs.every((each): each is readonly string[] => each !== undefined) ? [...new Set(needs.flat())] : undefined
}

/** True when every piece of a snapshot's content is in the store and is what its checksum says. */
export async function isWhole(folder: string, head: SnapshotHead, disk: Disk = realDisk): Promise<boolean> {
  const files = snapshotFiles(folder, head, disk)
  const index = await snapshotIndex(folder, head, disk)
  const good = await boundedMap(
    referenced(index),
    FILES_AT_ONCE,
    async ref => (await blobAnswer(files, ref, 'content')).ok,
  )
  return good.every(each => each)
}

function diskError(error: unknown, folder: string): unknown {
  const {code, message} = error as NodeJS.ErrnoException
  if (code !== 'ENOSPC' && code !== 'EDQUOT' && code !== 'EACCES' && code !== 'EROFS') return error
  const why = code === 'ENOSPC' ? 'the disk is full' : code === 'EDQUOT' ? 'the disk quota is used up' : message
  return new UserError(`cannot write to the snapshot store ${folder}: ${why}`, {
    hint: 'Snapshots made before are untouched.',
    next: 'meshctl snapshot prune --keep 5',
  })
}

/**
 * Where a capture goes to become a snapshot. Content is written as it arrives; the name appears last, in one step, when all of it is there.
 * A run that is killed or fails leaves only unreferenced content, which `prune` removes later.
 */
export async function snapshotSink(folder: string, name: string, disk: Disk = realDisk): Promise<Sink> {
  const blobs = blobStore(folder, disk)
  const file = join(namesFolder(folder), `${checkedName(name)}.json`)

  const taken = new UserError(`there is already a snapshot ${name}`, {hint: 'Choose another --name.'})
  if ((await disk.touchedAt(file)) !== undefined) throw taken

  async function guarded<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step()
    } catch (error) {
      throw diskError(error, folder)
    }
  }

  async function commit(head: Omit<SnapshotHead, 'createdAt'>): Promise<void> {
    const temporary = temporaryIn(folder)
    const {name: _, ...rest} = head
    const text = JSON.stringify({format: 'meshctl.snapshot', version: SNAPSHOT_VERSION, ...rest}, null, 1)
    try {
      await disk.write(temporary, Buffer.from(`${text}\n`))
      await disk.link(temporary, file)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      throw taken
    } finally {
      await disk.remove(temporary)
    }
  }

  /** Marks everything as used now, so that a prune running at the same time leaves it; tells whether all of it is there. */
  async function touchAll(head: Omit<SnapshotHead, 'createdAt'>): Promise<boolean> {
    const files = await filesOf(folder, head, disk)
    if (files === undefined) return false
    const there = await boundedMap(files, FILES_AT_ONCE, each => {
      const [sha256 = '', kind] = each.split('.')
      return disk.touch(blobFile(folder, sha256, kind === 'parts' ? 'parts' : 'gz'))
    })
    return there.every(each => each)
  }

  return {
    add: bytes => guarded(() => blobs.put(bytes)),
    finish: index =>
      guarded(async () => {
        const ref = await blobs.put(Buffer.from(renderIndex(index)))
        const refs = referenced(index)
        const head: Omit<SnapshotHead, 'createdAt'> = {
          name,
          capturedAt: index.capturedAt,
          from: index.from,
          pods: podsOf(index).length,
          bytes: refs.reduce((sum, each) => sum + each.bytes, 0),
          index: ref,
        }
        const lost = new UserError('another run pruned the store while this snapshot was made; make it again')
        if (!(await touchAll(head))) throw lost
        await commit(head)
        if (!(await touchAll(head))) {
          await disk.remove(file)
          throw lost
        }
        return head.bytes
      }),
    abort: () => blobs.discard(),
  }
}

/** The pods a snapshot's index names, sorted. */
export function podsOf(index: BundleIndex): readonly string[] {
  return [...new Set(index.evidence.map(({pod, namespace}) => `${pod}.${namespace}`))].sort()
}
