/**
 * Breaks text on blanks into lines of at most `width` characters; the first line starts with `first`, the others with `indent`.
 * A word that is longer than a line keeps one to itself.
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
