import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {field, isObject, textOf} from '../../../src/formats/decode.js'
import {answerFolder, type TraceCaseResult} from '../../../src/reports/trace/cases-report.js'
import {type CaseFolder, readCaseFolders} from '../../../src/sources/case-folders/folder.js'
import {COMPARED, differences} from '../../support/envoy-cases.js'
import {SHARED, sharedTest} from '../../support/shared-data.js'

const OWN = 'test/fixtures/envoy-cases'

interface Score {
  readonly answered: number
  readonly undecided: readonly string[]
  readonly wrong: readonly string[]
}

function scored(folder: CaseFolder): Score {
  const answers = answerFolder(folder)
  const observed = new Map(
    folder.cases
      .split('\n')
      .filter(line => line !== '')
      .map((line): [string, unknown] => {
        const json: unknown = JSON.parse(line)
        return [textOf(json, 'id') ?? '', field(json, 'observed')]
      }),
  )
  return {
    answered: answers.length,
    undecided: answers.flatMap(each => ('unknown' in each ? [each.reason] : [])),
    wrong: answers.flatMap(each => differences(each, observed.get(each.id))),
  }
}

async function total(path: string): Promise<Score> {
  let all: Score = {answered: 0, undecided: [], wrong: []}
  for await (const folder of readCaseFolders(path)) {
    const {answered, undecided, wrong} = scored(folder)
    all = {
      answered: all.answered + answered,
      undecided: [...all.undecided, ...undecided],
      wrong: [...all.wrong, ...wrong],
    }
  }
  return all
}

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

  sharedTest(
    'is right in the larger recordings',
    async () => {
      const {answered, undecided, wrong} = await total(join(SHARED, 'envoy', 'given'))
      expect(wrong).toEqual([])
      expect(undecided.length / answered).toBeLessThan(0.01)
      expect([...new Set(undecided)]).toMatchInlineSnapshot(`
[
  "whether an upstream that closes at once ends or resets the connection",
]
`)
    },
    60_000,
  )
})
