import {type Cell, cellText, type Tone} from './doc.js'
import {escapeText} from './escape.js'

export type Paint = (text: string, tone: Tone) => string

/** Characters that take two UTF-16 units. */
const NOT_ONE_UNIT = /[\ud800-\udfff]/

/** Visible characters: Unicode code points, as istioctl's tables count them. */
export function textWidth(text: string): number {
  if (!NOT_ONE_UNIT.test(text)) return text.length
  let count = 0
  for (const char of text) count += char.codePointAt(0) === undefined ? 0 : 1
  return count
}

function painted(cell: Cell, text: string, paint: Paint): string {
  return typeof cell === 'string' ? text : paint(text, cell.tone)
}

/**
 * Lays out rows as left-aligned columns: each cell but the last is padded to its column's widest cell plus `padding`.
 * This is what Go's text/tabwriter does with flags 0, so the tables line up with istioctl's byte for byte.
 */
export function renderColumns(rows: readonly (readonly Cell[])[], padding: number, paint: Paint): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (let index = 0; index < row.length - 1; index++) {
      const cells = textWidth(escapeText(cellText(row[index] ?? ''))) + padding
      if (cells > (widths[index] ?? 0)) widths[index] = cells
    }
  }
  return rows.map(row => {
    let line = ''
    for (let index = 0; index < row.length; index++) {
      const cell = row[index] ?? ''
      const text = escapeText(cellText(cell))
      line += painted(cell, text, paint)
      if (index < row.length - 1) line += ' '.repeat((widths[index] ?? 0) - textWidth(text))
    }
    return line
  })
}
