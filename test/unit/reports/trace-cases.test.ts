import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {field, isObject} from '../../../src/formats/decode.js'
import {answerFolder, type TraceCaseResult} from '../../../src/reports/trace/cases-report.js'
import {readCaseFolders} from '../../../src/sources/case-folders/folder.js'
import {COMPARED, differences} from '../../support/envoy-cases.js'
import {total} from './trace-cases.js'

const OWN = 'test/fixtures/envoy-cases'

/** A case without what a predictor must not read. */
function bare(line: string): string {
  const json: unknown = JSON.parse(line)
  if (!isObject(json)) return line
  const {observed: _observed, note: _note, kind: _kind, claims: _claims, ...rest} = json
  return JSON.stringify(rest)
}

describe('what Envoy does with a request', () => {
  test('is right in every recorded case of the repository', async () => {
    const {answered, undecided, wrong} = await total(OWN)
    expect(wrong).toEqual([])
    expect(answered).toBeGreaterThan(3500)
    expect(undecided.length / answered).toBeLessThan(0.01)
  })

  test('depends on the request part alone', async () => {
    for await (const folder of readCaseFolders(OWN)) {
      const without = folder.cases.split('\n').map(line => (line === '' ? line : bare(line)))
      expect(answerFolder({...folder, cases: without.join('\n')})).toEqual(answerFolder(folder))
    }
  })

  test('comes with every field that is compared', async () => {
    for await (const folder of readCaseFolders(join(OWN, 'c110'))) {
      const known = answerFolder(folder).filter(
        (each): each is Exclude<TraceCaseResult, {unknown: true}> => !('unknown' in each),
      )
      for (const answer of known) expect(Object.keys(answer)).toEqual(['id', ...COMPARED])
    }
  })

  test('a wrong answer would be noticed', async () => {
    for await (const folder of readCaseFolders(join(OWN, 'c128'))) {
      const [first] = answerFolder(folder)
      if (first === undefined || 'unknown' in first) throw new Error('the first case is decided')
      const observed: unknown = field(JSON.parse(folder.cases.split('\n')[0] ?? ''), 'observed')
      expect(differences(first, observed)).toEqual([])
      expect(differences({...first, cluster: 'another'}, observed)).toHaveLength(1)
    }
  })
})
