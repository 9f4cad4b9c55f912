import {spawn} from 'node:child_process'
import {mkdtemp, readdir, rm, stat} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {setTimeout as wait} from 'node:timers/promises'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {buildSync} from 'esbuild'
import {type Disk, realDisk} from '../../../src/sources/snapshot/disk.js'
import {pruneSnapshots} from '../../../src/sources/snapshot/prune.js'
import {listSnapshots} from '../../../src/sources/snapshot/store.js'
import {oracleSize} from '../../support/oracle-size.js'
import {age, create, noise, soundNames} from '../../support/snapshot-stores.js'

const LONGEST_MS = 240_000

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

/** Runs at the same time, on failing disks and killed, each `usual` times; SNAPSHOTS_SHARE asks for more or fewer. */
export function snapshotStress(usual: number): void {
  const {count: times} = oracleSize('SNAPSHOTS', {seed: 0, count: usual})
  let base = ''
  beforeAll(async () => {
    base = await mkdtemp(join(tmpdir(), 'meshctl-snapshots-'))
  })
  afterAll(async () => {
    await rm(base, {recursive: true, force: true})
  })

  test(
    'many runs at once, of equal and of different content, all succeed and share',
    async () => {
      const folder = join(base, 'concurrent')
      const names = Array.from({length: times}, (_, at) => `run-${at}`)
      await Promise.all(names.map((name, at) => create(folder, name, [noise(4, 70_000), noise(100 + (at % 5), 1000)])))
      expect([...(await soundNames(folder))].sort()).toEqual([...names].sort())
    },
    LONGEST_MS,
  )

  test(
    'of two runs that want one name, one gets it and the other fails with an error',
    async () => {
      const folder = join(base, 'race')
      for (let round = 0; round < times; round++) {
        const both = await Promise.allSettled([
          create(folder, `same-${round}`, [Buffer.from('left')]),
          create(folder, `same-${round}`, [Buffer.from('right')]),
        ])
        expect(both.filter(each => each.status === 'fulfilled')).toHaveLength(1)
      }
      expect(await soundNames(folder)).toHaveLength(times)
    },
    LONGEST_MS,
  )

  test(
    `creating and pruning at the same time, ${times} times: what was created stays whole`,
    async () => {
      const folder = join(base, 'contest')
      for (let round = 0; round < times; round++) {
        await Promise.all([
          create(folder, `r-${round}`, [noise(round % 7, 3000)]),
          pruneSnapshots(folder, {keep: 3, dryRun: false, now: new Date()}),
        ])
        expect((await soundNames(folder)).length).toBeGreaterThan(0)
      }
    },
    LONGEST_MS,
  )

  test(
    `a disk full at any step, ${times} times: nothing stored before is touched, nothing half-made is seen`,
    async () => {
      const folder = join(base, 'full')
      await create(folder, 'base', [noise(8, 70_000)])
      let failures = 0
      for (let step = 0; step < times; step++) {
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
      expect(failures).toBeGreaterThan(times * 0.6)
      await soundNames(folder)
      expect(await readdir(join(folder, 'tmp'))).toEqual([])
    },
    LONGEST_MS,
  )

  test(
    `kill -9 at any moment, ${times} times: the store stays whole and the next run works`,
    async () => {
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
      for (let run = 0; run < times; run++) {
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
    },
    LONGEST_MS,
  )
}
