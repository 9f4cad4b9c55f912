import picocolors from 'picocolors'
import {renderBox} from './box.js'
import {type Paint, renderColumns} from './columns.js'
import {type Block, type Cell, cellText, type Doc, type Table, type TreeNode} from './doc.js'
import {escapeText} from './escape.js'

/** How to lay out: visible width, colour on or off, table headers shown or not. */
export interface Layout {
  readonly width: number
  readonly colour: boolean
  readonly headers: boolean
}

function painter(colour: boolean): Paint {
  const pc = picocolors.createColors(colour)
  const tones = {good: pc.green, warn: pc.yellow, bad: pc.red, dim: pc.dim, strong: pc.bold}
  return (text, tone) => tones[tone](text)
}

function line(cells: Cell | readonly Cell[], paint: Paint): string {
  const all = Array.isArray(cells) ? (cells as readonly Cell[]) : [cells as Cell]
  return all
    .map(cell => (typeof cell === 'string' ? escapeText(cell) : paint(escapeText(cell.text), cell.tone)))
    .join('')
}

function tree(nodes: readonly TreeNode[], indent: string, paint: Paint): string[] {
  return nodes.flatMap((node, index) => {
    const last = index === nodes.length - 1
    const below = indent + (last ? '   ' : '│  ')
    return [indent + (last ? '└─ ' : '├─ ') + line(node.label, paint), ...tree(node.children ?? [], below, paint)]
  })
}

function table(block: Table, layout: Layout, paint: Paint): string[] {
  if (block.style === 'box') return renderBox(block.header ?? [], block.rows, layout.width, paint)
  const rows = block.header !== undefined && layout.headers ? [block.header, ...block.rows] : block.rows
  return renderColumns(rows, block.padding ?? 3, paint)
}

function blockLines(block: Block, layout: Layout, paint: Paint): string[] {
  switch (block.block) {
    case 'table':
      return table(block, layout, paint)
    case 'text':
      return block.lines.map(cells => line(cells, paint))
    case 'heading':
      return [paint(escapeText(block.text), 'strong')]
    case 'fields': {
      const rows = block.fields.map(([label, cell]) => [`${label}:`, cell] as const)
      return renderColumns(rows, 1, paint)
    }
    case 'tree':
      return block.roots.flatMap(root => [line(root.label, paint), ...tree(root.children ?? [], '', paint)])
  }
}

/** Lays a document out as text ending in a newline; empty for an empty document. */
export function renderDoc(doc: Doc, layout: Layout): string {
  const paint = painter(layout.colour)
  const lines = doc.flatMap(block => blockLines(block, layout, paint))
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

/** The text a reader sees of a list of cells, without tone; for tests and single-line messages. */
export function plainText(cells: readonly Cell[]): string {
  return cells.map(cellText).join('')
}
