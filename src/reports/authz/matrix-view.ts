import type {Cell, Tone} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {AuthzMatrix, AuthzMatrixReport, MatrixRow} from './matrix-report.js'

/** Verdicts as tones. */
export const VERDICT_TONES: Readonly<Record<MatrixRow['verdict'], Tone>> = {
  allowed: 'good',
  denied: 'bad',
  external: 'warn',
  depends: 'warn',
}
const MAX_NAMED = 4

function clientWords(clients: readonly string[]): string {
  const rest = clients.length - MAX_NAMED
  return `${clients.slice(0, MAX_NAMED).join(', ')}${rest > 0 ? `, and ${rest} more` : ''}`
}

function row({clients, host, port, verdict, because, on}: MatrixRow): readonly Cell[] {
  const why = on.length === 0 ? because : `${because} (${on.join(', ')})`
  return [`${host}:${port}`, {text: verdict, tone: VERDICT_TONES[verdict]}, clientWords(clients), why]
}

/** A matrix as data. */
export function matrixData({namespace, rows}: AuthzMatrix): unknown {
  return {namespace, rows}
}

/** Why there is no row; where something was not read, it is not a statement about the namespace. */
function nothing(namespace: string, unread: boolean): string {
  return unread
    ? `not checked: what is needed to say who may call the Services of namespace ${namespace} could not be read`
    : `no Service of namespace ${namespace} has pods with a sidecar`
}

/** Who may call what: one row for each Service port and answer. */
export const authzMatrixView: View<AuthzMatrixReport> = {
  namedBy: 'HOST:PORT',
  doc: ({namespace, rows, gaps}) => [
    rows.length === 0
      ? {block: 'text', lines: [nothing(namespace, gaps.length > 0)]}
      : {block: 'table', style: 'columns', header: ['HOST:PORT', 'VERDICT', 'CLIENTS', 'WHY'], rows: rows.map(row)},
  ],
  data: matrixData,
}
