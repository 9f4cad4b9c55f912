import {bytesPlaceholder, type Redaction} from './placeholder.js'

const WHAT = 'private key'
const PEM =
  /-----BEGIN ([A-Z0-9 ]{0,40})PRIVATE KEY( BLOCK)?-----(?:[^-]|-(?!----))*(?:-----END \1PRIVATE KEY\2-----|$)?/g
const PEM_BASE64 = /LS0tLS1CRUdJTi(?:[A-Za-z0-9+/]|\\n|\r?\n)+=*/g
/** The base64 of a DER sequence (tag 30) of 256 or more bytes (`MII…`), of 128 or more (`MIG…`), or of fewer (`MC…`, `MD…`, …), without an armour around it. */
const DER_BASE64 =
  /(?<![A-Za-z0-9+/=])M(?:[A-D]|H[a-zA-Z0-9+/]|I[EGHIJ])[A-Za-z0-9+/]{40,16000}={0,2}(?![A-Za-z0-9+/=])/g
const END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g
const BASE64_CHAR = /[A-Za-z0-9+/=]/
const PUTTY = /(Private-Lines: \d{1,4}\s{1,2})((?:[A-Za-z0-9+/=]{1,80}(?:\r?\n|$))+)/g

function hidesKey(base64: string): boolean {
  return Buffer.from(base64.replace(/\\n|\s/g, ''), 'base64')
    .toString('latin1')
    .includes('PRIVATE KEY')
}

/**
 * True for a private key in DER: a sequence that begins with its version and goes on with an algorithm (PKCS #8, RFC 5958), a modulus (PKCS #1,
 * RFC 8017) or the octets of the key (SEC 1, RFC 5915). Certificates and public keys begin with a sequence.
 */
function isDerKey(base64: string): boolean {
  const head = Buffer.from(base64.slice(0, 24), 'base64')
  const [tag, length = 0] = head
  const body = head.subarray(length < 0x80 ? 2 : 2 + (length & 0x7f))
  if (tag !== 0x30 || body[0] !== 0x02 || body[1] !== 0x01) return false
  const [version, next] = [body[2], body[3]]
  return (version === 0 && (next === 0x30 || next === 0x02)) || (version === 1 && (next === 0x04 || next === 0x30))
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

/** The text without private keys: PEM (RFC 7468) whole, cut at either end and in one line, base64 of PEM, DER without PEM around it, and keys of PuTTY. */
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
  left = left.replace(DER_BASE64, whole => (isDerKey(whole) ? bytesPlaceholder(whole, WHAT, redaction) : whole))
  if (left.includes('Private-Lines'))
    left = left.replace(PUTTY, (_whole, before: string, body: string) => before + redaction.put(body, WHAT))
  return left
}
