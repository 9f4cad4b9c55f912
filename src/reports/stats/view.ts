import {type UpstreamCounts, upstreamChanges} from '../../analysis/envoy-stats/upstreams.js'
import {podLabel} from '../../model/kube/kube-object.js'
import type {Block, Cell} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {StatsReport} from './report.js'

const HEADER = ['UPSTREAM', 'REQUESTS', 'CONNECTIONS', '4XX', '5XX', 'CONNECT FAILURES', 'ENDED', 'MEDIAN']

function count(value: number, bad: boolean): Cell {
  return bad && value > 0 ? {text: String(value), tone: 'bad'} : String(value)
}

/** What Envoy counted per cluster as a table. */
export function upstreamTable(upstreams: readonly UpstreamCounts[]): Block {
  return {
    block: 'table',
    style: 'columns',
    header: HEADER,
    rows: upstreams.map(each => [
      each.cluster,
      count(each.requests, false),
      count(each.connections, false),
      count(each.status4xx, false),
      count(each.status5xx, true),
      count(each.connectFailures, true),
      count(each.ended, true),
      each.milliseconds === undefined ? '-' : `${each.milliseconds} ms`,
    ]),
  }
}

/** Envoy's statistics: what indicates a fault first, then one row per upstream; wide lists every counter that is not zero. */
export const statsView: View<StatsReport> = {
  namedBy: 'UPSTREAM',
  doc: (report, form) => [
    {block: 'text', lines: [`${podLabel(report.subject)} since its Envoy started:`, ...report.trouble]},
    ...(report.upstreams.length === 0 ? [] : [upstreamTable(report.upstreams)]),
    ...(form === 'wide'
      ? [
          {
            block: 'table',
            style: 'columns',
            header: ['STATISTIC', 'VALUE'],
            rows: report.stats.filter(each => each.value > 0).map(each => [each.name, String(each.value)]),
          } as const,
        ]
      : []),
  ],
  data: ({stats}) => ({stats}),
  raw: report => report.artifact.bytes,
}

/** A read of the statistics, and what an earlier one counted. */
export interface StatsChange extends StatsReport {
  readonly since: readonly UpstreamCounts[]
}

/** What was counted between two reads. */
export const changesView: View<StatsChange> = {
  doc: ({since, upstreams}) => {
    const changes = upstreamChanges(since, upstreams)
    return changes.length === 0 ? [{block: 'text', lines: ['no requests']}] : [upstreamTable(changes)]
  },
  data: ({since, upstreams}) => ({upstreams: upstreamChanges(since, upstreams)}),
}
