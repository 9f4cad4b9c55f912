const WARNING = /(?:^|,)\s*299\s+\S+\s+"((?:[^"\\]|\\.)*)"/g
/** Enough for any sentence; a server that sends more is not believed to be one. */
const LONGEST = 1000

/**
 * The sentences an API server sends beside an answer, such as a deprecation or what Pod Security would refuse: header `Warning`,
 * code 299 (RFC 7234, 5.5; Kubernetes sends no other). Several headers arrive joined by commas.
 */
export function warningsIn(header: string | readonly string[] | undefined): readonly string[] {
  const text = typeof header === 'string' ? header : (header ?? []).join(', ')
  return [...text.matchAll(WARNING)].map(([, quoted = '']) => quoted.replace(/\\(.)/g, '$1').slice(0, LONGEST))
}
