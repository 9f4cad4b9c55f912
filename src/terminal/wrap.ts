/** Breaks text on blanks into lines of at most `width` characters; the second and later lines start with `indent`. A longer word keeps its line. */
export function wrapText(text: string, width: number, indent = ''): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    const room = line === '' || line === indent
    if (!room && line.length + 1 + word.length > width) {
      lines.push(line)
      line = indent + word
    } else line = room ? line + word : `${line} ${word}`
  }
  return [...lines, line]
}
