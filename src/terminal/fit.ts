import {textWidth} from './columns.js'
import {type Cell, cellText, type Table, type Tone} from './doc.js'
import {escapeText} from './escape.js'

/** A table as a terminal shows it, and what it leaves out; nothing when it is whole. */
interface FittedTable {
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

/** False for a cell that is empty, or says so. */
function isSaid(value: string): boolean {
  return value !== '' && value !== '-'
}

function widths({header, rows}: Sheet): readonly number[] {
  return header.map((title, at) => Math.max(textWidth(title), ...rows.map(row => textWidth(text(row[at])))))
}

function totalWidth(sheet: Sheet, padding: number): number {
  return sum(widths(sheet)) + padding * (sheet.header.length - 1)
}

function withColumns(sheet: Sheet, kept: readonly number[]): Sheet {
  return {
    ...sheet,
    header: kept.map(at => sheet.header[at] ?? ''),
    rows: sheet.rows.map(row => kept.map(at => row[at] ?? '')),
  }
}

/** What a column says in its rows: the value that is the same in all that have one, and in how many that is; undefined for several. */
function constantOf({rows}: Sheet, at: number): {readonly value: string; readonly count: number} | undefined {
  const said = rows.map(row => text(row[at])).filter(isSaid)
  const [value = 'none'] = said
  if (said.some(each => each !== value)) return undefined
  return {value, count: said.length}
}

/** Leaves out the columns, but the first, that say the same in every row, or the same or nothing in nearly all. */
function withoutConstants(sheet: Sheet): Sheet {
  const {rows, header} = sheet
  if (rows.length < 2) return sheet
  const constant = header.flatMap((title, at) => {
    const found = at === 0 ? undefined : constantOf(sheet, at)
    const most = found === undefined ? 0 : found.count / rows.length
    return found !== undefined && (most === 0 || most >= 0.75) ? [{at, title, ...found}] : []
  })
  if (constant.length === 0) return sheet
  const named = (each: (typeof constant)[number]) =>
    `${each.title} ${each.value}${each.count === 0 || each.count === rows.length ? '' : ' or none'}`
  const kept = header.map((_, at) => at).filter(at => constant.every(each => each.at !== at))
  return {...withColumns(sheet, kept), left: [...sheet.left, `in every row: ${constant.map(named).join(', ')}`]}
}

/** Leaves out the columns that a table can spare, until it fits. */
function withoutSpare(sheet: Sheet, spare: readonly string[], fits: (sheet: Sheet) => boolean): Sheet {
  const gone: string[] = []
  let rest = sheet
  for (const title of spare) {
    if (fits(rest)) break
    const kept = rest.header.map((_, at) => at).filter(at => rest.header[at] !== title)
    if (kept.length < rest.header.length) gone.push(title)
    rest = withColumns(rest, kept)
  }
  return gone.length === 0 ? sheet : {...rest, left: [...sheet.left, `no room for ${gone.join(', ')}`]}
}

/** The longest run of neighbouring columns, the first one excepted, that agree in most rows; undefined when no two do. */
function agreeingRun({header, rows}: Sheet): readonly [number, number] | undefined {
  const agrees = (from: number, to: number) => {
    // That there is nothing in either is not an agreement.
    const said = rows.filter(row => isSaid(text(row[from])))
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

/** Takes room from the widest of some columns, one character at a time, until there is no excess or none has any to give. */
function narrowed(limits: readonly number[], columns: readonly number[], excess: number): readonly number[] {
  const rest = [...limits]
  for (let left = excess; left > 0; left--) {
    const widest = [...columns].sort((a, b) => (rest[b] ?? 0) - (rest[a] ?? 0))[0] ?? 0
    if ((rest[widest] ?? 0) <= NARROWEST) break
    rest[widest] = (rest[widest] ?? 0) - 1
  }
  return rest
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}

/** How wide each column may be: the first, which names the row, keeps two fifths of the room as long as others can give. */
function sharedWidths(natural: readonly number[], room: number): readonly number[] {
  const [first = 0, ...others] = natural
  const start = [Math.min(first, Math.max(NARROWEST, Math.floor(room * 0.4))), ...others]
  const behind = narrowed(
    start,
    others.map((_, at) => at + 1),
    sum(start) - room,
  )
  return narrowed(behind, [0], sum(behind) - room)
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
 * folded, long cells cut, and what has no room is left out from the right. A table that fits stays unchanged.
 */
export function fittedTable(table: Table, width: number): FittedTable {
  const wide = table.padding ?? 3
  if (table.header === undefined || table.rows.length === 0) return {table}
  let sheet: Sheet = {header: table.header, rows: table.rows, left: []}
  if (totalWidth(sheet, wide) <= width) return {table}
  const padding = Math.min(wide, CLOSE)
  const fits = (each: Sheet) => totalWidth(each, padding) <= width
  for (const step of [withoutConstants, withFolds, withFolds]) if (!fits(sheet)) sheet = step(sheet)
  sheet = withoutSpare(sheet, table.spare ?? [], fits)
  if (!fits(sheet)) sheet = withoutLast(sheet, width, padding)
  if (!fits(sheet)) sheet = withShortCells(sheet, width, padding)
  return {
    table: {...table, padding, header: sheet.header, rows: sheet.rows},
    ...(sheet.left.length === 0 ? {} : {left: sheet.left.join('; ')}),
  }
}
