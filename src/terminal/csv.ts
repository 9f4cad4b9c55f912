import {type Cell, cellText, type Doc, type Table} from './doc.js'
import {escapeText} from './escape.js'

/** Cells that a spreadsheet would take for a formula. */
const FORMULA = /^[=+@\t\r]/

function field(cell: Cell): string {
  const text = escapeText(cellText(cell))
  const inert = FORMULA.test(text) ? `'${text}` : text
  return /[",\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}

/** The tables of a document that have a column of that name. */
function tablesWith(doc: Doc, column: string): readonly Table[] {
  return doc.flatMap(block => (block.block === 'table' && block.header?.includes(column) === true ? [block] : []))
}

/** The rows of a document's tables with that column as comma-separated values (RFC 4180, lines end with a newline only). */
export function renderCsv(doc: Doc, column: string, headers: boolean): string {
  const lines = tablesWith(doc, column).flatMap(({header = [], rows}, index) => [
    ...(headers && index === 0 ? [header] : []),
    ...rows,
  ])
  return lines.map(cells => `${cells.map(field).join(',')}\n`).join('')
}

/** The different values of that column, one a line. */
export function renderNames(doc: Doc, column: string): string {
  const names = tablesWith(doc, column).flatMap(({header = [], rows}) =>
    rows.map(row => escapeText(cellText(row[header.indexOf(column)] ?? ''))),
  )
  return [...new Set(names)].map(name => `${name}\n`).join('')
}
