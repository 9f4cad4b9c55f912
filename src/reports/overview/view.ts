import {gapSentences} from '../../model/evidence/answer.js'
import {objectLabel} from '../../model/kube/pod.js'
import type {Block, Cell, Doc, Line} from '../../terminal/doc.js'
import {SEVERITY_TONES} from '../state-tones.js'
import type {View} from '../view.js'
import {overviewData} from './data.js'
import {healthNumber, healthRows} from './health.js'
import {overviewMarkdown} from './markdown.js'
import {overviewPage} from './page/page.js'
import type {OverviewReport} from './report.js'
import {worstFindings} from './worst-findings.js'

/** Findings on the terminal: the rest is in the page and in `check`. */
const LISTED = 10

function gapLines({gaps}: OverviewReport): readonly Line[] {
  const all = gapSentences(gaps)
  return all.map((each): Line => [{text: 'not checked: ', tone: 'warn'}, each])
}

function findingLines(report: OverviewReport): readonly Line[] {
  const {listed, rest} = worstFindings(report, LISTED)
  return [
    ...listed.map(({severity, code, object, message}): readonly Cell[] => [
      {text: `${severity.toUpperCase()} ${code} `, tone: SEVERITY_TONES[severity]},
      `${objectLabel(object)}: ${message}`,
    ]),
    ...(rest > 0 ? [`and ${rest} more: meshctl check`] : []),
  ]
}

function doc(report: OverviewReport): Doc {
  const {origin, namespace, at} = report
  const where = namespace === undefined ? 'every namespace' : `namespace ${namespace}`
  const findings = findingLines(report)
  const table: Block = {
    block: 'table',
    style: 'columns',
    header: ['AREA', 'PROBLEMS', 'DETAILS'],
    rows: healthRows(report).map(row => [row.area, {text: healthNumber(row), tone: row.tone}, row.words]),
  }
  return [
    {block: 'text', lines: [`${origin.label}, ${where}, ${at}`, ...gapLines(report), '']},
    table,
    ...(findings.length === 0 ? [] : [{block: 'text', lines: ['', ...findings]} as const]),
  ]
}

/** The state of the mesh on one screen; the page and the ticket say the rest. */
export const overviewView: View<OverviewReport> = {
  doc,
  data: overviewData,
  showsGaps: true,
  page: report => overviewPage(report),
  texts: {markdown: overviewMarkdown},
}
