import {escapeLines} from '../escape.js'

const TEXT = Symbol('markup')

/** Markup that only `html` makes: whatever was put into it from outside is escaped. No JSON document can pose as one. */
export interface Html {
  readonly [TEXT]: string
}

/** What may be in a template: text (escaped), markup, nothing, or several of them. */
export type Piece = string | number | Html | undefined | readonly Piece[]

const NAMED: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
])

/** Text as markup, between tags or in a quoted attribute; control characters and direction overrides are spelled out. */
export function escapeHtml(text: string): string {
  return escapeLines(text).replace(/[&<>"']/g, char => NAMED.get(char) ?? char)
}

function isHtml(piece: Piece): piece is Html {
  return typeof piece === 'object' && TEXT in piece
}

function written(piece: Piece): string {
  if (piece === undefined) return ''
  if (typeof piece === 'string') return escapeHtml(piece)
  if (typeof piece === 'number') return String(piece)
  if (isHtml(piece)) return piece[TEXT]
  return piece.map(written).join('')
}

/** Markup from a template written in the source; every value in it is escaped unless it is markup itself. */
export function html(template: TemplateStringsArray, ...values: readonly Piece[]): Html {
  return {[TEXT]: template.map((text, at) => (at === 0 ? text : written(values[at - 1]) + text)).join('')}
}

/** The text of markup, for the end of a page. */
export function markupText(markup: Html): string {
  return markup[TEXT]
}

/** An element id or class word made of a name from outside: letters, digits, and `_` with the code of any other character. */
export function idOf(prefix: string, ...names: readonly string[]): string {
  return [prefix, ...names]
    .map(name => name.replace(/[^A-Za-z0-9-]/g, char => `_${char.charCodeAt(0).toString(16)}`))
    .join('--')
}
