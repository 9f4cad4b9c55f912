import type {Redaction} from './placeholder.js'

/** Longer base64 runs are certificates and binaries. */
const MAX_ENCODED = 64 * 1024
const BASE64 = /(?<![A-Za-z0-9+/_.-])[A-Za-z0-9+/_-]{16,}={0,2}(?![A-Za-z0-9+/_.=-])/g
const PERCENT = /(?<![^\s"'`\\&=?<>])[^\s"'`\\&=?<>%]*%[0-9A-Fa-f]{2}[^\s"'`\\&<>]*/g

/** Bytes that are text: printable ASCII and white space. */
function asText(base64: string): string | undefined {
  if (base64.length > MAX_ENCODED || !isText(base64.slice(0, 24))) return undefined
  return isText(base64) ? Buffer.from(base64, 'base64').toString('latin1') : undefined
}

function isText(base64: string): boolean {
  return Buffer.from(base64, 'base64').every(
    byte => (byte >= 32 && byte < 127) || byte === 9 || byte === 10 || byte === 13,
  )
}

/** The text in which base64 and percent-encoded texts (RFC 4648, RFC 3986) that hold secrets are hidden whole or cleaned inside. */
export function withoutEncoded(text: string, redaction: Redaction, clean: (inner: string) => string): string {
  const plain = text.replace(BASE64, run => {
    const inner = asText(run)
    return inner === undefined || clean(inner) === inner ? run : redaction.put(inner, 'base64')
  })
  if (!/%[0-9A-Fa-f]{2}/.test(plain)) return plain
  return plain.replace(PERCENT, run => {
    const inner = decoded(run)
    if (inner === undefined || inner === run) return run
    const cleaned = clean(inner)
    return cleaned === inner ? run : encodeURIComponent(cleaned)
  })
}

function decoded(text: string): string | undefined {
  if (text.length > MAX_ENCODED) return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
