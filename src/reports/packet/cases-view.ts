import type {Cell} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {CasesReport, PacketCaseResult} from './cases-report.js'

function row(answer: PacketCaseResult): readonly Cell[] {
  const landed = answer.landed === null ? '-' : `${answer.landed.ns}:${answer.landed.port}`
  const last = answer.rules.at(-1)
  const state: Cell =
    answer.ok === undefined
      ? ''
      : answer.ok
        ? {text: 'ok', tone: 'good'}
        : {text: `FAILED ${answer.differs?.join('; ')}`, tone: 'bad'}
  return [
    answer.id,
    answer.outcome,
    landed,
    answer.origDst ?? '-',
    last === undefined ? '-' : `${last.at} ${last.rule}`,
    state,
  ]
}

/** A packet table answered: one row, or one JSON line, per case. */
export const casesView: View<CasesReport> = {
  namedBy: 'CASE',
  doc: report => [
    {
      block: 'table',
      style: 'columns',
      header: ['CASE', 'OUTCOME', 'LANDS', 'ORIGINAL DST', 'LAST NAT RULE', ''],
      rows: report.answers.map(row),
    },
  ],
  data: report => report.answers,
  jsonLines: true,
}
