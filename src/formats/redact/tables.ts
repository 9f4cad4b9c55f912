import {isPasswordName, isPlainValue, isSecretName, wordsOf} from './names.js'
import type {Redaction} from './placeholder.js'

/** A line that may head a table with a column of secrets; asked first because most lines do not. */
const MARK = /pass|pwd|token|api.?key/i
/** The rows looked at below a heading. */
const MAX_ROWS = 2000

/** How the cells of a line are found: their places in it. */
interface Cell {
  readonly from: number
  readonly to: number
}

/** A table's heading: which of its columns hold secrets, and how rows are cut into cells. */
interface Heading {
  readonly columns: readonly number[]
  readonly count: number
  readonly cut: (line: string) => readonly Cell[]
}

/** The cells between separators, without the blanks and quotes around each. */
function separated(separator: string): (line: string) => readonly Cell[] {
  return line => {
    const cells: Cell[] = []
    for (let at = 0; at <= line.length; ) {
      const end = line.indexOf(separator, at)
      const to = end < 0 ? line.length : end
      const cell = line.slice(at, to)
      const lead = /^[\s"']*/.exec(cell)?.[0].length ?? 0
      cells.push({from: at + lead, to: Math.max(at + lead, at + cell.replace(/[\s"']{1,200}$/, '').length)})
      at = to + 1
    }
    return cells
  }
}

/** The cells of a table that is aligned by blanks, each up to the next run of two or more, or a tab. */
function aligned(line: string): readonly Cell[] {
  return [...line.matchAll(/\S+(?: \S+)*/g)].map(({0: cell, index}) => ({from: index, to: index + cell.length}))
}

/** True for the name of a column whose cells are secrets; a column SECRET or CREDENTIALS names or counts objects. */
function isSecretColumn(name: string): boolean {
  const last = wordsOf(name).at(-1) ?? ''
  return isSecretName(name) && (isPasswordName(name) || /^(?:token|key|apikey)$/.test(last))
}

/** The heading a line is, or what follows the last tab of a log's row; undefined for any other line. */
function headingOf(line: string): Heading | undefined {
  if (line.length > 400 || !MARK.test(line)) return undefined
  const message = line.slice(line.lastIndexOf('\t') + 1)
  const cut = message.includes('|') ? separated('|') : message.includes(',') ? separated(',') : aligned
  return headingIn(line, cut) ?? (message === line ? undefined : headingIn(message, cut))
}

function headingIn(text: string, cut: Heading['cut']): Heading | undefined {
  const cells = cut(text).map(({from, to}) => text.slice(from, to))
  const named = cells.filter(cell => cell !== '')
  if (named.length < 2 || !named.every(cell => /^[A-Za-z][\w -]{0,39}$/.test(cell))) return undefined
  const columns = cells.flatMap((cell, at) => (isSecretColumn(cell) ? [at] : []))
  return columns.length === 0 ? undefined : {columns, count: cells.length, cut}
}

/** Tables as text (CSV, Markdown, aligned by blanks) with the cells below the headings of passwords and tokens hidden. */
export function withoutTableSecrets(text: string, redaction: Redaction): string {
  if (!text.includes('\n') || !MARK.test(text)) return text
  let heading: Heading | undefined
  let rows = 0
  return text
    .split('\n')
    .map(line => {
      const next = headingOf(line)
      if (next !== undefined || heading === undefined || rows >= MAX_ROWS) {
        heading = next
        rows = 0
        return line
      }
      const cells = heading.cut(line)
      if (cells.length !== heading.count) {
        heading = undefined
        return line
      }
      rows += 1
      return withoutCells(line, cells, heading.columns, redaction)
    })
    .join('\n')
}

function withoutCells(line: string, cells: readonly Cell[], columns: readonly number[], redaction: Redaction): string {
  const hidden = columns
    .flatMap(at => cells[at] ?? [])
    .filter(({from, to}) => {
      const value = line.slice(from, to)
      return value !== '' && !isPlainValue(value) && !/^[-:]+$/.test(value) && !value.startsWith('[redacted')
    })
  let done = 0
  const parts = hidden.flatMap(({from, to}) => {
    const before = line.slice(done, from)
    done = to
    return [before, redaction.put(line.slice(from, to), 'password')]
  })
  return parts.join('') + line.slice(done)
}
