import {gapSentences} from '../../model/answer.js'
import {SEVERITIES, type Severity} from '../../model/finding.js'
import {objectLabel} from '../../model/pod.js'
import type {Block, Cell, Doc, Line, Tone} from '../../terminal/doc.js'
import type {View} from '../view.js'
import {overviewData} from './data.js'
import {healthNumber, healthRows} from './health.js'
import {overviewMarkdown} from './markdown.js'
import {overviewPage} from './page/page.js'
import type {OverviewReport} from './report.js'

const TONES: Readonly<Record<Severity, Tone>> = {error: 'bad', warning: 'warn', info: 'dim'}
/** Findings on the terminal: the rest is in the page and in `check`. */
const LISTED = 10

function gapLines({gaps}: OverviewReport): readonly Line[] {
  const all = gapSentences(gaps)
  return all.map((each): Line => [{text: 'not checked: ', tone: 'warn'}, each])
}

function findingLines({check}: OverviewReport): readonly Line[] {
  if (!check.ok) return []
  const open = check.value.workloads.flatMap(({findings}) => findings.filter(({accepted}) => accepted === undefined))
  const worst = SEVERITIES.slice(0, 2).flatMap(severity => open.filter(each => each.severity === severity))
  const rest = worst.length - LISTED
  return [
    ...worst
      .slice(0, LISTED)
      .map(({severity, code, object, message}): readonly Cell[] => [
        {text: `${severity.toUpperCase()} ${code} `, tone: TONES[severity]},
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
    header: ['AREA', 'WRONG', 'WHAT'],
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
