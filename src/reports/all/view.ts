import type {Block, Doc} from '../../terminal/doc.js'
import {bootstrapTable} from '../bootstrap/view.js'
import {clusterTable} from '../clusters/view.js'
import {edsTable} from '../eds/view.js'
import {listenerTable} from '../listeners/view.js'
import {routeTable} from '../routes/view.js'
import {secretBlocks} from '../secrets/view.js'
import type {View} from '../view.js'
import type {AllReport} from './report.js'

interface Part {
  readonly heading: string
  readonly blocks: Doc | undefined
}

function parts(report: AllReport, wide: boolean): readonly Part[] {
  const {bootstrap, clusters, listeners, routes, secrets, endpoints, evaluatedAt, verbose} = report
  return [
    {heading: 'BOOTSTRAP INFO', blocks: bootstrap && [bootstrapTable(bootstrap, wide)]},
    {heading: 'CLUSTER INFO', blocks: clusters && [clusterTable(clusters, wide, true)]},
    {heading: 'LISTENER INFO', blocks: listeners && [listenerTable(listeners, verbose, wide, true)]},
    {heading: 'ROUTE INFO', blocks: routes && [routeTable(routes, verbose, wide, true)]},
    {heading: 'SECRET INFO', blocks: secrets && secretBlocks(secrets, evaluatedAt, wide, true)},
    {heading: 'ENDPOINTS INFO', blocks: endpoints && [edsTable(endpoints, wide, true)]},
  ]
}

const BLANK: Block = {block: 'text', lines: ['']}

/** istioctl's tables, separated by blank lines; json and yaml print the dump unchanged. */
export const allView: View<AllReport> = {
  doc: (report, form) =>
    parts(report, form === 'wide')
      .filter(({blocks}) => blocks !== undefined)
      .flatMap(({heading, blocks = []}, at) => [
        ...(at === 0 ? [] : [BLANK]),
        ...(report.headings ? [{block: 'text' as const, lines: [`------ ${heading} ------`, '']}] : []),
        ...blocks,
      ]),
  data: report => report.document(),
  jsonIndent: 4,
  raw: report => report.artifact.bytes,
}
