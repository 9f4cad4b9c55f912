/** One document of a stream as text, and the line of the file it begins on, counted from 1. */
export interface DocumentText {
  readonly text: string
  readonly line: number
}

/** The text of a file: UTF-8, where a carriage return alone ends a line as well (YAML 1.2.2, 5.4) and every document may have a byte order mark (5.2). */
export function manifestText(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
  const ends = text.includes('\r') ? text.replace(/\r(?!\n)/g, '\n') : text
  return ends.includes('\ufeff') ? ends.replace(/(^|\n)\ufeff/g, '$1') : ends
}

/** Where what a document says begins, after its dashes, directives and comments. */
export function contentStart(text: string): number {
  return /^(?:[#%][^\n]*\n|---[ \t]*\r?\n|\s)*/.exec(text)?.[0].length ?? 0
}

/** A line that ends a document whatever precedes it, even an open quote or a block of text (YAML 1.2.2, 9.1.2 and 9.1.4). */
const BOUNDARY = /(?:^|\n)(---|\.\.\.)(?=[ \t\r\n]|$)/g

/** Directives precede the document they are about. */
function isPrelude(text: string): boolean {
  return /^%/m.test(text) && !/^[ \t]*[^\s%#]/m.test(text)
}

function newlines(text: string, from: number, to: number): number {
  let count = 0
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count += 1
  return count
}

/** The documents of a YAML stream, each to be read by itself, so that one that is not finished cannot swallow those after it. */
export function* documentTexts(text: string): Generator<DocumentText> {
  let start = 0
  let line = 1
  for (const {0: whole, 1: mark, index} of text.matchAll(BOUNDARY)) {
    const markAt = index + whole.length - 3
    const end = mark === '---' ? markAt : text.indexOf('\n', markAt) + 1 || text.length
    if (end <= start) continue
    const part = text.slice(start, end)
    if (isPrelude(part)) continue
    yield {text: part, line}
    line += newlines(text, start, end)
    start = end
  }
  if (start < text.length) yield {text: text.slice(start), line}
}

/** More than a List of a thousand pods; a YAML reader takes fifty times the size of its text as memory. */
const MAX_LENGTH = 16 * 1024 * 1024
/** About a gigabyte of memory and ten seconds, whatever the text. */
const MAX_MARKS = 1_000_000
const SPACE = 0x20
/** Each of these may begin a value: line feed, comma, `[`, `{`, and `-` or `?` before a blank. */
const MARKS = new Set([0x0a, 0x2c, 0x5b, 0x7b])
const MARKS_BEFORE_BLANK = new Set([0x2d, 0x3f])

/** Why a YAML document is not read at all: more of it than any manifest has. */
export function tooLarge(text: string): string | undefined {
  if (text.length > MAX_LENGTH) {
    return `the document is larger than ${MAX_LENGTH / 1024 / 1024} MB; convert it to JSON (kubectl -o json)`
  }
  let marks = 0
  if (text.length > MAX_MARKS) {
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      if (MARKS.has(code) || (MARKS_BEFORE_BLANK.has(code) && text.charCodeAt(at + 1) === SPACE)) marks += 1
    }
  }
  return marks > MAX_MARKS ? `the document has more than ${MAX_MARKS} values; convert it to JSON` : undefined
}
