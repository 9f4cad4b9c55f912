import {spawn} from 'node:child_process'
import {createHash} from 'node:crypto'
import {existsSync} from 'node:fs'
import {mkdtemp, readdir, rm, stat, utimes, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {setTimeout as wait} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {buildSync} from 'esbuild'
import type {BundleIndex} from '../../../src/sources/bundle/layout.js'
import {chunks} from '../../../src/sources/snapshot/chunks.js'
import {type Disk, realDisk} from '../../../src/sources/snapshot/disk.js'
import {pruneSnapshots} from '../../../src/sources/snapshot/prune.js'
import {
  filesOf,
  findSnapshot,
  listSnapshots,
  snapshotSink,
  snapshotSource,
} from '../../../src/sources/snapshot/store.js'
import {skipUnless} from '../../support/skip-unless.js'

const POD = {namespace: 'demo', name: 'web-0'}

/** Bytes that do not compress and differ by seed (a linear congruential generator). */
function noise(seed: number, size: number): Buffer {
  let state = (seed * 2_654_435_761) >>> 0
  return Buffer.from(
    Array.from({length: size}, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state >>> 24
    }),
  )
}

async function create(
  folder: string,
  name: string,
  contents: readonly Uint8Array[],
  disk: Disk = realDisk,
): Promise<void> {
  const sink = await snapshotSink(folder, name, disk)
  const held = []
  for (const bytes of contents) held.push(await sink.add(bytes))
  const index: BundleIndex = {
    version: 1,
    capturedAt: '2026-11-20T19:00:00Z',
    from: 'a test',
    tool: 'meshctl',
    defaultNamespace: 'demo',
    redacted: true,
    evidence: held.map((ref, at) => ({
      namespace: POD.namespace,
      pod: `web-${at}`,
      id: 'envoy.config_dump',
      provenance: {},
      held: ref,
    })),
    objects: [],
  }
  await sink.finish(index)
}

async function contentOf(folder: string, name: string, at = 0): Promise<Uint8Array> {
  const source = await snapshotSource(folder, name)
  const answer = await source.evidence('envoy.config_dump', {...POD, name: `web-${at}`})
  if (!answer.ok) throw new Error(answer.gap.detail)
  return answer.value.bytes
}

/** Every snapshot of the store can be listed and read whole, its checksums holding; tells their names. */
async function soundNames(folder: string, only?: readonly string[]): Promise<readonly string[]> {
  const {snapshots, damaged} = await listSnapshots(folder)
  expect(damaged).toEqual([])
  for (const head of snapshots.filter(each => only === undefined || only.includes(each.name))) {
    expect(await filesOf(folder, head, realDisk)).toBeDefined()
    for (let at = 0; at < head.pods; at++) await contentOf(folder, head.name, at)
  }
  return snapshots.map(head => head.name)
}

async function files(folder: string): Promise<number> {
  const all = await readdir(folder, {recursive: true, withFileTypes: true})
  return all.filter(each => each.isFile()).length
}

/** Makes everything in the store look old, as if no run had touched it for a day. */
async function age(folder: string): Promise<void> {
  const old = new Date(Date.now() - 86_400_000)
  for (const each of await readdir(folder, {recursive: true, withFileTypes: true})) {
    if (each.isFile()) await utimes(join(each.parentPath, each.name), old, old)
  }
}

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
    const before = await files(folder)
    await create(folder, 'b', [large])
    expect(await files(folder)).toBe(before + 1) // the name; the index is equal too
    const changed = Buffer.concat([large.subarray(0, 1_000_000), Buffer.from('inserted'), large.subarray(1_000_000)])
    await create(folder, 'c', [changed])
    expect((await files(folder)) - before).toBeLessThan(8)
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

  test('a damaged piece is told by its checksum, not handed out', async () => {
    const folder = join(base, 'damaged')
    await create(folder, 'one', [Buffer.from('precious')])
    const {gzipSync} = await import('node:zlib')
    const sha256 = createHash('sha256').update('precious').digest('hex')
    await writeFile(join(folder, 'blobs', sha256.slice(0, 2), `${sha256}.gz`), gzipSync('rubbish!'))
    await expect(contentOf(folder, 'one')).rejects.toThrow(/does not match its checksum/)
  })

  test('many runs at once, of equal and of different content, all succeed and share', async () => {
    const folder = join(base, 'concurrent')
    const names = Array.from({length: 100}, (_, at) => `run-${at}`)
    await Promise.all(names.map((name, at) => create(folder, name, [noise(4, 70_000), noise(100 + (at % 5), 1000)])))
    expect([...(await soundNames(folder))].sort()).toEqual([...names].sort())
  })

  test('of two runs that want one name, one gets it and the other is told', async () => {
    const folder = join(base, 'race')
    for (let round = 0; round < 100; round++) {
      const both = await Promise.allSettled([
        create(folder, `same-${round}`, [Buffer.from('left')]),
        create(folder, `same-${round}`, [Buffer.from('right')]),
      ])
      expect(both.filter(each => each.status === 'fulfilled')).toHaveLength(1)
    }
    expect(await soundNames(folder)).toHaveLength(100)
  }, 60_000)

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
    const before = await files(folder)
    await pruneSnapshots(folder, {dryRun: false, now: new Date()})
    expect(await files(folder)).toBe(before)
    expect((await listSnapshots(folder)).damaged.map(each => each.name)).toEqual(['bad'])
  })

  test('creating and pruning at the same time, 100 times: what was created stays whole', async () => {
    const folder = join(base, 'contest')
    for (let round = 0; round < 100; round++) {
      await Promise.all([
        create(folder, `r-${round}`, [noise(round % 7, 3000)]),
        pruneSnapshots(folder, {keep: 3, dryRun: false, now: new Date()}),
      ])
      expect((await soundNames(folder)).length).toBeGreaterThan(0)
    }
  }, 60_000)
})

describe('a disk that fails', () => {
  /** A disk whose n-th change fails as a full one does, half of the bytes written. */
  function failing(step: number, code: string): Disk {
    let left = step
    const full = () => Object.assign(new Error(code), {code})
    const spend = () => left-- <= 0
    return {
      ...realDisk,
      async write(path, bytes) {
        if (!spend()) return await realDisk.write(path, bytes)
        await realDisk.write(path, bytes.subarray(0, bytes.length / 2))
        throw full()
      },
      async rename(from, to) {
        if (spend()) throw full()
        await realDisk.rename(from, to)
      },
      async link(from, to) {
        if (spend()) throw full()
        await realDisk.link(from, to)
      },
    }
  }

  test('full at any step, 100 times: nothing stored before is touched, nothing half-made is seen', async () => {
    const folder = join(base, 'full')
    await create(folder, 'base', [noise(8, 70_000)])
    let failures = 0
    for (let step = 0; step < 100; step++) {
      const contents = [noise(8, 70_000), ...Array.from({length: 6}, (_, at) => noise(1000 + step * 10 + at, 2000))]
      const made = await create(folder, `try-${step}`, contents, failing(step % 20, 'ENOSPC')).then(
        () => true,
        (error: Error) => {
          expect(error.message).toMatch(/the disk is full/)
          return false
        },
      )
      if (!made) failures++
      const names = await soundNames(folder, ['base', `try-${step}`])
      expect(names).toContain('base')
      expect(names.includes(`try-${step}`)).toBe(made)
    }
    expect(failures).toBeGreaterThan(70)
    await soundNames(folder)
    expect(await readdir(join(folder, 'tmp'))).toEqual([])
  }, 120_000)

  const mountable = process.getuid?.() === 0 && existsSync('/bin/mount')
  const {test: rootTest} = skipUnless(mountable, 'root and mount')

  rootTest('a real file system of 200 kB runs full: told so, the first snapshot stays whole', async () => {
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

describe('a run that is killed', () => {
  test('kill -9 at any moment, 100 times: the store stays whole and the next run works', async () => {
    const folder = join(base, 'killed')
    const program = join(base, 'child.mjs')
    buildSync({
      stdin: {
        contents: `
          import {snapshotSink} from './src/sources/snapshot/store.ts'
          import {randomBytes} from 'node:crypto'
          const [folder, run] = process.argv.slice(2)
          process.send?.('ready')
          for (let n = 0; ; n++) {
            const sink = await snapshotSink(folder, 'k-' + run + '-' + n)
            const held = [await sink.add(randomBytes(100_000)), await sink.add(Buffer.alloc(90_000, run))]
            await sink.finish({version: 1, capturedAt: new Date().toISOString(), from: 'child', tool: 't', defaultNamespace: 'demo', redacted: true, objects: [],
              evidence: held.map((ref, at) => ({namespace: 'demo', pod: 'web-' + at, id: 'envoy.config_dump', provenance: {}, held: ref}))})
            process.send?.('saved')
          }`,
        resolveDir: resolve('.'),
        loader: 'ts',
      },
      outfile: program,
      bundle: true,
      format: 'esm',
      platform: 'node',
      logLevel: 'error',
      banner: {js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);"},
    })
    await create(folder, 'base', [noise(13, 150_000)])
    for (let run = 0; run < 100; run++) {
      const child = spawn(process.execPath, [program, folder, String(run)], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      })
      const over = new Promise<void>(done => child.once('exit', () => done()))
      const heard = (word: string) =>
        new Promise<void>(done => child.on('message', said => (said === word ? done() : undefined)))
      const saved = heard('saved')
      await heard('ready')
      // However slow the machine, one in ten has saved something when it dies.
      await (run % 10 === 9 ? saved : wait(run % 25))
      child.kill('SIGKILL')
      await over
      const {snapshots, damaged} = await listSnapshots(folder)
      expect(damaged).toEqual([])
      expect(snapshots.map(head => head.name)).toContain('base')
    }
    const names = await soundNames(folder)
    expect(names.length).toBeGreaterThan(1)
    await create(folder, 'after', [noise(14, 1000)])
    await age(folder)
    await pruneSnapshots(folder, {dryRun: false, now: new Date()})
    expect(await readdir(join(folder, 'tmp'))).toEqual([])
    expect([...(await soundNames(folder))].sort()).toEqual([...names, 'after'].sort())
    expect((await stat(join(folder, 'names'))).isDirectory()).toBe(true)
  }, 180_000)
})
