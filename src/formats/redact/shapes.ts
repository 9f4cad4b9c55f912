import {REDACTED, REDACTED_BASE64} from './placeholder.js'

interface Shape {
  readonly find: RegExp
  readonly put: string | ((...match: string[]) => string)
  /** A text without this holds none; asked first because most texts hold none. */
  readonly mark: RegExp
}

function hidesKey(base64: string): boolean {
  return Buffer.from(base64.replace(/\\n|\s/g, ''), 'base64')
    .toString('latin1')
    .includes('PRIVATE KEY')
}

/**
 * Secrets recognised by their own shape, in any text: PEM private keys (RFC 7468, also base64 of one), JSON Web Tokens (RFC 7519), bearer
 * credentials (RFC 6750), userinfo of URLs (RFC 3986), private parts of a JWK (RFC 7517), and the tokens whose issuers gave them a prefix so that
 * they can be found (GitHub, GitLab, Slack, Stripe, npm, PyPI, Google, AWS, HashiCorp Vault, SendGrid, DigitalOcean, Docker, Shopify, age, Azure SAS).
 */
const SHAPES: readonly Shape[] = [
  {
    mark: /PRIVATE KEY/,
    find: /-----BEGIN ([A-Z0-9 ]{0,40})PRIVATE KEY( BLOCK)?-----(?:[^-]|-(?!----))*(?:-----END \1PRIVATE KEY\2-----|$)?/g,
    put: '[redacted private key]',
  },
  {
    mark: /LS0tLS1CRUdJTi/,
    find: /LS0tLS1CRUdJTi(?:[A-Za-z0-9+/]|\\n|\r?\n)+=*/g,
    put: whole => (hidesKey(whole ?? '') ? REDACTED_BASE64 : (whole ?? '')),
  },
  {mark: /eyJ/, find: /(?<![A-Za-z0-9_])eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){1,4}/g, put: '[redacted token]'},
  {mark: /bearer/i, find: /\b(bearer\s{1,8})[A-Za-z0-9._~+/-]{12,}=*/gi, put: '$1[redacted]'},
  {
    mark: /authorization/i,
    find: /(authorization\\*["']?[ \t]{0,4}[:=,][ \t]{0,4}\\*["']?(?:basic|bearer|token|apikey|api-token)[ \t]{1,4})(?!\[redacted)[^\s"'\\,[]+/gi,
    put: '$1[redacted]',
  },
  {mark: /:\/\//, find: /(:\/\/[^\s/:@"'\\[\]]{0,200}:)(?!\[redacted\])[^\s/@"'\\]{1,500}(@)/g, put: '$1[redacted]$2'},
  {
    mark: /:\/\//,
    find: /(:\/\/)(?=[A-Za-z_~.-]{0,200}\d)[A-Za-z0-9_~.-]{16,300}(@(?!sha256:))/g,
    put: '$1[redacted]$2',
  },
  {
    mark: /AKIA|ASIA|gh[pousr]_|github_pat_|gl[a-z]{2,4}-|xox|[rs]k_(?:live|test)_|whsec_|npm_|pypi-|AIza|ya29\.|GOCSPX|hv[bsr]\.|SG\.|do[opr]_v1_|dckr_|shp|AGE-|lin_api_|sq0|EAA|hooks\.slack|AccountKey|SharedAccess/,
    find: /(?<![A-Za-z0-9_])(?:(?:AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|gl(?:pat|ptt|dt|rt|cbt|soat|ft|agent|imt|feed)?-[A-Za-z0-9_-]{16,}|xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,}|(?:[rs]k_(?:live|test)|whsec)_[A-Za-z0-9]{10,}|npm_[A-Za-z0-9]{20,}|pypi-[A-Za-z0-9_-]{20,}|AIza[0-9A-Za-z_-]{20,}|ya29\.[0-9A-Za-z_-]{10,}|GOCSPX-[0-9A-Za-z_-]{20,}|hv[bsr]\.[A-Za-z0-9_-]{16,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|do[opr]_v1_[a-f0-9]{32,}|dckr_[a-z]{3}_[A-Za-z0-9_-]{16,}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{20,}|AGE-SECRET-KEY-1[0-9A-Z]{20,}|lin_api_[A-Za-z0-9]{20,}|sq0(?:atp|csp)-[0-9A-Za-z_-]{20,}|EAA[A-Za-z0-9]{40,})/g,
    put: REDACTED,
  },
  {
    mark: /hooks\.slack/,
    find: /(hooks\.slack\.com\/(?:services|workflows)\/)[A-Za-z0-9/_-]{10,}/g,
    put: '$1[redacted]',
  },
  {
    mark: /kty/,
    find: /((?<!\\)\\*"(?:d|p|q|dp|dq|qi|k)\\*"\s{0,4}:\s{0,4}\\*")(?!\[redacted)[A-Za-z0-9_=-]{16,}(\\*")/g,
    put: `$1${REDACTED}$2`,
  },
]

/** The text without secrets that are recognised by their own shape. */
export function withoutShapes(text: string): string {
  return SHAPES.reduce((left, {mark, find, put}) => {
    if (!mark.test(left)) return left
    return typeof put === 'string' ? left.replace(find, put) : left.replace(find, put)
  }, text)
}
