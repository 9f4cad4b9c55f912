import {readdirSync} from 'node:fs'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {UserError} from '../../src/model/evidence/user-error.js'
import type {PodRef} from '../../src/model/kube/kube-object.js'
import type {Source} from '../../src/sources/source.js'
import {corpusShare} from '../support/oracle-size.js'
import {MESH_QUESTIONS, QUESTIONS, type Question} from '../support/questions.js'
import {captured, clusterServing, sampleSource} from '../support/served.js'
import {withParts} from './loop-parts.js'

/** No answer is an answer too: the sentence, without the list of what this source offers. */
async function answer(ask: () => Promise<object>, source: Source): Promise<object> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const message = error.message.replaceAll(source.origin.label, 'the source')
    return {error: message.replaceAll(/\S*\/\S+\.tgz/g, 'the source')}
  }
}

/**
 * The sample's evidence was read from outside its pods, some of it in ways a cluster does not offer. What a cluster can give of it is the base here:
 * the sample served, and captured from there. From that point on nothing may be lost or changed on any way.
 */
let base: Source
let copy: Source
let live: Source
let sample: Source
let sampleCopy: Source

beforeAll(async () => {
  sample = withParts(await sampleSource())
  const served = await clusterServing(sample)
  base = await captured(served)
  await served.close()
  copy = await captured(base)
  sampleCopy = await captured(sample)
  live = await clusterServing(base)
}, 300_000)

afterAll(async () => {
  await live?.close()
})

async function pods(): Promise<readonly PodRef[]> {
  const found = await base.objects({kind: 'Pod'})
  return found.ok ? found.value.map(pod => ({namespace: pod.metadata.namespace ?? '', name: pod.metadata.name})) : []
}

/**
 * Folders of reports that answer no question about a mesh at one moment: what they show is about meshctl itself, permissions, files on this machine, or
 * how the answers of check changed (monitor).
 */
const OTHER = [
  'can-i',
  'capture',
  'explain',
  'merge',
  'monitor',
  'pasted-table',
  'read',
  'rules',
  'runbook',
  'snapshots',
]

/** Fails when a folder of src/reports is neither asked nor known to answer no question about a mesh. */
export function everyReportIsAsked(): void {
  const folders = readdirSync('src/reports', {withFileTypes: true})
    .filter(each => each.isDirectory())
    .map(each => each.name)
  const asked = [...Object.keys(QUESTIONS), ...Object.keys(MESH_QUESTIONS)].map(name => name.split(' ')[0])
  expect(folders.filter(name => !asked.includes(name) && !OTHER.includes(name))).toEqual([])
}

/** A share of the questions, about the pods of the sample that `some` picks and about the mesh, but those left out. */
export function loopLaw(
  some: (pod: PodRef) => boolean,
  least: number,
  share = 1,
  leftOut: readonly string[] = [],
): void {
  test.each(corpusShare('LOOP', Object.keys(QUESTIONS), share))(
    '%s, for each pod',
    async name => {
      const ask = QUESTIONS[name] as Question
      const all = (await pods()).filter(some)
      expect(all.length).toBeGreaterThanOrEqual(least)
      let answered = 0
      // A question about no pod is asked once.
      const asked = ask.length < 2 ? all.slice(0, 1) : all
      for (const pod of asked) {
        const first = await answer(() => ask(base, pod), base)
        expect({pod, ...(await answer(() => ask(copy, pod), copy))}).toEqual({pod, ...first})
        expect({pod, ...(await answer(() => ask(live, pod), live))}).toEqual({pod, ...first})
        expect({pod, ...(await answer(() => ask(sampleCopy, pod), sampleCopy))}).toEqual({
          pod,
          ...(await answer(() => ask(sample, pod), sample)),
        })
        if (!('error' in first)) answered += 1
      }
      expect(answered).toBeGreaterThanOrEqual(name === 'ecds' ? 1 : Math.max(1, Math.min(least - 3, asked.length)))
    },
    300_000,
  )

  const aboutMesh = Object.keys(MESH_QUESTIONS).filter(name => !leftOut.includes(name))
  test.each(corpusShare('LOOP', aboutMesh, share))(
    '%s',
    async name => {
      const ask = MESH_QUESTIONS[name] as (source: Source, asOf: Date) => Promise<object>
      // A capture is judged as of its own moment, and so is what serves it.
      const asOf = new Date(base.origin.capturedAt ?? 0)
      const first = await answer(() => ask(base, asOf), base)
      expect(first).not.toHaveProperty('error')
      expect(await answer(() => ask(copy, asOf), copy)).toEqual(first)
      expect(await answer(() => ask(live, asOf), live)).toEqual(first)
    },
    300_000,
  )
}
