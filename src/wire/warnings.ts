const WARNING = /(?:^|,)\s*299\s+\S+\s+"((?:[^"\\]|\\.)*)"/g
/** Maximum length of a warning. */
const LONGEST = 1000

/**
 * The warnings of an API server, such as a deprecation or a Pod Security violation: header `Warning`,
 * code 299 (RFC 7234, 5.5; Kubernetes sends no other). Several headers arrive joined by commas.
 */
export function warningsIn(header: string | readonly string[] | undefined): readonly string[] {
  const text = typeof header === 'string' ? header : (header ?? []).join(', ')
  return [...text.matchAll(WARNING)].map(([, quoted = '']) => quoted.replace(/\\(.)/g, '$1').slice(0, LONGEST))
}
