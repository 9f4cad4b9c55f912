const SCHEME = /^[a-z][a-z0-9+.-]*:/i
const BAD_ESCAPE = /%(?![0-9a-f]{2})/i

/** The host of an authority as Go reads it (pkg.go.dev/net/url): without user and port; undefined for a wrong port or host. */
function hostOf(authority: string): string | undefined {
  const server = authority.slice(authority.lastIndexOf('@') + 1)
  const parts = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(server)
  const host = parts?.[1] ?? parts?.[2]
  return host === undefined || /[\s<>"\\^`{|}]/.test(host) || BAD_ESCAPE.test(host) ? undefined : host
}

/** The host of a URL, or of a relative reference (which is empty), as Go reads it; undefined for text that Go refuses. */
export function goUrlHost(text: string): string | undefined {
  if (/[\u0000-\u001f\u007f]/.test(text) || text.startsWith(':')) return undefined
  const scheme = SCHEME.exec(text)?.[0] ?? ''
  const [rest = ''] = text.slice(scheme.length).split(/[?#]/)
  if (scheme !== '' && !rest.startsWith('/')) return ''
  if (rest.startsWith('//')) {
    const [authority = '', ...path] = rest.slice(2).split('/')
    return BAD_ESCAPE.test(path.join('/')) ? undefined : hostOf(authority)
  }
  const [first = ''] = rest.split('/')
  return BAD_ESCAPE.test(rest) || first.includes(':') ? undefined : ''
}
