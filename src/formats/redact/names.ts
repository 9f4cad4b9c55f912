/** Words that say by themselves that the text under this name is a secret. */
const SECRET_WORDS = new Set(
  'password passwords passwd passwort kennwort wachtwoord contrasena pwd pw passphrase passcode secret secrets token tokens credential credentials creds authorization cookie cookies bindpw dbpw rootpw adminpw userpw privkey'.split(
    ' ',
  ),
)
/** Ends of words written in one, as `PGPASSWORD`, `requirepass`, `bindpasswd`, `accountkey`. */
const SECRET_ENDS =
  /(?:password|passwd|passphrase|passcode|passwords|secret|token|(?:api|access|secret|private|account|auth|master|shared|encryption|signing|session|storage|license)key|(?:require|db|user|root|admin|bind|redis|mysql|sql|smtp|ldap|my|ssh|mail|default|store|key|trust)pass)$/
/** Headers and options with credentials whose names hold no such word. */
const SECRET_HEADERS = new Set([
  'oauth2-bearer',
  'x-honeycomb-team',
  'x-hub-signature',
  'x-hub-signature-256',
  'x-slack-signature',
])
/** Words that name a secret only when the value looks like one. */
const WEAK_WORDS = new Set(
  'auth masterauth pin otp totp salt session sessionid jsessionid phpsessid sid hmac signature nonce_key login bearer'.split(
    ' ',
  ),
)
/** What a `key` must be called to be a secret: most keys of a mesh are names (of labels, of entries, public keys). */
const SECRET_KEYS = new Set(
  'api access private secret auth account master signing encryption shared session hmac license app storage subscription base client json'.split(
    ' ',
  ),
)
/** What the `key` of a header of one's own (`X-Acme-Key`) is called when it is not a secret: of caches, queues, shards and requests. */
const PLAIN_HEADER_KEYS = new Set(
  'cache idempotency routing shard partition hash sort request rate limit ratelimit object surrogate public group unique dedup deduplication trace correlation tenant lookup index primary order message'.split(
    ' ',
  ),
)
/** A name that ends so says where a secret is, what kind it is or how long it lasts, and holds none. */
const ABOUT_SECRETS = new Set(
  'name names ref refs reference path paths file filename files type types url uri endpoint host port ttl expiry expiration expires expire duration lifetime period interval timeout policy policies mode enabled disabled required optional provider providers location header headers prefix suffix namespace namespaces version count size length limit id ids audience audiences issuer scope scopes mount config configs configuration source sources class kind format algorithm alg rotation renewal refresh age exchange review reviews service servers server request requests status state error errors code hash attribute attributes domain samesite'.split(
    ' ',
  ),
)
/** Envoy's data sources that hold a secret though their name does not say so (basic_auth `users`, TLS session ticket `keys`, a key store in `pkcs12`). */
const SECRET_SOURCES = new Set(['users', 'keys', 'ticket keys', 'pkcs12'])
const SIGNATURES = new Set(['sig', 'signature'])

const MAX_KEPT = 20_000

/** The answer about a name, kept for the next time: a dump repeats its few names millions of times. */
function kept<T>(answer: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>()
  return name => {
    const before = known.get(name)
    if (before !== undefined) return before
    const found = answer(name)
    if (known.size < MAX_KEPT && name.length <= 200) known.set(name, found)
    return found
  }
}

/** A name in its words, lower case: `awsSecretAccessKey`, `AWS_SECRET_ACCESS_KEY` and `aws-secret-access-key` are the same. */
export const wordsOf = kept(splitWords)

function splitWords(name: string): readonly string[] {
  return name
    .slice(0, 200)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(word => word !== '')
}

function judged(name: string): boolean {
  if (name.startsWith('type.googleapis.com/')) return false
  const words = wordsOf(name).map(word => word.replace(/(?<!\d)\d+$/, '') || word)
  const last = words.at(-1)
  // Google's `private_key_id` names one key of a service account, which is looked up by it.
  if (words.join(' ').endsWith('private key id')) return true
  // The name of a Secret, as the chart and Istio's WasmPlugin write it.
  if (/\bpull secrets?$/.test(words.join(' '))) return false
  if (last === undefined || ABOUT_SECRETS.has(last)) return false
  if (last === 'key' && words[0] === 'x' && words.length > 2 && !PLAIN_HEADER_KEYS.has(words.at(-2) ?? '')) return true
  if (last === 'pass' || (last === 'auth' && words.length === 1)) return true
  if (words.some(word => SECRET_WORDS.has(word) || SECRET_ENDS.test(word))) return true
  if (SECRET_HEADERS.has(name.toLowerCase())) return true
  return words.some((word, at) => /^keys?$/.test(word) && SECRET_KEYS.has(words[at - 1] ?? ''))
}

/** True when a field, setting, argument or header of this name holds a secret as plain text. */
export const isSecretName = kept(judged)

/** True when a value under this name is a secret if it looks like one: `REDISCLI_AUTH`, `x-auth`, `sid`. */
export function isWeakSecretName(name: string): boolean {
  const words = wordsOf(name)
  // Half of what logs in at Vault (AppRole); elsewhere the name of a secret.
  return WEAK_WORDS.has(words.at(-1) ?? '') || words.slice(-2).join(' ') === 'secret id'
}

/** True for a word that is neither prose nor a name in Kubernetes: letters and digits, with capitals or signs among them. */
export function looksRandom(value: string): boolean {
  if (value.length < 6 || value.length > 500 || /^(?:v?\d+(?:[.:]\d+)*|[A-Z][A-Z_]*\d*|[a-z]+\d{1,3})$/.test(value))
    return false
  return (
    /\d/.test(value) &&
    /[a-zA-Z]/.test(value) &&
    (/[!#$%^&*+=~?]/.test(value) || (/[A-Z]/.test(value) && /[a-z]/.test(value)))
  )
}

/** What the last word of a name says of a generated text that is not a secret: ids of requests and traces, hashes, versions. */
const IDENTIFIERS = new Set(
  'id ids uid uuid guid traceid spanid sampled trace span traceparent tracestate context attributes etag hash checksum digest fingerprint nonce version revision serial correlation'.split(
    ' ',
  ),
)

/** True when a generated text under this name identifies something and opens nothing: `x-request-id`, `x-b3-traceid`, `etag`. */
export function isIdentifierName(name: string): boolean {
  return IDENTIFIERS.has(wordsOf(name).at(-1) ?? '')
}

/** True for a name of a password, whose value may be any word. */
export function isPasswordName(name: string): boolean {
  return /pass(?!ive|ed|es|ing|thr)|pwd|pw$/i.test(name)
}

/** True for the parts of a signed URL that let any client use it (`sig` of Azure, `X-Amz-Signature`, `X-Goog-Signature`). */
export function isSignature(name: string): boolean {
  return SIGNATURES.has(wordsOf(name).at(-1) ?? '')
}

/** True when a data source of Envoy (`inline_string`, `inline_bytes`) under this name holds a secret. */
export function isSecretSource(name: string): boolean {
  return isSecretName(name) || SECRET_SOURCES.has(wordsOf(name).join(' '))
}

/** True for a map from environment variables to their values, or a list of them. */
export function isEnvironment(name: string): boolean {
  return /^(?:environment(?:_?variables)?|proxy_?metadata|envs?|env_?vars)$/i.test(name)
}

/** True for a field below an environment that is none of its variables: `environment: {name: POD_NAME}` of Envoy's custom tags. */
export function isAboutVariable(environment: string, field: string): boolean {
  return /^environment$/i.test(environment) && !/^[A-Z_][A-Z0-9_]*$/.test(field)
}

/** Variables that every process has and that say where programs and people are. */
const PLAIN_VARIABLES =
  /^(?:PATH|TERM|HOME|HOSTNAME|LANG|LANGUAGE|LC_[A-Z]+|TZ|PWD|OLDPWD|SHLVL|USER|LOGNAME|SHELL|_|container)$/

/** True for a variable in a list of `NAME=value` that is neither a setting of the mesh nor of every process. */
export function isHiddenVariable(name: string): boolean {
  return !PLAIN_VARIABLES.test(name) && !isMeshSetting(name)
}

/** Settings of the mesh by name (istio.io, pilot-agent and pilot-discovery environment variables); every other value of an environment is hidden. */
const MESH_SETTING =
  /^(ISTIO_|PILOT_|PROXY_|CA_ADDR(?:ESS)?$|CA_PROVIDER$|CA_ROOT_|CA_TRUSTED_|XDS_|POD_|INSTANCE_IP$|HOST_IP$|NODE_NAME$|SERVICE_ACCOUNT$|TRUST_DOMAIN$|REVISION$|CLUSTER_ID$|PLATFORM$|MESH_|ENABLE_|EXIT_ON_ZERO|GODEBUG$|GRPC_GO_LOG_|GRPC_XDS_BOOTSTRAP$|GOMAXPROCS$|GOMEMLIMIT$|JWT_POLICY$|VALIDATION_|INJECTION_|CNI_|LOG_LEVEL$|MINIMUM_DRAIN|OUTPUT_CERTS$|PROV_CERT$|KUBECONFIG$)/

/** True for a setting of the mesh whose value our reports read and that is not a secret. */
export function isMeshSetting(name: string): boolean {
  return MESH_SETTING.test(name) && !isSecretName(name)
}

/** Words that stand where a secret could and are none: switches, references to where the secret is, placeholders of templates, numbers. */
const NO_SECRET =
  /^(?:|true|false|yes|no|on|off|none|null|nil|undefined|enabled?|disabled?|required|optional|default|unset|empty|missing|invalid|expired|strict|permissive|trace|debug|info|warn|warning|error|critical|(?:third|first)-party-jwt|\d{1,5}|(?:kubernetes|kubernetes-gateway|configmap|builtin|file|sds|spiffe):\/\/[^\s@]*|\/(?:dev|etc|home|opt|proc|run|tmp|usr|var)\/[\w./-]*|\.\/[\w./-]*|\[redacted[\w ]*\]|<[\w ]+>|W3JlZGFjdGVk[A-Za-z0-9+/]{0,40}={0,2}|\$\([\w.]+\)|\$\{[\w.:-]+\}|\{\{[^{}]*\}\}|%[A-Z_]+(?:\([\w:.-]*\))?%|\*+)$/i

/** True for a value that is not a secret whatever its name says. */
export function isPlainValue(value: string): boolean {
  return value.length < 2000 && NO_SECRET.test(value)
}

/** Fields that hold what a header is compared with or set to (Envoy HeaderValue, HeaderMatcher, StringMatcher; Istio StringMatch). */
const HEADER_FIELDS = new Set(
  'value rawvalue defaultvalue values notvalues literal exact prefix suffix contains regex exactmatch prefixmatch suffixmatch containsmatch saferegexmatch saferegex stringmatch valuematch string stringvalue text'.split(
    ' ',
  ),
)

/** Fields that hold the text of what stands above them. */
const CONTENT_FIELDS = new Set(
  'data content contents plain plaintext stringvalue text raw string body encoded base64'.split(' '),
)

/** True for a field that holds a secret when the field above it is named as one: `password: {value: …}`, `credentials: {data: …}`. */
export function isContentField(name: string): boolean {
  return isHeaderField(name) || CONTENT_FIELDS.has(name.replaceAll('_', '').toLowerCase())
}

/** True for a field that holds the text of a header whose name is beside or above it. */
export const isHeaderField = kept((name: string) => HEADER_FIELDS.has(name.replaceAll('_', '').toLowerCase()))
