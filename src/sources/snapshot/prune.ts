import {join} from 'node:path'
import {boundedMap} from '../../model/collections/bounded-map.js'
import {UserError} from '../../model/evidence/user-error.js'
import {LIMITS} from '../limits.js'
import {blobFile} from './blob-store.js'
import {type Disk, realDisk, temporaryIn} from './disk.js'
import {filesOf, listSnapshots, namesFolder, type SnapshotHead, type SnapshotList} from './store.js'

const FILES_AT_ONCE = 16

export interface PruneWish {
  /** Keep at least this many of the newest snapshots. */
  readonly keep?: number | undefined
  /** Remove only snapshots older than this. */
  readonly olderThanMs?: number | undefined
  /** Remove exactly these, damaged ones included; `keep` and `olderThanMs` do not count then. */
  readonly names?: readonly string[]
  readonly dryRun: boolean
  readonly now: Date
  readonly graceMs?: number
}

export interface Pruned {
  readonly removed: readonly {readonly name: string}[]
  readonly kept: readonly SnapshotHead[]
  readonly files: number
  readonly bytes: number
}

function chosen({snapshots}: SnapshotList, wish: PruneWish): readonly SnapshotHead[] {
  if (wish.keep === undefined && wish.olderThanMs === undefined) return []
  const beyond = snapshots.slice(0, Math.max(0, snapshots.length - (wish.keep ?? 0)))
  const limit = wish.olderThanMs
  if (limit === undefined) return beyond
  return beyond.filter(head => wish.now.getTime() - Date.parse(head.capturedAt) > limit)
}

/** The snapshots of these names, `latest` for the newest; an unknown one is an error before anything is removed. */
function named({snapshots, damaged}: SnapshotList, names: readonly string[]): readonly {readonly name: string}[] {
  const found = names.map(
    name =>
      (name === 'latest' ? snapshots.at(-1) : undefined) ??
      [...snapshots, ...damaged].find(each => each.name === name) ??
      name,
  )
  const unknown = found.filter(each => typeof each === 'string')
  if (unknown.length > 0)
    throw new UserError(`snapshot ${unknown.join(', ')} not found`, {
      hint: 'Nothing was removed.',
      next: 'meshctl snapshot list',
    })
  return [...new Set(found)].filter(each => typeof each !== 'string')
}

/** Every file the snapshots reference; undefined if one of them cannot be read completely. */
async function needed(
  folder: string,
  heads: readonly SnapshotHead[],
  disk: Disk,
): Promise<ReadonlySet<string> | undefined> {
  const files = new Set<string>()
  for (const head of heads) {
    const of = await filesOf(folder, head, disk).catch((error: unknown) => {
      if (error instanceof UserError) return undefined
      throw error
    })
    if (of === undefined) return undefined
    for (const file of of) files.add(file)
  }
  return files
}

async function oldFiles(folder: string, disk: Disk, before: number): Promise<readonly string[]> {
  const shelves = await disk.list(join(folder, 'blobs'))
  const names = (await boundedMap(shelves, FILES_AT_ONCE, shelf => disk.list(join(folder, 'blobs', shelf)))).flat()
  const old = await boundedMap(names, FILES_AT_ONCE, async name => {
    const touched = await disk.touchedAt(pathOf(folder, name))
    return touched !== undefined && touched < before ? [name] : []
  })
  return old.flat()
}

function pathOf(folder: string, name: string): string {
  const [sha256 = '', kind] = name.split('.')
  return blobFile(folder, sha256, kind === 'parts' ? 'parts' : 'gz')
}

async function removeLeftovers(folder: string, disk: Disk, before: number): Promise<void> {
  for (const name of await disk.list(join(folder, 'tmp'))) {
    const path = join(folder, 'tmp', name)
    const touched = await disk.touchedAt(path)
    if (touched !== undefined && touched < before) await disk.remove(path)
  }
}

interface Aside {
  readonly name: string
  readonly path: string
  readonly bytes: number
}

/**
 * Removes files no snapshot needs. A capture that runs at the same time may use one of them after all: each is moved aside first unless it was
 * touched since, then the names are read again, and what is needed now goes back. A capture that misses a file itself says so.
 */
async function removeUnused(
  folder: string,
  unused: readonly string[],
  before: number,
  disk: Disk,
): Promise<{files: number; bytes: number}> {
  const moved = await boundedMap(unused, FILES_AT_ONCE, async (name): Promise<readonly Aside[]> => {
    const from = pathOf(folder, name)
    const touched = await disk.touchedAt(from)
    if (touched === undefined || touched >= before) return []
    const aside = {name, path: temporaryIn(folder), bytes: await disk.size(from)}
    await disk.rename(from, aside.path)
    return [aside]
  })
  const {snapshots, damaged} = await listSnapshots(folder, disk)
  const needs = await boundedMap(snapshots, FILES_AT_ONCE, head => needed(folder, [head], disk))
  // A snapshot that lacks something now may lack just what was moved: then all of it goes back.
  const isNeeded = (name: string) => damaged.length > 0 || needs.some(each => each === undefined || each.has(name))
  let [files, bytes] = [0, 0]
  for (const {name, path, bytes: size} of moved.flat()) {
    if (isNeeded(name)) await disk.rename(path, pathOf(folder, name))
    else {
      await disk.remove(path)
      files += 1
      bytes += size
    }
  }
  return {files, bytes}
}

/**
 * Removes the matching snapshots and then unreferenced content. If a remaining snapshot cannot be read, no content is removed:
 * its references are unknown. Content of a capture that is still running is protected by its age.
 */
export async function pruneSnapshots(folder: string, wish: PruneWish, disk: Disk = realDisk): Promise<Pruned> {
  const list = await listSnapshots(folder, disk)
  const going = wish.names === undefined ? chosen(list, wish) : named(list, wish.names)
  const kept = list.snapshots.filter(head => !going.includes(head))
  const damaged = list.damaged.filter(head => !going.includes(head))
  const before = wish.now.getTime() - (wish.graceMs ?? LIMITS.pruneGraceMs)
  if (!wish.dryRun) {
    for (const head of going) await disk.remove(join(namesFolder(folder), `${head.name}.json`))
    await removeLeftovers(folder, disk, before)
  }
  const nothing = {removed: going, kept, files: 0, bytes: 0}
  if (damaged.length > 0) return nothing
  const old = await oldFiles(folder, disk, before)
  // The names are read again: a snapshot created in the meantime keeps its content.
  const staying = wish.dryRun ? kept : (await listSnapshots(folder, disk)).snapshots
  const keep = await needed(folder, staying, disk)
  if (keep === undefined) return nothing
  const unused = old.filter(each => !keep.has(each))
  if (wish.dryRun) {
    const sizes = await boundedMap(unused, FILES_AT_ONCE, name => disk.size(pathOf(folder, name)))
    return {removed: going, kept, files: unused.length, bytes: sizes.reduce((sum, size) => sum + size, 0)}
  }
  const {files, bytes} = await removeUnused(folder, unused, before, disk)
  return {removed: going, kept, files, bytes}
}
