import {field, textOf} from '../../../src/formats/decode.js'
import {answerFolder} from '../../../src/reports/trace/cases-report.js'
import {type CaseFolder, readCaseFolders} from '../../../src/sources/case-folders/folder.js'
import {differences} from '../../support/envoy-cases.js'

/** How many of the recorded cases are answered, and which are undecided or wrong. */
export interface Score {
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

/** The score of all recorded cases under a path. */
export async function total(path: string): Promise<Score> {
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
