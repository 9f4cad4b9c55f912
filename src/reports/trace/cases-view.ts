import type {Cell} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {EnvoyCasesReport, TraceCaseResult} from './cases-report.js'

function clusterWords(cluster: string | readonly string[] | null): string {
  if (cluster === null) return '-'
  return typeof cluster === 'string' ? cluster : cluster.join(' or ')
}

function row(answer: TraceCaseResult): readonly Cell[] {
  if ('unknown' in answer) return [answer.id, {text: 'undecided', tone: 'warn'}, '-', '-', answer.reason]
  const details =
    answer.ok === false
      ? {text: `FAILED ${answer.differs?.join('; ')}`, tone: 'bad' as const}
      : (answer.details ?? answer.termination_details ?? '-')
  return [
    answer.id,
    answer.status === null ? '-' : String(answer.status),
    answer.flags.join(',') || '-',
    clusterWords(answer.cluster),
    details,
  ]
}

/** Traced cases: one row, or one JSON line, per case. */
export const envoyCasesView: View<EnvoyCasesReport> = {
  namedBy: 'CASE',
  doc: report => [
    {
      block: 'table',
      style: 'columns',
      header: ['CASE', 'STATUS', 'FLAGS', 'CLUSTER', 'DETAILS'],
      rows: report.answers.map(row),
    },
  ],
  data: report => report.answers,
  jsonLines: true,
}
