import {bytesPlaceholder, type Redaction} from './placeholder.js'

const WHAT = 'private key'
const PEM =
  /-----BEGIN ([A-Z0-9 ]{0,40})PRIVATE KEY( BLOCK)?-----(?:[^-]|-(?!----))*(?:-----END \1PRIVATE KEY\2-----|$)?/g
const PEM_BASE64 = /LS0tLS1CRUdJTi(?:[A-Za-z0-9+/]|\\n|\r?\n)+=*/g
const END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g
const BASE64_CHAR = /[A-Za-z0-9+/=]/
const PUTTY = /(Private-Lines: \d{1,4}\s{1,2})((?:[A-Za-z0-9+/=]{1,80}(?:\r?\n|$))+)/g

function hidesKey(base64: string): boolean {
  return Buffer.from(base64.replace(/\\n|\s/g, ''), 'base64')
    .toString('latin1')
    .includes('PRIVATE KEY')
}

/** The place before the white space, or line feeds as JSON writes them, that ends at a place. */
function skipSpaceBefore(text: string, from: number): number {
  let at = from
  while (at > 0) {
    if (/\s/.test(text[at - 1] ?? '')) at -= 1
    else if (/^\\[nr]$/.test(text.slice(at - 2, at))) at -= 2
    else return at
  }
  return at
}

/** Where the lines of base64 before the end of a key begin: a key whose first line was cut off. Only the last line is short. */
function bodyBefore(text: string, end: number, limit: number): number {
  let from = end
  for (;;) {
    const lineEnd = skipSpaceBefore(text, from)
    let at = lineEnd
    while (at > limit && BASE64_CHAR.test(text[at - 1] ?? '')) at -= 1
    // The escape of a line feed lends its letter to the line behind it.
    if (text[at - 1] === '\\' && /[nr]/.test(text[at] ?? '')) at += 1
    if (lineEnd - at < (from === end ? 4 : 24)) return from
    from = at
  }
}

/** The text without private keys: PEM (RFC 7468) whole, cut at either end and in one line, base64 of PEM, and keys of PuTTY. */
export function withoutPrivateKeys(text: string, redaction: Redaction): string {
  let left = text
  if (left.includes('PRIVATE KEY')) {
    left = left.replace(PEM, whole => redaction.put(whole, WHAT))
    const parts: string[] = []
    let done = 0
    for (const {0: line, index} of left.matchAll(END)) {
      const from = bodyBefore(left, index, done)
      parts.push(left.slice(done, from), redaction.put(left.slice(from, index + line.length), WHAT))
      done = index + line.length
    }
    left = parts.join('') + left.slice(done)
  }
  if (left.includes('LS0tLS1CRUdJTi'))
    left = left.replace(PEM_BASE64, whole => (hidesKey(whole) ? bytesPlaceholder(whole, WHAT, redaction) : whole))
  if (left.includes('Private-Lines'))
    left = left.replace(PUTTY, (_whole, before: string, body: string) => before + redaction.put(body, WHAT))
  return left
}
