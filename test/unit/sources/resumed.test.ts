import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {answered, missing} from '../../../src/model/evidence/answer.js'
import type {EvidenceId} from '../../../src/model/evidence/evidence.js'
import {podLabel} from '../../../src/model/kube/kube-object.js'
import {planCapture} from '../../../src/reports/capture/plan.js'
import {captureReport} from '../../../src/reports/capture/report.js'
import {openArchive} from '../../../src/sources/bundle/blobs.js'
import {BUNDLE_INDEX, parseIndex} from '../../../src/sources/bundle/layout.js'
import {bundleSink} from '../../../src/sources/bundle/sink.js'
import {openFiles} from '../../../src/sources/open.js'
import {resumedSource} from '../../../src/sources/resumed.js'
import type {Source} from '../../../src/sources/source.js'
import {sampleSource} from '../../support/sample.js'
import {tempFolder} from '../../support/temp-folder.js'

const LATER = '2026-11-20T20:30:00.000Z'
const folder = tempFolder('resumed')

/** The sample as a live cluster whose connection is lost after a number of answers: from then on nothing can be read. */
function losing(source: Source, answers: number): Source {
  let left = answers
  return {
    ...source,
    evidence: async (id, pod) =>
      left-- > 0 ? await source.evidence(id, pod) : missing(id, 'unreachable', 'connection reset'),
  }
}

/** The same, and what was asked of it. */
function watched(source: Source): {readonly source: Source; readonly asked: Set<string>} {
  const asked = new Set<string>()
  return {
    asked,
    source: {
      ...source,
      evidence: async (id, pod) => {
        asked.add(`${podLabel(pod)} ${id}`)
        return await source.evidence(id, pod)
      },
    },
  }
}

async function captureTo(path: string, source: Source, resumed?: string) {
  const plan = await planCapture(source, {
    pods: ['deploy/sleep', 'details-v1-cc94d67b-lq7vz', 'db-0'],
    target: {namespace: 'demo'},
    istiod: false,
    istioNamespace: 'istio-system',
  })
  const report = await captureReport(source, await bundleSink(path), plan, {
    path,
    tool: 'test',
    redact: true,
    concurrency: 1,
    signal: new AbortController().signal,
    agree: () => true,
    progress: () => undefined,
    now: () => new Date(LATER),
    ...(resumed === undefined ? {} : {resumed}),
  })
  const index = await (await openArchive(path, await readFile(path))).read(BUNDLE_INDEX)
  return {report, index: parseIndex(Buffer.from(index ?? '').toString(), path)}
}

/** What a bundle holds: the content by its checksum, or why there is none. What a pod cannot have is absent either way. */
const contents = (index: ReturnType<typeof parseIndex>) =>
  new Map(
    index.evidence.map(({pod, id, held}) => [
      `${pod} ${id}`,
      'sha256' in held ? held.sha256 : held.reason.replace('not-applicable', 'not-captured'),
    ]),
  )

describe('a capture continued after a lost connection', () => {
  test('holds what an undisturbed capture holds, and asks only for what had failed', async () => {
    const live = await sampleSource()
    const whole = await captureTo(join(folder, 'whole.tgz'), live)
    const broken = await captureTo(join(folder, 'broken.tgz'), losing(live, 40))
    expect(broken.report.gaps.some(({reason}) => reason === 'unreachable')).toBe(true)

    const {source, asked} = watched(live)
    const previous = await openFiles([join(folder, 'broken.tgz')])
    const again = await captureTo(join(folder, 'again.tgz'), await resumedSource(previous, source), 'broken.tgz')
    expect(contents(again.index)).toEqual(contents(whole.index))
    expect(again.index.objects).toEqual(whole.index.objects)
    const failed = broken.index.evidence.filter(
      ({held}) => !('sha256' in held) && /^(unreachable|not-captured)$/.test(held.reason),
    )
    expect([...asked].sort()).toEqual(
      failed.map(({namespace, pod, id}) => `${podLabel({namespace, name: pod})} ${id}`).sort(),
    )

    // Ages are those of the first capture; the bundle says itself that part of it is later.
    expect([again.index.capturedAt, again.index.resumedAt]).toEqual([broken.index.capturedAt, LATER])
    expect((await openFiles([join(folder, 'again.tgz')])).remarks).toEqual([
      `this capture was resumed at ${LATER}: what had failed before was read then`,
    ])
    expect(again.report.notes.join()).toContain('broken.tgz')
  })

  test('asks no pod that has been replaced, and refuses a capture none of whose pods exist', async () => {
    const live = await sampleSource()
    const path = join(folder, 'replaced.tgz')
    await captureTo(path, losing(live, 0))
    const previous = await openFiles([path])
    const replaced = (all: boolean): Source => ({
      ...live,
      objects: async query => {
        const answer = await live.objects(query)
        if (!answer.ok || query.kind !== 'Pod') return answer
        const other = (name: string) => all || name.startsWith('db-0')
        return answered(
          answer.value.map(pod =>
            other(pod.metadata.name) ? {...pod, metadata: {...pod.metadata, uid: 'another'}} : pod,
          ),
        )
      },
    })
    const source = await resumedSource(previous, replaced(false))
    const id: EvidenceId = 'envoy.config_dump'
    const gone = await source.evidence(id, {namespace: 'demo', name: 'db-0'})
    expect(gone).toMatchObject({
      ok: false,
      gap: {reason: 'not-found', detail: expect.stringContaining('has been replaced')},
    })
    expect((await source.evidence(id, {namespace: 'demo', name: 'details-v1-cc94d67b-lq7vz'})).ok).toBe(true)
    await expect(resumedSource(previous, replaced(true))).rejects.toThrow(/no pod of .* exists in/)
  })
})
