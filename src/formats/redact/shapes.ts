import {isPlaceholder} from '../../model/text/placeholder.js'
import {TOKEN, TOKEN_MARK} from './issuers.js'
import {isPlainValue, looksRandom} from './names.js'
import type {Redaction} from './placeholder.js'
import {withoutPrivateKeys} from './private-keys.js'

/** A secret recognised by its own shape: the pattern's groups are what precedes it, the secret, and what follows it. */
interface Shape {
  readonly what: string
  /** A text without this holds none; asked first because most texts hold none. */
  readonly mark: RegExp
  readonly find: RegExp
  /** False for a match that is not a secret after all. */
  readonly holds?: (secret: string) => boolean
}

function isUserAndPassword(base64: string): boolean {
  return /^[\x20-\x7e]{1,200}:[\x20-\x7e]{1,500}$/.test(Buffer.from(base64, 'base64').toString('latin1'))
}

/** A text as it is in a string, and as the bytes of its UTF-8 are when each is read as a character. */
function inBothEncodings(text: string): string {
  return `${text}|${Buffer.from(text).toString('latin1')}`
}

/** "Password" where a name of letters does not show it, and an English name before the colon of Chinese text. */
const OTHER_LANGUAGES = new RegExp(
  [
    ...['mot de passe', 'contraseña', 'hasło', 'пароль', '密码', '密碼', '口令', 'パスワード', '비밀번호'].map(
      inBothEncodings,
    ),
    `(?:password|passwd|secret|token)(?=${inBothEncodings('：')})`,
  ].join('|'),
  'i',
)

/** True for the answer to a prompt: anything but a word of prose. */
function isPrompted(secret: string): boolean {
  return /[\d\W_]/.test(secret.slice(0, -1))
}

/**
 * JSON Web Tokens (RFC 7519), bearer and basic credentials (RFC 6750, RFC 7617), userinfo of URLs (RFC 3986) and of data sources, private parts of a JWK
 * (RFC 7517), crypt(5) hashes, addresses of web hooks, and passwords given to well-known programs in one letter.
 */
const SHAPES: readonly Shape[] = [
  {what: 'JSON Web Token', mark: /eyJ/, find: /(?<![A-Za-z0-9_])()(eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){1,4})()/g},
  {what: 'bearer credential', mark: /bearer/i, find: /\b(bearer\s{1,8})([A-Za-z0-9._~+/-]{12,}=*)()/gi},
  {
    what: 'basic credential',
    mark: /basic/i,
    find: /\b(basic\s{1,8})([A-Za-z0-9+/_-]{6,}={0,2})()/gi,
    holds: isUserAndPassword,
  },
  {
    what: 'authorization',
    mark: /authorization/i,
    find: /(authorization\\*["']?[ \t]{0,4}[:=,]?[ \t]{1,4}\\*["']?(?:basic|bearer|token|apikey|api-token)[ \t]{1,4})([^\s"'\\,[]+)()/gi,
  },
  {
    what: 'authorization',
    mark: /authorization/i,
    find: /(authorization\\*["']?[ \t]{0,4}[:=,][ \t]{0,4}\\*["']?(?:digest|aws4-hmac-sha256|oauth|hawk|signature|negotiate|ntlm)[ \t]{1,4})([^\r\n{}]{1,2000})()/gi,
  },
  {
    what: 'password of a URL',
    mark: /:\/\//,
    find: /(:\/\/[^\s/:@"'\\[\]]{0,200}:)(?!\d{1,5}(?:[/?#,;\s"'\\]|$))([^\s"'\\]{1,500})(@(?!sha256:))/g,
  },
  {
    what: 'token of a URL',
    mark: /:\/\//,
    find: /(:\/\/)((?=[A-Za-z_~.-]{0,200}\d)[A-Za-z0-9_~.-]{16,300})(@(?!sha256:))/g,
  },
  {
    what: 'password of a data source',
    mark: /@(?:tcp|unix|udp)\(/,
    find: /((?<![\w.-])[\w.-]{1,100}:)([^\s@/:"'\\]{1,200})(@(?:tcp|unix|udp)\()/g,
  },
  {
    what: 'password of a data source',
    mark: /@/,
    find: /((?<![\w.:/@[-])[A-Za-z_][\w.-]{0,100}:)((?!\d{1,5}@)[^\s@/:"'\\[\]]{1,200})(@(?!sha)[a-z][\w.-]{0,200}:\d{2,5}\b)/g,
  },
  {
    what: 'password of a data source',
    mark: /thin:/,
    find: /(jdbc:oracle:thin:[^\s/@"']{1,100}\/)([^\s@"']{1,200})(@)/g,
  },
  {
    what: 'secret access key',
    mark: /AKIA|ASIA/,
    find: /((?:AKIA|ASIA)[0-9A-Z]{16}[^A-Za-z0-9\n]{1,10})([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])()/g,
  },
  {
    what: 'password in another language',
    mark: OTHER_LANGUAGES,
    find: new RegExp(
      `((?:${OTHER_LANGUAGES.source})\\s{0,4}(?:[:=]|${inBothEncodings('：')}|\\bist|\\bes|\\best)\\s{0,4}["']?)([^\\s"',;]{4,200})()`,
      'gi',
    ),
    holds: isPrompted,
  },
  {
    what: 'password file of PostgreSQL',
    mark: /:(?:\d{1,5}|\*):/,
    find: /((?<![\w:.*/[-])(?:\*|[a-z][\w.-]{0,200}):(?:\d{2,5}|\*):[\w*.-]{1,100}:[\w*.@-]{1,100}:)([^\s:"'\\]{6,200})(?=[ \t\r]*(?:\n|\\n|["'\\]|$))()/g,
    holds: isPrompted,
  },
  {what: "an issuer's token", mark: TOKEN_MARK, find: new RegExp(`()(${TOKEN.source})()`, 'g')},
  {
    what: 'web hook',
    mark: /hook/,
    find: /((?:hooks\.slack\.com\/(?:services|workflows|triggers)|discord(?:app)?\.com\/api\/webhooks|webhook\.office\.com\/webhookb2|chat\.googleapis\.com\/v1\/spaces)\/)([A-Za-z0-9/_@-]{10,})()/g,
  },
  {
    what: 'sentry DSN',
    mark: /:\/\//,
    find: /(:\/\/)([a-f0-9]{32})(@)/g,
  },
  {
    what: 'hash of a password',
    mark: /\$[a-z0-9-]{1,14}\$|\{S?SHA/,
    find: /()(\$(?:apr1|1|2[abxy]?|5|6|7|y|scrypt|argon2(?:id|i|d)|pbkdf2[a-z0-9-]{0,12})\$[A-Za-z0-9./+$=,-]{8,300}|\{(?:S?SHA(?:256|512)?)\}[A-Za-z0-9+/]{8,100}={0,2})()/g,
  },
  {
    what: 'key of a JWK',
    mark: /kty/,
    find: /((?<!\\)\\*"(?:d|p|q|dp|dq|qi|k)\\*"\s{0,4}:\s{0,4}\\*")([A-Za-z0-9_=-]{16,})(\\*")/g,
  },
  {
    what: 'key of a request',
    mark: /[?&]key=/i,
    find: /([?&]key=)([\w.~%+/-]{10,200}={0,2})(?![\w.~%+/-])()/gi,
    holds: looksRandom,
  },
  {
    what: 'field of a form',
    mark: /form-data/i,
    find: /(form-data;[ \t]{0,4}name=\\*"[\w.-]{0,60}(?:pass|secret|token|key)[\w.-]{0,60}\\*"(?:\r?\n|\\r\\n|\\n){2})([^\r\n\\]{1,2000})()/gi,
  },
  {
    what: 'argument -p',
    mark: /(?:mysql|mariadb)/,
    find: /(\b(?:mysql|mariadb)[a-z-]{0,12}(?:\s[^\n|;&]{0,300}?)?\s-p)((?![\s"'])[^\s"'\\;|&]{1,200})()/g,
  },
  {
    what: 'password of a certificate',
    mark: /curl\b/,
    find: /(\bcurl\s[^\n|;&]{0,500}?(?:--(?:proxy-)?cert|-E)[ =]{1,4}["']?[^\s:"'\\]{1,200}:)([^\s"'\\;|&]{1,200})()/g,
  },
  {
    what: 'argument of htpasswd',
    mark: /htpasswd/,
    find: /(\bhtpasswd[ \t]{1,4}-[a-zA-Z]{0,6}b[a-zA-Z]{0,6}[ \t]{1,4}(?:[^\s"'\\]{1,200}[ \t]{1,4}){1,2})([^\s"'\\;|&]{1,200})(?=[ \t]{0,4}(?:[\n"'|;&]|$))()/g,
  },
  {
    what: 'argument -a',
    mark: /redis-cli/,
    find: /(\bredis-cli(?:\s[^\n|;&]{0,300}?)?\s-a\s{1,4}["']?)([^\s"'\\;|&]{1,200})()/g,
  },
  {
    what: 'argument -p, -w',
    mark: /sshpass|mongo|ldap|docker login|helm registry/,
    find: /(\b(?:sshpass|mongo(?:sh|dump|restore)?|ldap(?:search|add|modify|whoami)|docker login|helm registry login)(?:\s[^\n|;&]{0,300}?)?\s-[pw]\s{0,4}["']?)([^\s"'\\;|&-][^\s"'\\;|&]{0,200})()/g,
  },
  {
    what: 'AUTH of Redis',
    mark: /\bAUTH[ \t]/,
    find: /(\bAUTH[ \t]{1,4}(?:[\w.-]{1,60}[ \t]{1,4})?["']?)((?=[^\s"'\d]{0,200}\d)[^\s"']{4,200})(["']?[ \t\r]{0,4}$)/gm,
  },
  {
    what: 'user of Redis',
    mark: /\buser[ \t]/,
    find: /(\buser[ \t]{1,4}[\w.-]{1,60}(?:[ \t]{1,4}[^\s>#]{1,40}){0,8}[ \t]{1,4}[>#])([^\s"'\\]{4,200})()/g,
  },
  {
    what: 'password prompt',
    mark: /pass(?:word|phrase|code)\s/i,
    find: /(\bpass(?:word|phrase|code)\s{1,4}(?:for|of)\s{1,4}[^\n:]{1,100}?(?::|\sis\b)[ \t]{0,4}["']?)([^\s"'\\,;]{4,200})()/gi,
    holds: isPrompted,
  },
  {
    what: 'certificate of a client',
    mark: /(?:Cert|Chain)=/,
    find: /(\b(?:Cert|Chain)=\\{0,8}"?)(-----BEGIN(?:%20|\+| )CERTIFICATE[^"\\;,\s]{0,60000})()/g,
  },
  {
    what: 'token of a WebSocket',
    mark: /base64url\.bearer/,
    find: /(base64url\.bearer\.authorization\.k8s\.io\.)([A-Za-z0-9_=-]{6,})()/g,
  },
  {
    what: 'argument --from-literal',
    mark: /--from-literal/,
    find: /(--from-literal[= ]{1,4}["']?[\w.-]{1,100}=)([^\s"'\\]{1,500})()/g,
  },
  {
    what: 'text for --password-stdin',
    mark: /--password-stdin/,
    find: /(\b(?:echo|printf)[ \t]{1,4}(?:-\w[ \t]{1,4})?["']?)([^\s"'|]{1,200})(["']?[ \t]{0,4}\|[^\n|]{0,200}--password-stdin)/g,
  },
  {
    what: 'user and password',
    mark: /(?:curl|wget|http)\b|--(?:proxy-)?user/,
    find: /((?:\bcurl\s[^\n|;&]{0,500}?-[a-zA-Z]{0,4}u|--(?:proxy-)?user)[ =]{0,4}["']?[^\s:"'\\]{1,100}:)([^\s"'\\;|&]{1,200})()/g,
  },
]

/** The text without secrets that are recognised by their own shape. */
export function withoutShapes(text: string, redaction: Redaction): string {
  const keyless = withoutPrivateKeys(text, redaction)
  return SHAPES.reduce((left, {what, mark, find, holds}) => {
    if (!mark.test(left)) return left
    return left.replace(find, (whole: string, before: string, secret: string, after: string) =>
      isPlaceholder(secret) || secret.startsWith('[redacted') || isPlainValue(secret) || holds?.(secret) === false
        ? whole
        : before + redaction.put(secret, what) + after,
    )
  }, keyless)
}
