import {gapSentences} from '../../model/evidence/answer.js'
import {objectLabel} from '../../model/kube/pod.js'
import {plain} from '../../terminal/markdown.js'
import {healthNumber, healthRows} from './health.js'
import type {OverviewReport} from './report.js'
import {worstFindings} from './worst-findings.js'

/** Findings that are listed; a ticket is not an archive. */
const LISTED = 30

function findingLines(report: OverviewReport): readonly string[] {
  const {listed, rest} = worstFindings(report, LISTED)
  const lines = listed.flatMap(({severity, code, object, message, fix}) => [
    `- **${severity} ${code}** ${plain(objectLabel(object))}: ${plain(message)}`,
    `  - Fix: ${plain(fix)}`,
  ])
  return lines.length === 0
    ? []
    : ['', '### Errors and warnings', '', ...lines, ...(rest > 0 ? [`- and ${rest} more`] : [])]
}

function failureLines({errors}: OverviewReport): readonly string[] {
  if (!errors.ok || errors.value.groups.length === 0) return []
  const lines = errors.value.groups.map(({count, code, flags, from, to, why}) => {
    const because = why === undefined ? '' : `: ${plain(why.because)}`
    return `- ${count}x ${[code, ...flags].join(' ')} ${plain(from)} to ${plain(to)}${because}`
  })
  return ['', '### Failing requests', '', ...lines]
}

/** The report for a ticket: what was not checked first, then the state of each area, then what is wrong and how to fix it. */
export function overviewMarkdown(report: OverviewReport): string {
  const {origin, namespace, at, gaps, version} = report
  const missing = gapSentences(gaps)
  const where = namespace === undefined ? 'every namespace' : `namespace ${namespace}`
  return [
    `## Mesh report: ${plain(origin.label)}, ${plain(where)}`,
    '',
    `${at}, meshctl ${version}`,
    '',
    ...(missing.length === 0 ? [] : ['**Not checked:**', '', ...missing.map(each => `- ${plain(each)}`), '']),
    '| Area | Wrong | |',
    '|---|---|---|',
    ...healthRows(report).map(row => `| ${row.area} | ${healthNumber(row)} | ${plain(row.words)} |`),
    ...findingLines(report),
    ...failureLines(report),
    '',
  ].join('\n')
}
