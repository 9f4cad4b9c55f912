/** The output of a view before rendering: blocks of text, tables, trees and labelled fields. Independent of meshes. */
export type Tone = 'good' | 'warn' | 'bad' | 'dim' | 'strong'

/** A piece of text, plain or with a tone; colour is applied by the renderer, last. */
export type Cell = string | {readonly text: string; readonly tone: Tone}

/**
 * A paragraph: a terminal wraps it at its width, with `first` before its first line and `hang` before the others; in a pipe or a file it is one
 * line.
 */
export interface Prose {
  readonly prose: string
  readonly tone: Tone | undefined
  /** May have a tone of its own: only the severity of a finding is coloured. */
  readonly first: Cell
  readonly hang: string
}

/** A line of text: a paragraph, or cells that stay on one line. */
export type Line = Cell | readonly Cell[] | Prose

/** `columns` is the plain left-aligned table of istioctl and kubectl, `box` the framed one (under 200 rows). */
export interface Table {
  readonly block: 'table'
  readonly style: 'columns' | 'box'
  readonly padding?: number
  readonly header?: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  /** Columns that a narrow terminal leaves out first, in this order. */
  readonly spare?: readonly string[]
}

export interface TreeNode {
  readonly label: readonly Cell[]
  /** Text after the label, or below it on a narrow terminal. */
  readonly detail?: readonly Cell[]
  readonly children?: readonly TreeNode[]
}

export type Block =
  | Table
  | {readonly block: 'text'; readonly lines: readonly Line[]}
  | {readonly block: 'heading'; readonly text: string}
  | {readonly block: 'fields'; readonly fields: readonly (readonly [string, Cell])[]}
  | {readonly block: 'tree'; readonly roots: readonly TreeNode[]}

export type Doc = readonly Block[]

/** The text of a cell without its tone. */
export function cellText(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text
}

/** A paragraph with the text before its first line and before those it is wrapped into. */
export function prose(text: string, tone?: Tone, hang = '', first: Cell = ''): Prose {
  return {prose: text, tone, first, hang}
}
