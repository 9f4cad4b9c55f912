import {createHash} from 'node:crypto'
import {existsSync} from 'node:fs'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {chunks} from '../../../src/sources/snapshot/chunks.js'
import {pruneSnapshots} from '../../../src/sources/snapshot/prune.js'
import {findSnapshot, listSnapshots} from '../../../src/sources/snapshot/store.js'
import {skipUnless} from '../../support/skip-unless.js'

import {age, contentOf, create, fileCount, noise, soundNames} from '../../support/snapshot-stores.js'

let base = ''
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'meshctl-snapshots-'))
})
afterAll(async () => {
  await rm(base, {recursive: true, force: true})
})

describe('the snapshot store', () => {
  test('gives back what was put in, by name and as the newest', async () => {
    const folder = join(base, 'plain')
    await create(folder, 'one', [Buffer.from('hello'), noise(1, 300_000)])
    expect(Buffer.from(await contentOf(folder, 'one')).toString()).toBe('hello')
    expect(
      createHash('sha256')
        .update(await contentOf(folder, 'latest', 1))
        .digest('hex'),
    ).toBe(createHash('sha256').update(noise(1, 300_000)).digest('hex'))
    expect((await findSnapshot(folder, 'one')).pods).toBe(2)
    await expect(create(folder, 'one', [Buffer.from('other')])).rejects.toThrow(/already a snapshot one/)
    await expect(create(folder, '../one', [])).rejects.toThrow(/is not a valid snapshot name/)
    await expect(findSnapshot(folder, 'two')).rejects.toThrow(/snapshot two not found/)
  })

  test('equal content is stored once, and of changed content only the pieces around the change', async () => {
    const folder = join(base, 'dedupe')
    const large = noise(2, 2_000_000)
    await create(folder, 'a', [large])
    const before = await fileCount(folder)
    await create(folder, 'b', [large])
    expect(await fileCount(folder)).toBe(before + 1) // the name; the index is equal too
    const changed = Buffer.concat([large.subarray(0, 1_000_000), Buffer.from('inserted'), large.subarray(1_000_000)])
    await create(folder, 'c', [changed])
    expect((await fileCount(folder)) - before).toBeLessThan(8)
    expect(Buffer.compare(Buffer.from(await contentOf(folder, 'c')), changed)).toBe(0)
  })

  test('pieces in order are the content, and are cut where the content says', () => {
    const large = noise(3, 1_500_000)
    expect(Buffer.compare(Buffer.concat(chunks(large)), large)).toBe(0)
    const sizes = chunks(large).map(piece => piece.length)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(256 * 1024)
    const shifted = chunks(Buffer.concat([Buffer.from('x'), large]))
    const known = new Set(chunks(large).map(piece => createHash('sha256').update(piece).digest('hex')))
    const same = shifted.filter(piece => known.has(createHash('sha256').update(piece).digest('hex')))
    expect(same.length).toBeGreaterThan(shifted.length - 4)
  })

  test('a damaged part is detected by its checksum and not returned', async () => {
    const folder = join(base, 'damaged')
    await create(folder, 'one', [Buffer.from('precious')])
    const {gzipSync} = await import('node:zlib')
    const sha256 = createHash('sha256').update('precious').digest('hex')
    await writeFile(join(folder, 'blobs', sha256.slice(0, 2), `${sha256}.gz`), gzipSync('rubbish!'))
    await expect(contentOf(folder, 'one')).rejects.toThrow(/does not match its checksum/)
  })

  test('prune keeps what snapshots need and what a run may still need, and removes the rest', async () => {
    const folder = join(base, 'prune')
    await create(folder, 'old', [noise(5, 100_000), Buffer.from('shared')])
    await create(folder, 'new', [noise(6, 100_000), Buffer.from('shared')])
    const wish = {keep: 1, dryRun: false, now: new Date()}
    const dry = await pruneSnapshots(folder, {...wish, dryRun: true, graceMs: -1000})
    expect(dry.removed.map(head => head.name)).toEqual(['new'])
    expect((await pruneSnapshots(folder, wish)).files).toBe(0) // all of it is young
    await age(folder)
    expect((await pruneSnapshots(folder, wish)).files).toBeGreaterThan(0)
    expect(await soundNames(folder)).toEqual(['old'])
    await create(folder, 'again', [noise(6, 100_000)])
    expect(await soundNames(folder)).toEqual(['again', 'old'])
  })

  test('while one snapshot cannot be read, prune removes no content at all', async () => {
    const folder = join(base, 'careful')
    await create(folder, 'good', [noise(7, 50_000)])
    await writeFile(join(folder, 'names', 'bad.json'), '{"format": "meshctl.snap')
    await age(folder)
    const before = await fileCount(folder)
    await pruneSnapshots(folder, {dryRun: false, now: new Date()})
    expect(await fileCount(folder)).toBe(before)
    expect((await listSnapshots(folder)).damaged.map(each => each.name)).toEqual(['bad'])
  })
})

describe('a disk that fails', () => {
  const mountable = process.getuid?.() === 0 && existsSync('/bin/mount')
  const {test: rootTest} = skipUnless(mountable, 'root and mount')

  rootTest('a real file system of 200 kB runs full: an error says so, and the first snapshot stays whole', async () => {
    const {execFileSync} = await import('node:child_process')
    const folder = await mkdtemp(join(tmpdir(), 'meshctl-small-'))
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', folder])
    try {
      await create(join(folder, 's'), 'first', [noise(9, 60_000)])
      await expect(
        create(join(folder, 's'), 'second', [noise(10, 60_000), noise(11, 60_000), noise(12, 60_000)]),
      ).rejects.toThrow(/the disk is full/)
      expect(await soundNames(join(folder, 's'))).toEqual(['first'])
    } finally {
      execFileSync('/bin/umount', [folder])
      await rm(folder, {recursive: true, force: true})
    }
  })
})
