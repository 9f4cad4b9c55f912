import {type Block, type Cell, cellText, type Doc} from './doc.js'

function byValue(a: string, b: string): number {
  const left = Number(a)
  const right = Number(b)
  if (a !== '' && b !== '' && Number.isFinite(left) && Number.isFinite(right)) return left - right
  return a < b ? -1 : a > b ? 1 : 0
}

/** A normalized column name: case, spaces, dashes and underscores are ignored. */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim()
}

function columnOf(block: Block, column: string): number {
  return block.block === 'table' ? (block.header ?? []).findIndex(name => plain(name) === plain(column)) : -1
}

/** The names of all columns a document's tables have. */
export function columnsOf(doc: Doc): readonly string[] {
  return [...new Set(doc.flatMap(block => (block.block === 'table' ? (block.header ?? []) : [])))]
}

/**
 * The document with every table that has the column sorted by it, numbers as numbers, ties in their old order;
 * a leading `-` reverses the order. Undefined if no table has the column.
 */
export function sortDoc(doc: Doc, asked: string): Doc | undefined {
  const descending = asked.startsWith('-')
  const column = descending ? asked.slice(1) : asked
  if (doc.every(block => columnOf(block, column) < 0)) return undefined
  const cell = (row: readonly Cell[], at: number) => cellText(row[at] ?? '')
  return doc.map(block => {
    const at = columnOf(block, column)
    if (block.block !== 'table' || at < 0) return block
    const sign = descending ? -1 : 1
    return {...block, rows: [...block.rows].sort((a, b) => sign * byValue(cell(a, at), cell(b, at)))}
  })
}
