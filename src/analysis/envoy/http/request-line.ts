// Request lines that Envoy's HTTP/1 parser accepts: https://www.rfc-editor.org/rfc/rfc9112#section-3

const METHODS = new Set(
  [
    'ACL BIND CHECKOUT CONNECT COPY DELETE GET HEAD LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MOVE MSEARCH NOTIFY',
    'OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT QUERY REBIND REPORT SEARCH SOURCE SUBSCRIBE TRACE UNBIND UNLINK UNLOCK',
    'UNSUBSCRIBE',
  ]
    .join(' ')
    .split(' '),
)
const FIRST_LETTERS = new Set([...METHODS].map(method => method[0]))

export type RequestLine =
  | {readonly kind: 'partial'}
  | {readonly kind: 'invalid'}
  | {
      readonly kind: 'whole'
      readonly method: string
      readonly target: string
      readonly version: '1.1' | '1.0'
      /** Without a version, as HTTP/0.9 wrote it. */
      readonly bare: boolean
    }

/** Printable ASCII. */
const TARGET = /^[\x21-\x7e]+$/
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//
/** Characters that no host of a request target holds (RFC 3986, 3.2.2). */
const NOT_IN_HOST = /["#<>\\^`{|}]/

function isHost(target: string): boolean {
  return !NOT_IN_HOST.test(target.replace(/[/?].*$/s, ''))
}

function isTarget(method: string, target: string): boolean {
  if (!TARGET.test(target)) return false
  if (method === 'CONNECT') return isHost(target)
  if (target.startsWith('/') || target.startsWith('*')) return true
  return SCHEME.test(target) && isHost(target.replace(SCHEME, ''))
}

function isMethod(method: string, anyMethod: boolean): boolean {
  return anyMethod ? /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(method) : METHODS.has(method)
}

/** Whether the first byte begins a method the connection manager's parser knows; it closes at once otherwise. */
export function beginsMethod(bytes: string): boolean {
  return FIRST_LETTERS.has(bytes.replace(/^[\r\n]+/, '').slice(0, 1))
}

/**
 * Reads the first line; it is partial until its line break has come. The connection manager's parser knows its methods,
 * that of the inspector takes any token.
 */
export function requestLine(bytes: string, anyMethod = false): RequestLine {
  const text = bytes.replace(/^[\r\n]+/, '')
  if (text === '') return {kind: 'partial'}
  const first = text.slice(0, 1)
  if (anyMethod ? !isMethod(first, true) : !beginsMethod(text)) return {kind: 'invalid'}
  const end = text.indexOf('\n')
  if (end < 0) return {kind: 'partial'}
  const line = text.slice(0, end).replace(/\r$/, '')
  const match = /^(\S+)[ \t]+(\S+)(?:[ \t]+(\S+))?$/.exec(line.replace(/(?<![ \t])[ \t]+$/, ''))
  const [, method = '', target = '', version = ''] = match ?? []
  if (match === null || !isMethod(method, anyMethod) || !isTarget(method, target)) return {kind: 'invalid'}
  if (version !== '' && !/^HTTP\/\d\.\d$/.test(version)) return {kind: 'invalid'}
  return {kind: 'whole', method, target, version: version === 'HTTP/1.1' ? '1.1' : '1.0', bare: version === ''}
}
