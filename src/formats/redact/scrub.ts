/** What stands in the place of a secret; the same word Envoy writes into its own dumps. */
export const REDACTED = '[redacted]'
/** The same word as Envoy writes it where the field is bytes. */
export const REDACTED_BASE64 = 'W3JlZGFjdGVkXQ=='

/** Field names whose text is a secret wherever they stand (Envoy's `sensitive` fields, Istio's tracing tokens, usual credentials). */
const SECRET_NAMES = [
  'private_?key',
  'pass(?:word|wd|phrase)',
  'client_?secret',
  '(?:hmac|token|shared|signing)_?secret',
  '(?:access|refresh|id|auth|bearer|api|session)?_?token',
  'api_?key',
  'secret_?(?:access_?)?key',
  'authorization',
].join('|')

const SECRET_NAME = new RegExp(`^(?:${SECRET_NAMES})$`, 'i')
const SECRET_HEADER = /^(?:(?:proxy-)?authorization|(?:set-)?cookie|x-(?:api|auth|amz-security)-?(?:key|token)?)$/i

/** True when a field of this name holds a secret as plain text. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name)
}

/** True when an HTTP header of this name carries credentials. */
export function isSecretHeader(name: string): boolean {
  return SECRET_HEADER.test(name)
}

/** A quote as it stands in JSON, or in JSON inside a JSON string. */
const Q = String.raw`\\*"`
/** A quote where a pattern begins: the backslashes before it are taken whole, so that a long run of them costs nothing. */
const START = String.raw`(?<!\\)\\*"`
const STRING = String.raw`(?:[^"\\]|\\(?!\\*"\s*[,}\]]).)*?`

interface Pattern {
  readonly find: RegExp
  readonly put: string | ((...match: string[]) => string)
}

function hidesKey(base64: string): boolean {
  return Buffer.from(base64.replace(/\\n|\s/g, ''), 'base64')
    .toString('latin1')
    .includes('PRIVATE KEY')
}

/**
 * Secrets recognised by their own shape, in any text: PEM private keys (RFC 7468, also base64 of one), JSON Web Tokens
 * (RFC 7519), bearer credentials (RFC 6750), passwords in URLs (RFC 3986, userinfo), cloud keys, private parts of a JWK (RFC 7517).
 */
const SHAPES: readonly Pattern[] = [
  {
    find: /-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY( BLOCK)?-----[\s\S]*?(?:-----END \1PRIVATE KEY\2-----|$)/g,
    put: '[redacted private key]',
  },
  {
    find: /LS0tLS1CRUdJTi(?:[A-Za-z0-9+/]|\\n|\r?\n)+=*/g,
    put: whole => (hidesKey(whole ?? '') ? REDACTED_BASE64 : (whole ?? '')),
  },
  {find: /\beyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){1,4}/g, put: '[redacted token]'},
  {find: /\b(bearer\s+)[A-Za-z0-9._~+/-]{12,}=*/gi, put: '$1[redacted]'},
  {
    find: /(authorization\\*["']?\s*[:=]\s*\\*["']?(?:basic|bearer|token|apikey)\s+)[^\s"'\\,[]+/gi,
    put: '$1[redacted]',
  },
  {find: /(:\/\/[^\s/:@"'\\]*:)(?!\[redacted\])[^\s/@"'\\]+(@)/g, put: '$1[redacted]$2'},
  {find: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, put: REDACTED},
  {find: /\b(?:gh[pousr]_[A-Za-z0-9]{30,}|xox[abprs]-[A-Za-z0-9-]{10,})/g, put: REDACTED},
]

/** Secrets recognised by the name beside them: `password=…` in arguments and queries, `accessToken: …` in YAML. */
const NAMED_IN_TEXT: Pattern = {
  find: /((?:pass(?:word|wd|phrase)|client[_-]?secret|secret|(?:access|auth|id|refresh)?[_-]?token|api[_-]?key|private[_-]?key)(?:=|:[ \t]+)["']?)(?!\[redacted)([^\s"'\\,;&(){}[\]]{6,})/gi,
  put: '$1[redacted]',
}

/** Secrets in JSON text by their field: strings, data sources (`inline_string`, `inline_bytes`), header pairs, last-applied copies. */
const NAMED_IN_JSON: readonly Pattern[] = [
  {
    find: new RegExp(`(${START}(?:${SECRET_NAMES})${Q}\\s*:\\s*${Q})(?!\\[redacted)(${STRING})(${Q}\\s*[,}\\]])`, 'gi'),
    put: (_all, before, value, after) => `${before}${value === '' ? '' : REDACTED}${after}`,
  },
  {
    find: new RegExp(
      `(${START}(?:private_?key|password|secret|generic_?secret|keys|ticket_?keys)${Q}\\s*:\\s*\\[?\\s*\\{\\s*${Q}inline_?(?:string)${Q}\\s*:\\s*${Q})(?!\\[redacted)${STRING}(${Q}\\s*})`,
      'gi',
    ),
    put: `$1${REDACTED}$2`,
  },
  {
    find: new RegExp(
      `(${START}(?:private_?key|password|secret|generic_?secret|keys|ticket_?keys)${Q}\\s*:\\s*\\[?\\s*\\{\\s*${Q}inline_?(?:bytes)${Q}\\s*:\\s*${Q})(?!W3JlZGFjdGVk)${STRING}(${Q}\\s*})`,
      'gi',
    ),
    put: `$1${REDACTED_BASE64}$2`,
  },
  {
    find: new RegExp(
      `(${START}(?:key|name)${Q}\\s*:\\s*${Q}(?:(?:proxy-)?authorization|(?:set-)?cookie|x-api-key|x-auth-token)${Q}\\s*,\\s*${Q}(?:raw_)?value${Q}\\s*:\\s*${Q})(?!\\[redacted)${STRING}(${Q}\\s*[,}])`,
      'gi',
    ),
    put: `$1${REDACTED}$2`,
  },
  {
    find: new RegExp(
      `(${START}kubectl\\.kubernetes\\.io/last-applied-configuration${Q}\\s*:\\s*")(?!\\[redacted)(?:[^"\\\\]|\\\\.)*(")`,
      'g',
    ),
    put: `$1${REDACTED}$2`,
  },
]

const JWK_PRIVATE: Pattern = {
  find: new RegExp(`(${START}(?:d|p|q|dp|dq|qi|k)${Q}\\s*:\\s*${Q})(?!\\[redacted)[A-Za-z0-9_=-]{16,}(${Q})`, 'g'),
  put: `$1${REDACTED}$2`,
}

function replaced(text: string, {find, put}: Pattern): string {
  return typeof put === 'string' ? text.replace(find, put) : text.replace(find, put)
}

/** The text without anything that looks like a private key, token or password; doing it twice changes nothing more. */
export function scrubText(text: string): string {
  const shaped = SHAPES.reduce(replaced, text)
  const named = replaced(shaped, NAMED_IN_TEXT)
  return named.includes('kty') ? replaced(named, JWK_PRIVATE) : named
}

/** Text that is no JSON but may quote some: what `scrubText` finds, and quoted fields known to hold secrets, as far as their quotes can be matched. */
export function scrubQuoted(text: string): string {
  return scrubText(NAMED_IN_JSON.reduce(replaced, text))
}
