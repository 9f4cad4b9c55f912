import {readdir, utimes} from 'node:fs/promises'
import {join} from 'node:path'
import {expect} from '@jest/globals'
import type {BundleIndex} from '../../src/sources/bundle/layout.js'
import {type Disk, realDisk} from '../../src/sources/snapshot/disk.js'
import {filesOf, listSnapshots, snapshotSink, snapshotSource} from '../../src/sources/snapshot/store.js'

/** The first pod of every snapshot. */
export const POD = {namespace: 'demo', name: 'web-0'}

/** Bytes that do not compress and differ by seed (a linear congruential generator). */
export function noise(seed: number, size: number): Buffer {
  let state = (seed * 2_654_435_761) >>> 0
  return Buffer.from(
    Array.from({length: size}, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state >>> 24
    }),
  )
}

/** Makes a snapshot of pods `web-0`, `web-1`, ... with these contents as their dumps. */
export async function create(
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

/** The content that was stored for a pod of a snapshot. */
export async function contentOf(folder: string, name: string, at = 0): Promise<Uint8Array> {
  const source = await snapshotSource(folder, name)
  const answer = await source.evidence('envoy.config_dump', {...POD, name: `web-${at}`})
  if (!answer.ok) throw new Error(answer.gap.detail)
  return answer.value.bytes
}

/** Every snapshot of the store can be listed and read whole, its checksums holding; tells their names. */
export async function soundNames(folder: string, only?: readonly string[]): Promise<readonly string[]> {
  const {snapshots, damaged} = await listSnapshots(folder)
  expect(damaged).toEqual([])
  for (const head of snapshots.filter(each => only === undefined || only.includes(each.name))) {
    expect(await filesOf(folder, head, realDisk)).toBeDefined()
    for (let at = 0; at < head.pods; at++) await contentOf(folder, head.name, at)
  }
  return snapshots.map(head => head.name)
}

/** How many files a directory holds. */
export async function fileCount(folder: string): Promise<number> {
  const all = await readdir(folder, {recursive: true, withFileTypes: true})
  return all.filter(each => each.isFile()).length
}

/** Makes everything in the store look old, as if no run had touched it for a day. */
export async function age(folder: string): Promise<void> {
  const old = new Date(Date.now() - 86_400_000)
  for (const each of await readdir(folder, {recursive: true, withFileTypes: true})) {
    if (each.isFile()) await utimes(join(each.parentPath, each.name), old, old)
  }
}
