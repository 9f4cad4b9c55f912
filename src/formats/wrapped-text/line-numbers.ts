/** A line number and what separates it from the line: `cat -n`, `nl`, `grep -n`, editors, text that was read off a screenshot. */
const NUMBERED = /^([ \t]{0,8}(\d{1,6}))(\t|[ \t]?[|│][ \t]?|:(?! ?[0-9A-F]{8}(?:[0-9A-F]{24})?:)|[ \t]+|$)/
/** Tables that begin each row with a number of their own: `iptables --line-numbers`, `ps`, `/proc/net/tcp`. */
const COUNTING_HEADER = /^\s*(?:num|pid|sl|#)\b/i
/** So many lines one after another are numbered by a tool, and not by chance. */
const FEWEST = 4
/** Enough where every line of the text is numbered. */
const FEWEST_OF_WHOLE = 3

interface Numbered {
  readonly index: number
  readonly line: string
  readonly number: number
  /** Where the number ends. */
  readonly end: number
  readonly separator: string
}

function numberedLine(line: string, index: number): Numbered | undefined {
  const [, lead, number, separator] = NUMBERED.exec(line) ?? []
  if (lead === undefined || separator === undefined) return undefined
  return {index, line, number: Number(number), end: lead.length, separator}
}

/** Sequences of lines whose numbers grow by one, except rows of a table that counts them itself; blank lines may be between them. */
function sequences(lines: readonly string[]): readonly (readonly Numbered[])[] {
  const found: Numbered[][] = []
  let open: Numbered[] = []
  let header = false
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue
    const next = numberedLine(line, index)
    if (next !== undefined && open.at(-1)?.number === next.number - 1) open.push(next)
    else {
      open = next === undefined ? [] : [next]
      if (!header) found.push(open)
    }
    header = next === undefined && COUNTING_HEADER.test(line)
  }
  return found.filter(({length}) => length > 0)
}

/** Where the lines begin behind their numbers: one column for all, or so many characters behind each number. */
function begins(block: readonly Numbered[]): (each: Numbered) => number {
  if (block.some(({separator}) => /[\t|│:]/.test(separator))) return ({end, separator}) => end + separator.length
  const filled = block.filter(({separator}) => separator !== '')
  const column = Math.min(...filled.map(({end, separator}) => end + separator.length))
  if (filled.every(({end}) => end < column)) return ({end, separator}) => (separator === '' ? end : column)
  const width = Math.min(...filled.map(({separator}) => separator.length))
  return ({end, separator}) => end + Math.min(width, separator.length)
}

/** The lines without the numbers that a tool put in front of them one by one, in the whole text or in a part of it; other lines stay as they are. */
export function withoutLineNumbers(lines: readonly string[]): readonly string[] {
  const filled = lines.filter(line => line.trim() !== '').length
  const blocks = sequences(lines).filter(
    ({length}) => length >= FEWEST || (length === filled && length >= FEWEST_OF_WHOLE),
  )
  if (blocks.length === 0) return lines
  const plain = [...lines]
  for (const block of blocks) {
    const beginOf = begins(block)
    for (const each of block) plain[each.index] = each.line.slice(beginOf(each))
  }
  return plain
}
