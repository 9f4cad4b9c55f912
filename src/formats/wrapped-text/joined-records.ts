/** A line of a text, or a record that was printed over several, as one. */
export interface JoinedLine {
  readonly number: number
  readonly text: string
}

/** A record of a log has fewer lines than this, printed with one field a line. */
const MOST_LINES = 400

/** The JSON object that begins in that line, on one line, and how many lines it has; undefined where none is whole there. */
function recordAt(lines: readonly string[], from: number): {readonly text: string; readonly lines: number} | undefined {
  const [, indent] = /^([ \t]*)\{[ \t]*$/.exec(lines[from] ?? '') ?? []
  if (indent === undefined || !/^[ \t]*"/.test(lines[from + 1] ?? '')) return undefined
  const end = lines
    .slice(from, from + MOST_LINES)
    .findIndex(line => /^\},?$/.test(line.slice(indent.length).trimEnd()) && line.startsWith(indent))
  if (end < 0) return undefined
  const body = lines
    .slice(from, from + end + 1)
    .join('\n')
    .trimEnd()
    .replace(/,$/, '')
  try {
    const value: unknown = JSON.parse(body)
    const isObjectOfKubernetes = typeof value === 'object' && value !== null && 'apiVersion' in value
    return isObjectOfKubernetes ? undefined : {text: JSON.stringify(value), lines: end + 1}
  } catch {
    return undefined
  }
}

/** The lines of a text with each JSON record that spans several (as the consoles of clouds copy them) on one line, numbered by where they begin. */
export function joinedRecords(text: string): readonly JoinedLine[] {
  const lines = text.split(/\r\n|\n|\r/)
  const joined: JoinedLine[] = []
  for (let at = 0; at < lines.length; at++) {
    const record = recordAt(lines, at)
    joined.push({number: at + 1, text: record?.text ?? lines[at] ?? ''})
    if (record !== undefined) at += record.lines - 1
  }
  return joined
}
