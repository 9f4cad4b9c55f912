import {textWidth} from './columns.js'
import {type Cell, cellText, type Table, type Tone} from './doc.js'
import {escapeText} from './escape.js'

/** A table as a terminal shows it, and what it leaves out; nothing when it is whole. */
export interface FittedTable {
  readonly table: Table
  readonly left?: string
}

/** A table with a header, as its steps of fitting pass it on. */
interface Sheet {
  readonly header: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  readonly left: readonly string[]
}

/** Columns are not cut below this, unless their header and cells are shorter. */
const NARROWEST = 10

/** Blanks between columns once they have to move closer. */
const CLOSE = 2

const WORST_FIRST: readonly (Tone | undefined)[] = ['bad', 'warn', 'strong', undefined, 'good', 'dim']

function text(cell: Cell | undefined): string {
  return escapeText(cellText(cell ?? ''))
}

function widths({header, rows}: Sheet): readonly number[] {
  return header.map((title, at) => Math.max(textWidth(title), ...rows.map(row => textWidth(text(row[at])))))
}

function totalWidth(sheet: Sheet, padding: number): number {
  return widths(sheet).reduce((sum, each) => sum + each, 0) + padding * (sheet.header.length - 1)
}

function withColumns(sheet: Sheet, kept: readonly number[]): Sheet {
  return {
    ...sheet,
    header: kept.map(at => sheet.header[at] ?? ''),
    rows: sheet.rows.map(row => kept.map(at => row[at] ?? '')),
  }
}

/** Leaves out the columns, but the first, that say the same in every row. */
function withoutConstants(sheet: Sheet): Sheet {
  if (sheet.rows.length < 2) return sheet
  const same = (at: number) => new Set(sheet.rows.map(row => text(row[at]))).size === 1
  const constant = sheet.header.map((_, at) => at).filter(at => at > 0 && same(at))
  if (constant.length === 0) return sheet
  const said = constant.map(at => `${sheet.header[at]} ${text(sheet.rows[0]?.[at])}`).join(', ')
  const kept = sheet.header.map((_, at) => at).filter(at => !constant.includes(at))
  return {...withColumns(sheet, kept), left: [...sheet.left, `in every row: ${said}`]}
}

/** The longest run of neighbouring columns, the first one excepted, that agree in most rows; undefined when no two do. */
function agreeingRun({header, rows}: Sheet): readonly [number, number] | undefined {
  const agrees = (from: number, to: number) => {
    // That there is nothing in either is no agreement.
    const said = rows.filter(row => !['', '-'].includes(text(row[from])))
    const equal = said.filter(row => row.slice(from, to + 1).every(cell => text(cell) === text(row[from])))
    return equal.length * 2 > rows.length
  }
  let best: readonly [number, number] | undefined
  for (let from = 1; from < header.length; from++) {
    let to = from
    while (to + 1 < header.length && agrees(from, to + 1)) to += 1
    if (to > from && (best === undefined || to - from > best[1] - best[0])) best = [from, to]
  }
  return best
}

function worstTone(cells: readonly Cell[]): Tone | undefined {
  const tones = cells.map(cell => (typeof cell === 'string' ? undefined : cell.tone))
  return WORST_FIRST.find(tone => tones.includes(tone))
}

/** Cells of one row that mostly agree as one: the common value, after those that differ. */
function foldedCell(titles: readonly string[], cells: readonly Cell[]): Cell {
  const counts = new Map<string, number>()
  for (const cell of cells) counts.set(text(cell), (counts.get(text(cell)) ?? 0) + 1)
  const [common = '', count = 0] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? []
  const others = cells.flatMap((cell, at) =>
    count > 1 && text(cell) === common ? [] : [`${titles[at]} ${text(cell)}`],
  )
  const said = others.length === 0 ? common : [...others, ...(count > 1 ? [`others ${common}`] : [])].join(', ')
  const tone = worstTone(cells)
  return tone === undefined ? said : {text: said, tone}
}

/** Folds neighbouring columns that agree in most rows into one. */
function withFolds(sheet: Sheet): Sheet {
  const run = agreeingRun(sheet)
  if (run === undefined) return sheet
  const [from, to] = run
  const titles = sheet.header.slice(from, to + 1)
  return {
    ...sheet,
    header: [...sheet.header.slice(0, from), titles.join('/'), ...sheet.header.slice(to + 1)],
    rows: sheet.rows.map(row => [
      ...row.slice(0, from),
      foldedCell(titles, row.slice(from, to + 1)),
      ...row.slice(to + 1),
    ]),
  }
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d/

/** A time to the minute or the day, whichever fits; undefined for other text and less room. */
function shortTime(whole: string, width: number): string | undefined {
  if (!TIME.test(whole) || width < 'YYYY-MM-DD'.length) return undefined
  return whole.slice(0, width < 'YYYY-MM-DDThh:mm'.length ? 'YYYY-MM-DD'.length : 'YYYY-MM-DDThh:mm'.length)
}

/** A text cut to a width: a time to its minute or day, a name in its middle, so that both ends stay; a sentence at its end. */
export function shortened(whole: string, width: number): string {
  const chars = [...whole]
  if (chars.length <= width) return whole
  if (width <= 1) return '…'
  const time = shortTime(whole, width)
  if (time !== undefined) return time
  if (whole.includes(' '))
    return `${chars
      .slice(0, width - 1)
      .join('')
      .trimEnd()}…`
  const head = Math.ceil((width - 1) / 2)
  const tail = width - 1 - head
  return `${chars.slice(0, head).join('')}…${tail === 0 ? '' : chars.slice(-tail).join('')}`
}

/** Takes room from the widest columns, one character at a time, until the table fits or none has any to give. */
function sharedWidths(natural: readonly number[], room: number): readonly number[] {
  const limits = [...natural]
  let excess = limits.reduce((sum, each) => sum + each, 0) - room
  while (excess > 0) {
    const widest = Math.max(...limits)
    if (widest <= NARROWEST) return limits
    limits[limits.indexOf(widest)] = widest - 1
    excess -= 1
  }
  return limits
}

function cut(cell: Cell, width: number): Cell {
  const short = shortened(text(cell), width)
  return typeof cell === 'string' ? short : {text: short, tone: cell.tone}
}

function withShortCells(sheet: Sheet, width: number, padding: number): Sheet {
  const limits = sharedWidths(widths(sheet), width - padding * (sheet.header.length - 1))
  return {
    header: sheet.header.map((title, at) => shortened(title, limits[at] ?? NARROWEST)),
    rows: sheet.rows.map(row => row.map((cell, at) => cut(cell, limits[at] ?? NARROWEST))),
    left: [...sheet.left, 'long cells cut'],
  }
}

/** Leaves out columns from the right that have no room even when all are narrow. */
function withoutLast(sheet: Sheet, width: number, padding: number): Sheet {
  const kept: number[] = []
  let used = -padding
  for (const [at, natural] of widths(sheet).entries()) {
    used += Math.min(natural, NARROWEST) + padding
    if (used > width && at > 0) break
    kept.push(at)
  }
  if (kept.length === sheet.header.length) return sheet
  const gone = sheet.header.slice(kept.length).join(', ')
  return {...withColumns(sheet, kept), left: [...sheet.left, `no room for ${gone}`]}
}

/**
 * A table no wider than a terminal, each row one line: columns that say the same in every row are named below it, neighbours that mostly agree are
 * folded, long cells cut, and what has no room is left out from the right. A table that fits stays as it is.
 */
export function fittedTable(table: Table, width: number): FittedTable {
  const wide = table.padding ?? 3
  if (table.header === undefined || table.rows.length === 0) return {table}
  let sheet: Sheet = {header: table.header, rows: table.rows, left: []}
  if (totalWidth(sheet, wide) <= width) return {table}
  const padding = Math.min(wide, CLOSE)
  const fits = () => totalWidth(sheet, padding) <= width
  for (const step of [withoutConstants, withFolds, withFolds]) if (!fits()) sheet = step(sheet)
  if (!fits()) sheet = withoutLast(sheet, width, padding)
  if (!fits()) sheet = withShortCells(sheet, width, padding)
  return {
    table: {...table, padding, header: sheet.header, rows: sheet.rows},
    ...(sheet.left.length === 0 ? {} : {left: sheet.left.join('; ')}),
  }
}
