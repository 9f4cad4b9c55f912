import {ADDRESSES, SERVICE_PORTS} from './addresses.js'
import {CLUSTER_NAMES} from './cluster-names.js'
import {CODE_DETAILS} from './code-details.js'
import {CODEC_DETAILS, LOCAL_CLOSES} from './codec-details.js'
import type {Meaning, Vocabulary} from './entry.js'
import {ENVOY_WORDS} from './envoy-words.js'
import {GRPC_CODES} from './grpc-codes.js'
import {HTTP_CODES} from './http-codes.js'
import {MESH_WORDS, OLD_ISTIO} from './istio-words.js'
import {LABEL_WORDS} from './labels.js'
import {PROXY_VARIABLES} from './proxy-variables.js'
import {SYNC_STATE_WORDS} from './sync-state-words.js'
import {TERMINATION_DETAILS} from './termination-details.js'
import {TLS_ERRORS} from './tls-errors.js'

/** A kind of words, what to call it behind one of them, and a few that show what it holds. */
export interface WordGroup {
  readonly kind: string
  readonly words: Vocabulary
  readonly examples: readonly string[]
}

/** Every vocabulary, in the order in which a word that several have is explained. */
export const WORD_GROUPS: readonly WordGroup[] = [
  {kind: 'HTTP status code', words: HTTP_CODES, examples: ['503', '404', '426']},
  {
    kind: 'Envoy response code detail',
    words: CODE_DETAILS,
    examples: ['via_upstream', 'filter_chain_not_found', 'rbac_access_denied_matched_policy'],
  },
  {
    kind: 'detail of a codec or a local close',
    words: {...CODEC_DETAILS, ...LOCAL_CLOSES},
    examples: ['http1.headers_too_large', 'http2_ping_timeout'],
  },
  {kind: 'Envoy connection detail', words: TERMINATION_DETAILS, examples: ['delayed connect error: 111']},
  {kind: 'TLS error', words: TLS_ERRORS, examples: ['WRONG_VERSION_NUMBER', 'CERTIFICATE_VERIFY_FAILED']},
  {kind: 'gRPC status', words: GRPC_CODES, examples: ['Unavailable', 'Unauthenticated']},
  {
    kind: 'Envoy config name',
    words: CLUSTER_NAMES,
    examples: ['BlackHoleCluster', 'PassthroughCluster', 'block_all'],
  },
  {kind: 'Istio address or uid', words: ADDRESSES, examples: ['127.0.0.6', '240.240.0.0/16', '1337']},
  {kind: 'port', words: SERVICE_PORTS, examples: ['15443', '443']},
  {kind: 'sync state or xDS term', words: SYNC_STATE_WORDS, examples: ['STALE', 'WARMING', 'LDS']},
  {kind: 'term of old Istio', words: OLD_ISTIO, examples: ['Mixer', 'Citadel', 'RbacConfig']},
  {kind: 'mesh term', words: MESH_WORDS, examples: ['RBAC', 'REGISTRY_ONLY', 'NET_ADMIN']},
  {
    kind: 'variable of the proxy',
    words: PROXY_VARIABLES,
    examples: ['ISTIO_META_NETWORK', 'ISTIO_META_INTERCEPTION_MODE'],
  },
  {
    kind: 'label or annotation',
    words: LABEL_WORDS,
    examples: ['istio-injection', 'istio.io/rev', 'sidecar.istio.io/inject'],
  },
  {kind: 'word of Envoy and its tables', words: ENVOY_WORDS, examples: ['ORIGINAL_DST', 'SNI', 'circuit breaker']},
]

/** A word with what it means. */
export interface WordMeaning {
  readonly word: string
  readonly kind: string
  readonly meaning: string
  readonly next: string
  readonly source: string
}

/** One spelling for all: lower case, one space, no quotes, hyphens or underscores apart. */
function foldedWord(text: string): string {
  return text
    .trim()
    .replace(/^["'`([]+|(?<!["'`,.;)\]])["'`,.;)\]]+$/g, '')
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
}

const FOLDED = WORD_GROUPS.map(({kind, words}) => ({
  kind,
  words: new Map(
    Object.entries(words).map(([word, meaning]): [string, readonly [string, Meaning]] => [
      foldedWord(word),
      [word, meaning],
    ]),
  ),
}))

/** The part of a detail or name in front of its case: `rbac_access_denied_matched_policy[none]`, `jwt_authn_access_denied{...}`. */
function withoutCase(text: string): string {
  return text.replace(/[[{(].*$/s, '')
}

/** Vocabularies whose words stand as the case of another: `downstream_local_disconnect(http2_ping_timeout)`. */
const CASES: readonly string[] = [
  'Envoy response code detail',
  'detail of a codec or a local close',
  'Envoy connection detail',
  'TLS error',
]

/** What the case in brackets behind a detail means by itself. */
function innerMeanings(text: string): readonly WordMeaning[] {
  const [, inner] = /[[{(]([^[\]{}()]{1,200})[\]})]\s*$/.exec(text) ?? []
  return inner === undefined ? [] : meaningsOf(inner).filter(({kind}) => CASES.includes(kind))
}

/** Everything a word means, whatever its case, hyphens, the case in brackets behind it and `istio-` before a component. */
export function meaningsOf(text: string): readonly WordMeaning[] {
  const folded = foldedWord(text)
  const forms = [
    folded,
    foldedWord(withoutCase(text)),
    folded.replace(/^istio (?=[a-z])/, ''),
    // BoringSSL writes the protocol and the word alert before the name of an alert (ssl.errordata).
    folded.replace(/^(?:tlsv1|sslv3) (?:alert )?/, ''),
    // The statuses of gRPC in the spelling of its specification: INVALID_ARGUMENT.
    /^[A-Z]+(?:_[A-Z]+)*$/.test(text.trim()) ? folded.replaceAll(' ', '') : folded,
  ]
  for (const form of new Set(forms)) {
    const found = FOLDED.flatMap(({kind, words}) => {
      const entry = form === '' ? undefined : words.get(form)
      if (entry === undefined) return []
      const [word, [meaning, next, source]] = entry
      return [{word, kind, meaning, next, source}]
    })
    if (found.length > 0) return form === folded ? found : [...found, ...innerMeanings(text)]
  }
  return []
}

/** Every word by its usual spelling. */
export const ALL_WORDS: readonly string[] = WORD_GROUPS.flatMap(({words}) => Object.keys(words))
