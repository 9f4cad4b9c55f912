import type {Cell} from '../../terminal/doc.js'
import type {View} from '../view.js'
import {junitOf, sarifOf} from './forms.js'
import type {Verified, VerifyReport} from './report.js'

const TONES = {holds: 'good', fails: 'bad', undecided: 'warn'} as const

/** What came out otherwise, in words. */
export function differenceWords({differences}: Pick<Verified, 'differences'>): string {
  return differences.map(({field, expected, actual}) => `${field} ${actual}, expected ${expected}`).join('; ')
}

function lines(result: Verified): readonly (readonly Cell[])[] {
  const {expectation, verdict, because, fix, share} = result
  const provided = verdict === 'holds' && because !== '' ? `, ${because}` : ''
  const part = verdict === 'fails' && share < 0.9999 ? ` (${Math.round(share * 100)}% of the requests)` : ''
  return [
    [{text: verdict, tone: TONES[verdict]}, `  ${expectation.name}${part}${provided}`],
    ...(result.differences.length === 0 ? [] : [[`  ${differenceWords(result)}`]]),
    ...(because === '' || verdict === 'holds' ? [] : [[`  because: ${because}`]]),
    ...(fix === undefined ? [] : [[`  fix: ${fix}`]]),
  ]
}

/** How many of the expectations hold. */
export function summaryLine(results: readonly Verified[]): string {
  const of = (verdict: Verified['verdict']) => results.filter(each => each.verdict === verdict).length
  return `${of('holds')} of ${results.length} expectations hold, ${of('fails')} fail, ${of('undecided')} undecided`
}

/** Expectations and their results; `-o junit` and `-o sarif` for CI. */
export const verifyView: View<VerifyReport> = {
  doc: ({results}) => [{block: 'text', lines: [summaryLine(results), ...results.flatMap(lines)]}],
  data: ({file, results}) => ({apiVersion: 'meshctl/v1', kind: 'Verification', file, results}),
  texts: {junit: junitOf, sarif: sarifOf},
}
