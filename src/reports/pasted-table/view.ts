import type {PastedTable} from '../../model/evidence/pasted-table.js'
import type {Block} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {PastedTableReport} from './report.js'

function tableBlock({columns, rows}: PastedTable): Block {
  return {
    block: 'table',
    style: 'columns',
    padding: 5,
    header: [...columns],
    rows: rows.map(({cells}) => columns.map(name => cells[name] ?? '')),
  }
}

/** A pasted table again, and in front of it what its rows say. */
export const pastedTableView: View<PastedTableReport> = {
  doc: ({tables, findings}) => [
    ...(findings.length === 0
      ? []
      : [{block: 'text' as const, lines: [...findings.map(text => ({text, tone: 'bad' as const})), '']}]),
    ...tables.map(tableBlock),
  ],
  data: ({kind, tables, findings}) => ({
    apiVersion: 'meshctl/v1',
    kind: 'PastedTable',
    table: kind,
    findings,
    columns: tables[0]?.columns ?? [],
    rows: tables.flatMap(({rows}) => rows.map(({cells}) => cells)),
  }),
}
