// Path normalisation: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/header_sanitizing

/** Characters that are decoded when percent-encoded (RFC 3986, unreserved). */
const UNRESERVED = /[A-Za-z0-9\-._~]/
/** Characters that a path may hold as they are; all others are percent-encoded. */
const PLAIN = /[A-Za-z0-9\-._~!$&'()*+,;=:@/[\]]/

function encoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

/** Normalises percent-encoding; undefined for a path that contains NUL. */
function canonicalCharacters(path: string): string | undefined {
  let out = ''
  for (let i = 0; i < path.length; i++) {
    const character = path[i] ?? ''
    const hex = character === '%' ? /^[0-9a-fA-F]{2}/.exec(path.slice(i + 1, i + 3))?.[0] : undefined
    if (hex !== undefined) {
      const meant = String.fromCharCode(Number.parseInt(hex, 16))
      if (meant === '\0') return undefined
      out += UNRESERVED.test(meant) ? meant : `%${hex}`
      i += 2
    } else if (character === '\\') out += '/'
    else if (character === '\0') return undefined
    else out += character === '%' || PLAIN.test(character) ? character : encoded(character)
  }
  return out
}

/** Removes `.` and `..` segments. */
function withoutDots(path: string): string {
  const out: string[] = []
  const parts = path.split('/').slice(1)
  parts.forEach((part, i) => {
    const last = i === parts.length - 1
    if (part === '..') out.pop()
    else if (part !== '.') out.push(part)
    if (last && (part === '.' || part === '..')) out.push('')
  })
  return `/${out.join('/')}`
}

function split(target: string): readonly [string, string] {
  const at = target.indexOf('?')
  return at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at)]
}

/** The path in canonical form with the query unchanged; undefined when it cannot be normalised. */
export function canonicalPath(target: string): string | undefined {
  const [path, query] = split(target)
  // Parameters after a dot segment are removed before decoding.
  const made = canonicalCharacters(path.replace(/\/(\.{1,2});[^/]*/g, '/$1'))
  return made === undefined ? undefined : withoutDots(made) + query
}

/** Replaces `//` by `/` in the path; a path of only slashes keeps two. */
export function mergeSlashes(target: string): string {
  const [path, query] = split(target)
  return (/^\/{2,}$/.test(path) ? '//' : path.replace(/\/{2,}/g, '/')) + query
}

/** The path with %2F and %5C decoded. */
export function unescapeSlashes(target: string): string {
  const [path, query] = split(target)
  return path.replace(/%2f/gi, '/').replace(/%5c/gi, '\\') + query
}
