import {isFailure} from '../../model/evidence/answer.js'
import {humanCount} from '../../model/text/human-count.js'
import {humanSize} from '../../model/text/human-size.js'
import type {View} from '../view.js'
import {missingCell} from './missing-cell.js'
import type {CaptureReport} from './report.js'

/** What the bundle contains, what is missing and why, and how to use it. */
export const captureView: View<CaptureReport> = {
  namedBy: 'EVIDENCE',
  showsGaps: true,
  doc: report => {
    const failed = report.rows.flatMap(row =>
      row.missing
        .filter(({reason}) => isFailure({what: '', detail: '', reason}))
        .map(({count, example}) => `${row.what}: ${count === 1 ? '' : `${count} times, such as `}${example}`),
    )
    return [
      {
        block: 'text',
        lines: [
          `${report.path}: ${humanCount(report.pods, 'pod')}, ${humanSize(report.packedBytes)}${report.redacted ? ', redacted' : ', NOT redacted'}`,
        ],
      },
      {
        block: 'table',
        style: 'columns',
        header: ['EVIDENCE', 'CAPTURED', 'SIZE', 'MISSING'],
        rows: report.rows.map(({what, held, bytes, missing}) => [
          what,
          String(held),
          humanSize(bytes),
          missingCell(missing),
        ]),
      },
      ...(failed.length === 0
        ? []
        : [{block: 'text' as const, lines: ['', 'Failed:', ...failed.map(line => `  ${line}`)]}]),
      {block: 'text', lines: ['', `Use it with --from ${report.path}`]},
    ]
  },
  data: ({path, packedBytes, redacted, pods, rows, origin}) => ({
    apiVersion: 'meshctl/v1',
    kind: 'CaptureReport',
    origin,
    path,
    packedBytes,
    redacted,
    pods,
    evidence: rows,
  }),
}
