import {readdirSync, readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {expect, test} from '@jest/globals'
import {analyzedFiles, ownAlarms} from '../support/analyzed.js'
import {hasShared, SHARED} from '../support/shared-data.js'
import {skipUnless} from '../support/skip-unless.js'

interface AnalyzerCase {
  readonly case: string
  readonly inputs: readonly string[]
  readonly expected: readonly unknown[] | null
}

const {describe: withMesh} = skipUnless(hasShared('mesh', 'kubernetes', 'objects'), 'the mesh in ../shared/data')

withMesh('rules that istioctl lacks', () => {
  test('are silent about a mesh that works', async () => {
    const folder = resolve(SHARED, 'mesh/kubernetes/objects')
    const report = await analyzedFiles(readdirSync(folder).map(name => resolve(folder, name)))
    expect(report.analysed).toBeGreaterThan(50)
    expect(ownAlarms(report)).toEqual([])
  })
})

const {describe: withInputs} = skipUnless(
  hasShared('analyze', 'expected.jsonl'),
  "the inputs of Istio's analyzers in ../shared/data",
)

withInputs("inputs about which Istio's analyzers are silent", () => {
  const path = resolve(SHARED, 'analyze', 'expected.jsonl')
  const all = hasShared('analyze', 'expected.jsonl') ? readFileSync(path, 'utf8').trim().split('\n') : []
  const silent = all.map(line => JSON.parse(line) as AnalyzerCase).filter(each => (each.expected ?? []).length === 0)
  test.each(silent.map(each => [each.case, each.inputs] as const))('%s', async (_name, inputs) => {
    expect(ownAlarms(await analyzedFiles(inputs.map(each => resolve(SHARED, 'analyze', each))))).toEqual([])
  })
})
