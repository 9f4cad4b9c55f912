import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {field} from '../../../src/formats/decode.js'
import {answerFolder, type TraceCaseResult} from '../../../src/reports/trace/cases-report.js'
import {readCaseFolders} from '../../../src/sources/case-folders/folder.js'
import {COMPARED, differences} from '../../support/envoy-cases.js'
import {answersWithoutOutcomes, OWN_CASES, total} from './trace-cases.js'

describe('what Envoy does with a request', () => {
  test('is right in recorded cases of the repository', async () => {
    const {answered, undecided, wrong} = await total(OWN_CASES, 0.35)
    expect(wrong).toEqual([])
    expect(answered).toBeGreaterThan(1000)
    expect(undecided.length / answered).toBeLessThan(0.01)
  })

  test('depends on the request part alone', async () => {
    await answersWithoutOutcomes(0.06)
  })

  test('comes with every field that is compared', async () => {
    for await (const folder of readCaseFolders(join(OWN_CASES, 'c110'))) {
      const known = answerFolder(folder).filter(
        (each): each is Exclude<TraceCaseResult, {unknown: true}> => !('unknown' in each),
      )
      for (const answer of known) expect(Object.keys(answer)).toEqual(['id', ...COMPARED])
    }
  })

  test('a wrong answer would be noticed', async () => {
    for await (const folder of readCaseFolders(join(OWN_CASES, 'c128'))) {
      const [first] = answerFolder(folder)
      if (first === undefined || 'unknown' in first) throw new Error('the first case is decided')
      const observed: unknown = field(JSON.parse(folder.cases.split('\n')[0] ?? ''), 'observed')
      expect(differences(first, observed)).toEqual([])
      expect(differences({...first, cluster: 'another'}, observed)).toHaveLength(1)
    }
  })

  test('is held against what a case expects', async () => {
    for await (const folder of readCaseFolders(join(OWN_CASES, 'c128'))) {
      const [line = ''] = folder.cases.split('\n')
      const [answer] = answerFolder({...folder, cases: line})
      if (answer === undefined || 'unknown' in answer) throw new Error('the first case is decided')
      const expecting = (expect: object) =>
        answerFolder({...folder, cases: JSON.stringify({...JSON.parse(line), expect})})[0]
      const {listener, status} = answer
      expect(expecting({listener, status})).toEqual({...answer, ok: true})
      expect(expecting({status: 418})).toEqual({
        ...answer,
        ok: false,
        differs: [`status: expected 418, is ${status}`],
      })
      expect(() => expecting({statuss: 200})).toThrow('cannot expect statuss')
    }
  })
})
