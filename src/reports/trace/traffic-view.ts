import type {Cell} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {TrafficAnswer, TrafficReport} from './traffic-report.js'

function clusterWords(answer: TrafficAnswer): string {
  if ('cluster' in answer) return answer.cluster ?? '-'
  return answer.clusters.map(({cluster, share}) => `${cluster} ${Math.round(share * 100)}%`).join(', ')
}

function row(answer: TrafficAnswer): readonly Cell[] {
  return [
    answer.id,
    answer.outcome === 'undecided' ? {text: 'undecided', tone: 'warn'} : answer.outcome,
    answer.status === null ? '-' : String(answer.status),
    answer.flags.join(',') || '-',
    clusterWords(answer),
    answer.condition === null ? answer.because : `${answer.because}, if ${answer.condition}`,
  ]
}

/** Traced requests: one row, or one JSON line, per request. */
export const trafficView: View<TrafficReport> = {
  namedBy: 'REQUEST',
  doc: report => [
    {
      block: 'table',
      style: 'columns',
      header: ['REQUEST', 'OUTCOME', 'STATUS', 'FLAGS', 'CLUSTER', 'WHY'],
      rows: report.answers.map(row),
    },
  ],
  data: report => report.answers,
  jsonLines: true,
}
