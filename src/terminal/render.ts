import picocolors from 'picocolors'
import {inAscii} from './ascii.js'
import type {renderBox} from './box.js'
import {type Paint, renderColumns} from './columns.js'
import {type Block, type Cell, cellText, type Doc, type Line, type Prose, type Table, type TreeNode} from './doc.js'
import {escapeText} from './escape.js'
import {fittedTable} from './fit.js'
import {wrapCells, wrapText} from './wrap.js'

/** Layout settings: visible width, colour, table headers. */
export interface Layout {
  readonly width: number
  readonly colour: boolean
  readonly headers: boolean
  /** Wrap trees and prose to the width, for a terminal; otherwise each node and paragraph is one line. */
  readonly fit?: boolean
  /** Fit tables into the width, for a terminal; otherwise they are as wide as their cells. */
  readonly fitTables?: boolean
  /** Draw with ASCII characters only. */
  readonly ascii?: boolean
  /** Renders framed tables; without it they are plain columns. */
  readonly box?: typeof renderBox
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

function isProse(each: Line): each is Prose {
  return typeof each === 'object' && 'prose' in each
}

/** A line of cells, wrapped on a terminal that is narrower; what continues it is indented below it. */
function wholeLines(cells: Cell | readonly Cell[], layout: Layout): readonly (readonly Cell[])[] {
  const all = Array.isArray(cells) ? (cells as readonly Cell[]) : [cells as Cell]
  const text = plainText(all)
  if (layout.fit !== true || text.length < layout.width) return [all]
  const indent = text.slice(0, text.length - text.trimStart().length)
  const [first = [], ...rest] = wrapCells(all, Math.max(20, layout.width - 1 - indent.length - HANG.length))
  return [[indent, ...first], ...rest.map(more => [indent, HANG, ...more])]
}

/** The lines of a paragraph: wrapped on a terminal, else one. */
function textLines(each: Line, layout: Layout, paint: Paint): readonly string[] {
  if (!isProse(each)) return wholeLines(each, layout).map(cells => line(cells, paint))
  const {prose, tone, first, hang} = each
  const width = layout.fit === true ? layout.width - 1 : Number.POSITIVE_INFINITY
  const lead = cellText(first)
  const toned = (text: string): Cell => (tone === undefined ? text : {text, tone})
  return wrapText(prose, width, hang, lead).map((text, at) =>
    at === 0 ? line([first, toned(text.slice(lead.length))], paint) : line(toned(text), paint),
  )
}

/** The lines of a node: label and detail on one line, or, if too wide, the detail below the label, both wrapped. */
function nodeLines({label, detail = []}: TreeNode, room: number): readonly (readonly Cell[])[] {
  const whole = detail.length === 0 ? label : [...label, '  ', ...detail]
  if (plainText(whole).length <= room) return [whole]
  const inner = room - HANG.length
  return [...wrapCells(label, inner), ...wrapCells(detail, inner)].map((cells, at) =>
    at === 0 ? cells : [HANG, ...cells],
  )
}

const HANG = '   '

function tree(nodes: readonly TreeNode[], indent: string, layout: Layout, paint: Paint): string[] {
  return nodes.flatMap((node, index) => {
    const last = index === nodes.length - 1
    const below = indent + (last ? '   ' : '│  ')
    const room = layout.fit === true ? Math.max(20, layout.width - below.length) : Number.POSITIVE_INFINITY
    const [first = [], ...rest] = nodeLines(node, room)
    const side = below + ((node.children ?? []).length > 0 ? '│' : ' ')
    return [
      indent + (last ? '└─ ' : '├─ ') + line(first, paint),
      ...rest.map(cells => side + line(cells, paint).slice(1)),
      ...tree(node.children ?? [], below, layout, paint),
    ]
  })
}

function table(block: Table, layout: Layout, paint: Paint): string[] {
  if (block.style === 'box' && layout.box !== undefined)
    return layout.box(layout.headers ? (block.header ?? []) : [], block.rows, layout.width, paint)
  const {table: shown, left} = layout.fitTables === true ? fittedTable(block, layout.width) : {table: block}
  const header = shown.header?.map((text): Cell => ({text, tone: 'dim'}))
  const rows = header !== undefined && layout.headers ? [header, ...shown.rows] : shown.rows
  const lines = renderColumns(rows, shown.padding ?? 3, paint)
  return left === undefined ? lines : [...lines, ...fitRemark(left, layout, paint)]
}

/** What a fitted table does not show, below it. */
function fitRemark(left: string, layout: Layout, paint: Paint): readonly string[] {
  return wrapText(`(${left}; -o table shows all)`, layout.width - 1).map(text => line({text, tone: 'dim'}, paint))
}

/** Labelled fields whose values are wrapped beside their labels. */
function wrappedFields(
  rows: readonly (readonly [string, Cell])[],
  width: number,
): readonly (readonly [string, Cell])[] {
  const room = Math.max(20, width - 2 - Math.max(...rows.map(([label]) => label.length)))
  return rows.flatMap(([label, cell]) =>
    wrapCells([cell], room).map((words, at): readonly [string, Cell] => {
      const text = plainText(words)
      return [at === 0 ? label : '', typeof cell === 'string' ? text : {text, tone: cell.tone}]
    }),
  )
}

function blockLines(block: Block, layout: Layout, paint: Paint): string[] {
  switch (block.block) {
    case 'table':
      return table(block, layout, paint)
    case 'text':
      return block.lines.flatMap(cells => textLines(cells, layout, paint))
    case 'heading':
      return [paint(escapeText(block.text), 'strong')]
    case 'fields': {
      const rows = block.fields.map(([label, cell]) => [`${label}:`, cell] as const)
      return renderColumns(layout.fit === true ? wrappedFields(rows, layout.width) : rows, 1, paint)
    }
    case 'tree':
      return block.roots.flatMap(root => [line(root.label, paint), ...tree(root.children ?? [], '', layout, paint)])
  }
}

/** Renders a document as text ending in a newline; empty for an empty document. */
export function renderDoc(doc: Doc, layout: Layout): string {
  const paint = painter(layout.colour)
  const lines = doc.flatMap(block => blockLines(block, layout, paint))
  const text = lines.length === 0 ? '' : `${lines.join('\n')}\n`
  return layout.ascii === true ? inAscii(text) : text
}

/** The plain text of a list of cells; for tests and single-line messages. */
function plainText(cells: readonly Cell[]): string {
  return cells.map(cellText).join('')
}
