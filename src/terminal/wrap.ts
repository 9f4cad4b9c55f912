import {type Cell, cellText} from './doc.js'

/**
 * Wraps text at spaces into lines of at most `width` characters; the first line starts with `first`, the others with `indent`.
 * A word longer than a line gets its own line.
 */
export function wrapText(text: string, width: number, indent = '', first = ''): readonly string[] {
  const lines: string[] = []
  let line = first
  let empty = true
  for (const word of text.trim().split(/\s+/)) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line)
      line = indent + word
    } else line = empty ? line + word : `${line} ${word}`
    empty = false
  }
  return [...lines, line]
}

/** Removes the spaces at a line break. */
function withoutEnd(line: readonly Cell[]): Cell[] {
  const last = line.at(-1)
  return last !== undefined && cellText(last).trim() === '' ? line.slice(0, -1) : [...line]
}

/** Wraps cells at spaces into lines of at most `width` characters; every piece keeps its tone, a longer word gets its own line. */
export function wrapCells(cells: readonly Cell[], width: number): readonly (readonly Cell[])[] {
  const lines: Cell[][] = []
  let line: Cell[] = []
  let used = 0
  for (const cell of cells) {
    for (const word of cellText(cell).match(/\s+|\S+/g) ?? []) {
      const blank = word.trim() === ''
      if (used > 0 && used + word.length > width) {
        lines.push(withoutEnd(line))
        line = []
        used = 0
      }
      if (blank && used === 0) continue
      line.push(typeof cell === 'string' ? word : {text: word, tone: cell.tone})
      used += word.length
    }
  }
  return used === 0 ? lines : [...lines, withoutEnd(line)]
}
