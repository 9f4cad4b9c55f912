import {expect} from '@jest/globals'
import {field, isObject, textOf} from '../../../src/formats/decode.js'
import {answerFolder} from '../../../src/reports/trace/cases-report.js'
import {type CaseFolder, readCaseFolders} from '../../../src/sources/case-folders/folder.js'
import {differences} from '../../support/envoy-cases.js'
import {corpusShare} from '../../support/oracle-size.js'

/** The recorded cases that are kept in the repository, by configuration. */
export const OWN_CASES = 'test/fixtures/envoy-cases'

/** How many of the recorded cases are asked and answered, and which are undecided or wrong. */
export interface Score {
  readonly asked: number
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
    asked: observed.size,
    answered: answers.length,
    undecided: answers.flatMap(each => ('unknown' in each ? [each.reason] : [])),
    wrong: answers.flatMap(each => differences(each, observed.get(each.id))),
  }
}

async function foldersIn(path: string): Promise<readonly CaseFolder[]> {
  const all: CaseFolder[] = []
  for await (const folder of readCaseFolders(path)) all.push(folder)
  return all
}

/** A share of the configurations under a path, with their recorded cases. */
async function shareOf(path: string, share: number): Promise<readonly CaseFolder[]> {
  return corpusShare('TRACE', await foldersIn(path), share)
}

/** How many cases are recorded under a path, whatever share of them is asked. */
export async function recordedCases(path: string): Promise<number> {
  return (await foldersIn(path)).flatMap(({cases}) => cases.split('\n').filter(line => line !== '')).length
}

/** A case without what a predictor must not read. */
function bare(line: string): string {
  const json: unknown = JSON.parse(line)
  if (!isObject(json)) return line
  const {observed: _observed, note: _note, kind: _kind, claims: _claims, ...rest} = json
  return JSON.stringify(rest)
}

/** Expects the same answers about a share of the repository's cases once everything that was observed is taken out of them. */
export async function answersWithoutOutcomes(share: number): Promise<void> {
  for (const folder of await shareOf(OWN_CASES, share)) {
    const without = folder.cases.split('\n').map(line => (line === '' ? line : bare(line)))
    expect(answerFolder({...folder, cases: without.join('\n')})).toEqual(answerFolder(folder))
  }
}

/** The score of a share of the recorded cases under a path. */
export async function total(path: string, share = 1): Promise<Score> {
  let all: Score = {asked: 0, answered: 0, undecided: [], wrong: []}
  for (const folder of await shareOf(path, share)) {
    const {asked, answered, undecided, wrong} = scored(folder)
    all = {
      asked: all.asked + asked,
      answered: all.answered + answered,
      undecided: [...all.undecided, ...undecided],
      wrong: [...all.wrong, ...wrong],
    }
  }
  return all
}
