import type {Cell} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {SuiteReport, SuiteResult} from './suite-report.js'
import {differenceWords} from './view.js'

const TONES = {holds: 'good', fails: 'bad', open: 'warn'} as const

function lines(result: SuiteResult): readonly (readonly Cell[])[] {
  const {expectation, reality, because, status, asPredicted, prediction} = result
  const seen = status === undefined ? '' : ` (status ${status})`
  return [
    [{text: reality, tone: TONES[reality]}, `  ${expectation.name}${seen}`],
    ...(result.differences.length === 0 ? [] : [[`  ${differenceWords(result)}`]]),
    ...(because === '' || reality === 'holds' ? [] : [[`  because: ${because}`]]),
    ...(asPredicted || status === undefined
      ? []
      : [[{text: `  not as predicted: by its configuration the expectation is ${prediction}`, tone: 'bad'} as const]]),
  ]
}

/** Expectations that were also sent as real requests: the outcome beside the prediction. */
export const suiteView: View<SuiteReport> = {
  doc: ({results}) => {
    const of = (reality: SuiteResult['reality']) => results.filter(each => each.reality === reality).length
    const first = `${of('holds')} of ${results.length} expectations hold, ${of('fails')} fail, ${of('open')} open`
    return [{block: 'text', lines: [first, ...results.flatMap(lines)]}]
  },
  data: ({file, results}) => ({apiVersion: 'meshctl/v1', kind: 'ProbeSuite', file, results}),
}
