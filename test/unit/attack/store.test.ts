import {createHash} from 'node:crypto'
import {mkdtemp, readdir, readFile, utimes, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {describe, expect, test} from '@jest/globals'
import {type Disk, realDisk} from '../../../src/sources/snapshot/disk.js'
import {pruneSnapshots} from '../../../src/sources/snapshot/prune.js'
import {findSnapshot, isWhole, listSnapshots, snapshotSink} from '../../../src/sources/snapshot/store.js'
import {contentOf, create, fileCount, noise} from '../../support/snapshot-stores.js'
import {tempFolder} from '../../support/temp-folder.js'

const TEMP = tempFolder('store')

function blobOf(folder: string, content: string): string {
  const sha256 = createHash('sha256').update(content).digest('hex')
  return join(folder, 'blobs', sha256.slice(0, 2), `${sha256}.gz`)
}

const DAMAGES: Readonly<Record<string, (path: string) => Promise<void>>> = {
  emptied: path => writeFile(path, ''),
  'two bytes changed': async path => {
    const bytes = await readFile(path)
    bytes[bytes.length - 9] = (bytes[bytes.length - 9] ?? 0) ^ 0xff
    await writeFile(path, bytes)
  },
  'cut in half': async path => writeFile(path, (await readFile(path)).subarray(0, 12)),
  replaced: path => writeFile(path, gzipSync('rubbish!')),
}

describe.each(Object.keys(DAMAGES))('content that was %s', kind => {
  test('is not a whole snapshot, and a new one of the same content is', async () => {
    const folder = await mkdtemp(join(TEMP, 'damage-'))
    await create(folder, 'old', [Buffer.from('precious'), Buffer.from('other')])
    expect(await isWhole(folder, await findSnapshot(folder, 'old'))).toBe(true)
    await DAMAGES[kind]?.(blobOf(folder, 'precious'))
    expect(await isWhole(folder, await findSnapshot(folder, 'old'))).toBe(false)
    await create(folder, 'new', [Buffer.from('precious')])
    expect(await isWhole(folder, await findSnapshot(folder, 'new'))).toBe(true)
    expect(Buffer.from(await contentOf(folder, 'new')).toString()).toBe('precious')
  })
})

test('a prune that was held up leaves what a snapshot made meanwhile uses', async () => {
  const folder = await mkdtemp(join(TEMP, 'race-'))
  const contents = [Buffer.from('shared'), Buffer.from('shared too')]
  await create(folder, 'old', contents)
  const long = new Date(Date.now() - 86_400_000)
  for (const shelf of await readdir(join(folder, 'blobs')))
    for (const name of await readdir(join(folder, 'blobs', shelf)))
      await utimes(join(folder, 'blobs', shelf, name), long, long)
  let made: Promise<unknown> | undefined
  // The names were read for the last time: now another run makes a snapshot of the same mesh, and every file that would be moved waits for it.
  const held: Disk = {
    ...realDisk,
    async size(path) {
      made ??= create(folder, 'new', contents)
      await made
      return await realDisk.size(path)
    },
  }
  await pruneSnapshots(folder, {keep: 0, dryRun: false, now: new Date()}, held).catch(() => undefined)
  await made
  expect(made).toBeDefined()
  expect(await isWhole(folder, await findSnapshot(folder, 'new'))).toBe(true)
})

test('a snapshot that cannot be read or says no time is neither the newest nor one that prune keeps', async () => {
  const folder = await mkdtemp(join(TEMP, 'evil-'))
  await create(folder, 'good', [Buffer.from('content')])
  const head = (rest: object) =>
    JSON.stringify({
      format: 'meshctl.snapshot',
      version: 1,
      from: 'x',
      pods: 1,
      bytes: 1,
      index: {sha256: 'a'.repeat(64), bytes: 1},
      ...rest,
    })
  await writeFile(join(folder, 'names', 'lost.json'), head({capturedAt: '2099-01-01T00:00:00Z'}))
  await writeFile(join(folder, 'names', 'undated.json'), head({capturedAt: 'soon'}))
  const {snapshots, damaged} = await listSnapshots(folder)
  expect(snapshots.map(({name}) => name)).toEqual(['good'])
  expect(damaged).toEqual([
    {name: 'lost', why: 'its index is missing'},
    {name: 'undated', why: 'it does not say when it was made'},
  ])
  expect((await findSnapshot(folder, 'latest')).name).toBe('good')
  const {removed} = await pruneSnapshots(folder, {keep: 1, dryRun: true, now: new Date()})
  expect(removed).toEqual([])
})

test('a snapshot that failed on a full disk leaves nothing it wrote, and everything that was there', async () => {
  const folder = await mkdtemp(join(TEMP, 'full-'))
  await create(folder, 'old', [noise(1, 100_000)])
  const before = await fileCount(folder)
  let left = 5
  const full: Disk = {
    ...realDisk,
    async write(path, bytes) {
      left -= 1
      if (left < 0) throw Object.assign(new Error('no space'), {code: 'ENOSPC', syscall: 'write'})
      await realDisk.write(path, bytes)
    },
  }
  const sink = await snapshotSink(folder, 'new', full)
  await expect(
    (async () => {
      for (let at = 0; at < 10; at++) await sink.add(noise(1 + at, 100_000))
    })(),
  ).rejects.toThrow(/the disk is full/)
  await sink.abort()
  expect(await fileCount(folder)).toBe(before)
  expect(await isWhole(folder, await findSnapshot(folder, 'old'))).toBe(true)
})
