import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {stringify} from 'yaml'
import {KINDS, kindOf, kindWord} from '../../src/model/kube/kinds.js'
import {openFiles} from '../../src/sources/open.js'
import type {Source} from '../../src/sources/source.js'
import {memorySource} from '../support/memory-source.js'
import {captured, clusterServing, sampleSource} from '../support/served.js'

/** Every kind a question may ask for, by the word that names it, among them those of groups a cluster may lack: Gateway API, Argo Rollouts. */
const WORDS = [...new Set(KINDS.map(kindWord))]

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {name: 'a', namespace: 'demo'},
  spec: {containers: [{name: 'a', image: 'a'}]},
}

const SOURCES: Readonly<Record<string, (folder: string) => Promise<Source>>> = {
  'the sample': sampleSource,
  'a manifest': async folder => {
    await writeFile(join(folder, 'pod.yaml'), stringify(POD))
    return await openFiles([join(folder, 'pod.yaml')])
  },
  'a cluster of one pod, captured': async () => {
    const source = await captured(memorySource({objects: [POD]}), false)
    expect(await said(source, 'Rollout')).toEqual({objects: 0})
    return source
  },
}

async function said(source: Source, kind: string, namespace?: string): Promise<object> {
  const answer = await source.objects({kind, ...(namespace === undefined ? {} : {namespace})})
  return answer.ok ? {objects: answer.value.length} : {gap: answer.gap.reason}
}

describe.each(Object.keys(SOURCES))('%s, served', name => {
  let folder = ''
  let source: Source
  let live: Source
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshctl-kinds-'))
    source = await (SOURCES[name] as (folder: string) => Promise<Source>)(folder)
    live = await clusterServing(source)
  })
  afterAll(async () => {
    await live.close()
    await rm(folder, {recursive: true, force: true})
  })

  test.each(WORDS)('%s: a kind that is not there is as absent through serve as in the source', async kind => {
    expect(await said(live, kind)).toEqual(await said(source, kind))
    if (kindOf(kind)?.namespaced === true)
      expect(await said(live, kind, 'demo')).toEqual(await said(source, kind, 'demo'))
  })
})
