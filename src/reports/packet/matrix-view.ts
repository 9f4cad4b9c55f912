import type {PacketVerdict} from '../../analysis/netfilter/packet-walk/verdict.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import {podLabel} from '../../model/kube/kube-object.js'
import type {Cell, Doc} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {MatrixCell, MatrixReport, MatrixRow} from './matrix-report.js'

const SHORT: Readonly<Record<PacketVerdict, Cell>> = {
  captured: {text: 'proxy', tone: 'good'},
  redirected: 'redirected',
  escapes: 'bypass',
  direct: 'bypass',
  dropped: {text: 'dropped', tone: 'bad'},
  refused: {text: 'refused', tone: 'bad'},
  loops: {text: 'LOOPS', tone: 'bad'},
  error: {text: 'error', tone: 'bad'},
  insufficient: {text: 'unknown', tone: 'warn'},
}

function cell({verdict, port, to}: MatrixCell): Cell {
  const short = SHORT[verdict]
  if (to !== undefined) return `to ${to}`
  if (verdict !== 'captured' || typeof short === 'string') return short
  return {text: Number.isInteger(port) ? `proxy :${port}` : 'proxy', tone: 'good'}
}

function doc(report: MatrixReport, form: 'short' | 'table' | 'wide'): Doc {
  const why = (row: MatrixRow): readonly Cell[] =>
    form === 'wide' ? [{text: row.cells[0]?.why ?? row.cells[0]?.by ?? 'no rule', tone: 'dim'}] : []
  const extra = form === 'wide' ? ['DECIDED BY'] : []
  const {startUp, gaveUp} = report
  const first = [
    ...(startUp === undefined ? [] : [`${startUp}.`]),
    ...(gaveUp === undefined ? [] : [`Not all could be determined: ${gaveUp}.`]),
  ]
  return [
    ...(first.length === 0
      ? []
      : [{block: 'text', lines: [...first.map(text => [{text, tone: 'warn' as const}]), ['']]} as const]),
    {block: 'heading', text: `${podLabel(report.subject)}: outbound`},
    {
      block: 'table',
      style: 'box',
      header: ['TRAFFIC', ...report.senders.map(who => who.toUpperCase()), ...extra],
      rows: report.outbound.map(row => [row.traffic, ...row.cells.map(cell), ...why(row)]),
    },
    {block: 'text', lines: ['']},
    {block: 'heading', text: `${podLabel(report.subject)}: inbound`},
    {
      block: 'table',
      style: 'box',
      header: ['TRAFFIC', 'ANY SOURCE', ...extra],
      rows: report.inbound.map(row => [row.traffic, ...row.cells.map(cell), ...why(row)]),
    },
  ]
}

/** The interception matrix of a pod as two tables. */
export const matrixView: View<MatrixReport> = {
  doc,
  data: ({subject, startUp, gaveUp, outbound, inbound}) => ({
    apiVersion: 'meshctl/v1',
    kind: 'PacketMatrix',
    subject: podLabel(subject),
    rules: startUp === undefined ? 'current' : 'set-at-start',
    ...definedFields({gaveUp}),
    outbound,
    inbound,
  }),
}
