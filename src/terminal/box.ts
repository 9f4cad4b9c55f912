import Table from 'cli-table3'
import type {Paint} from './columns.js'
import {type Cell, cellText} from './doc.js'
import {escapeText} from './escape.js'

function shown(cell: Cell, paint: Paint): string {
  const text = escapeText(cellText(cell))
  return typeof cell === 'string' ? text : paint(text, cell.tone)
}

/** Renders a framed table no wider than `maxWidth`, wrapping the widest column at spaces. */
export function renderBox(
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
  maxWidth: number,
  paint: Paint,
): string[] {
  const columns = header.length > 0 ? header : (rows[0] ?? []).map(() => '')
  const natural = columns.map(
    (title, index) => Math.max(title.length, ...rows.map(row => cellText(row[index] ?? '').length)) + 2,
  )
  const frame = columns.length + 1
  const spare = maxWidth - frame - natural.reduce((sum, cells) => sum + cells, 0)
  const widest = natural.indexOf(Math.max(...natural))
  const colWidths =
    spare < 0 ? natural.map((cells, index) => (index === widest ? Math.max(20, cells + spare) : cells)) : natural
  const table = new Table({
    head: header.map(title => paint(escapeText(title), 'strong')),
    colWidths,
    wordWrap: true,
    style: {head: [], border: []},
    // No lines between rows, so the output fits a screen.
    chars: {mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': ''},
  })
  for (const row of rows) table.push(row.map(cell => shown(cell, paint)))
  const lines = table.toString().split('\n')
  // cli-table3 draws either every line between rows or none: the one below the header is the top one with other corners.
  const [top = ''] = lines
  const ruled = header.length > 0 && rows.length > 0
  const below = top.replace('┌', '├').replace('┐', '┤').replaceAll('┬', '┼')
  return ruled ? [...lines.slice(0, 2), below, ...lines.slice(2)] : lines
}
