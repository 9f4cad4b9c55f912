import {type Block, type Cell, cellText, type Doc, type Line, type TreeNode} from './doc.js'
import {escapeText} from './escape.js'

/** Characters that Markdown or the HTML in it gives a meaning to. */
const SPECIAL = /[\\`*_<>[\]|#&~]/g

/** Text as Markdown shows it literally (CommonMark, backslash escapes). */
export function plain(text: string): string {
  return escapeText(text).replace(SPECIAL, char => (char === '<' ? '&lt;' : char === '&' ? '&amp;' : `\\${char}`))
}

function marked(cell: Cell): string {
  const text = plain(cellText(cell))
  const strong = typeof cell !== 'string' && (cell.tone === 'strong' || cell.tone === 'bad')
  return strong && text.trim() !== '' ? text.replace(text.trim(), found => `**${found}**`) : text
}

function lineText(line: Line): string {
  if (Array.isArray(line)) return (line as readonly Cell[]).map(marked).join('')
  if (typeof line === 'object' && 'prose' in line) return `${marked(line.first)}${plain(line.prose)}`
  return marked(line as Cell)
}

/** Lines as paragraphs with breaks; what is indented becomes an entry of a list. */
function textLines(lines: readonly Line[]): readonly string[] {
  return lines.map(line => {
    const text = lineText(line)
    const inner = text.trimStart()
    if (inner === '') return ''
    return text === inner ? `${inner.trimEnd()}  ` : `- ${inner.trimEnd()}`
  })
}

function row(cells: readonly Cell[]): string {
  return `| ${cells.map(marked).join(' | ')} |`
}

function treeLines(nodes: readonly TreeNode[], depth: number): readonly string[] {
  return nodes.flatMap(({label, detail = [], children = []}) => [
    `${'  '.repeat(depth)}- ${[...label, ...(detail.length === 0 ? [] : ['  ', ...detail])].map(marked).join('')}`,
    ...treeLines(children, depth + 1),
  ])
}

function blockLines(block: Block): readonly string[] {
  switch (block.block) {
    case 'heading':
      return [`## ${plain(block.text)}`]
    case 'text':
      return textLines(block.lines)
    case 'fields':
      return block.fields.map(([label, cell]) => `- **${plain(label)}**: ${marked(cell)}`)
    case 'tree':
      return treeLines(block.roots, 0)
    case 'table': {
      const columns = block.header ?? (block.rows[0] ?? []).map(() => '')
      return [row(columns), `|${columns.map(() => ' --- |').join('')}`, ...block.rows.map(row)]
    }
  }
}

/** A document as Markdown for a ticket: nothing in it can be treated as markup or HTML. Empty for an empty document. */
export function renderMarkdown(doc: Doc): string {
  const blocks = doc.map(block => blockLines(block).join('\n').trim()).filter(text => text !== '')
  return blocks.length === 0 ? '' : `${blocks.join('\n\n').replace(/\n{3,}/g, '\n\n')}\n`
}
