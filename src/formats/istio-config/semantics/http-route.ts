import {isRoutingClaim} from '../../../model/istio/routing-claim.js'
import {goNanoseconds} from '../../../model/text/go-duration.js'
import {isPattern} from '../../../model/text/linear-regex.js'
import {listOf, numberOf, objectOf, textOf, textsOf} from '../../decode.js'
import {isPort, type Problem, problemIf} from './problem.js'

const RETRY_WORDS = new Set(
  (
    '5xx gateway-error reset reset-before-request connect-failure envoy-ratelimited retriable-4xx refused-stream ' +
    'retriable-status-codes retriable-headers http3-post-connect-failure cancelled deadline-exceeded internal ' +
    'resource-exhausted unavailable'
  ).split(' '),
)
/** The status codes that have a name (IANA, HTTP Status Code Registry). */
const NAMED_STATUS = /^(?:10[0-3]|20[0-8]|226|30[0-578]|40\d|41[0-8]|42[1-689]|431|451|50[0-8]|51[01])$/
const GRPC_STATUS = new Set(
  (
    'OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED ' +
    'RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS ' +
    'UNAUTHENTICATED'
  ).split(' '),
)
const METHODS = new Set('GET HEAD POST PUT PATCH DELETE CONNECT OPTIONS TRACE'.split(' '))
const HEADER = /^[-!#$%&'*+.^_`|~A-Za-z0-9]+$/
const MAX_REGEX = 1024
const MAX_BODY = 1_048_576

/** What is wrong with a regular expression of a route. */
export function regexProblems(regex: string | undefined, path: string): readonly Problem[] {
  if (regex === undefined) return []
  return [
    ...problemIf(regex === '', path, 'a regex cannot be empty'),
    ...problemIf(regex.length > MAX_REGEX, path, `a regex can have at most ${MAX_REGEX} characters`),
    ...problemIf(regex !== '' && !isPattern(regex), path, `${regex} is not an RE2 regex`),
  ]
}

function isAuthority(name: string): boolean {
  return [':authority', 'host'].includes(name.toLowerCase())
}

function headerProblem(name: string, path: string, authority: boolean): readonly Problem[] {
  if (name === '') return [{path, message: 'a header needs a name'}]
  if (authority && isAuthority(name)) return []
  if (name.toLowerCase() === 'host') return [{path, message: `${name} cannot be changed here`}]
  return problemIf(name.startsWith(':'), path, `${name} cannot be set`)
}

const PSEUDO_HEADERS = new Set([':method', ':scheme', ':authority', ':path', ':status'])

/** What is wrong with the name of a header that is matched on, or of a JWT claim in its place. */
export function matchedHeaderProblems(name: string, path: string): readonly Problem[] {
  if (name === '') return [{path, message: 'a header needs a name'}]
  if (PSEUDO_HEADERS.has(name) || isRoutingClaim(name)) return []
  return problemIf(!HEADER.test(name), path, `${JSON.stringify(name)} is not a header name`)
}

/** What is wrong with a header's new value, in which %NAME% stands for a value of the request and %% for a percent sign. */
function valueProblems(value: unknown, path: string): readonly Problem[] {
  if (typeof value !== 'string') return []
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) return [{path, message: 'the value has control characters'}]
  const rest = value.replaceAll('%%', '').replaceAll(/%[A-Z][A-Z0-9_]*(?:\([^()]*\))?(?::\d+)?%/g, '')
  if (!rest.includes('%')) return []
  const open = /%[^%]/.test(rest)
  return [
    {
      path,
      message: open ? 'a % begins the name of no value; write %% for a percent sign' : 'a % is not escaped; write %%',
    },
  ]
}

/** What is wrong with the header changes of a route or of one of its destinations. */
export function headerProblems(rule: unknown, path: string): readonly Problem[] {
  return ['request', 'response'].flatMap(side => {
    const where = `${path}.headers.${side}`
    const changed = ['set', 'add'].flatMap(verb =>
      Object.entries(objectOf(rule, 'headers', side, verb) ?? {}).flatMap(([name, value]) => [
        ...headerProblem(name, `${where}.${verb}["${name}"]`, side === 'request'),
        ...valueProblems(value, `${where}.${verb}["${name}"]`),
      ]),
    )
    const removed = textsOf(rule, 'headers', side, 'remove').flatMap((name, index) =>
      headerProblem(name, `${where}.remove[${index}]`, false),
    )
    return [...changed, ...removed]
  })
}

function authorityProblems(rule: unknown, path: string): readonly Problem[] {
  const rewritten = (textOf(rule, 'rewrite', 'authority') ?? '') !== '' ? 1 : 0
  const set = ['set', 'add'].flatMap(verb =>
    Object.keys(objectOf(rule, 'headers', 'request', verb) ?? {}).filter(isAuthority),
  )
  return problemIf(rewritten + set.length > 1, path, 'the authority is set more than once')
}

/** True for a duration that is not a number of whole seconds. */
function isFraction(duration: string): boolean {
  const length = goNanoseconds(duration)
  return length !== undefined && length % 1e9 !== 0
}

function corsProblems(rule: unknown, path: string): readonly Problem[] {
  const policy = objectOf(rule, 'corsPolicy')
  const where = `${path}.corsPolicy`
  return [
    ...listOf(policy, 'allowOrigins').flatMap((origin, index) => {
      const own = `${where}.allowOrigins[${index}]`
      const empty = ['exact', 'prefix', 'regex'].every(kind => (textOf(origin, kind) ?? '') === '')
      return empty
        ? [{path: own, message: 'an origin needs exact, prefix or regex'}]
        : regexProblems(textOf(origin, 'regex'), own)
    }),
    ...textsOf(policy, 'allowMethods').flatMap((method, index) =>
      problemIf(!METHODS.has(method), `${where}.allowMethods[${index}]`, `${method} is not an HTTP method`),
    ),
    ...['allowHeaders', 'exposeHeaders'].flatMap(list =>
      textsOf(policy, list).flatMap((name, index) =>
        problemIf(!HEADER.test(name), `${where}.${list}[${index}]`, `${JSON.stringify(name)} is not a header name`),
      ),
    ),
    ...problemIf(isFraction(textOf(policy, 'maxAge') ?? ''), `${where}.maxAge`, 'maxAge is a number of whole seconds'),
  ]
}

function retryProblems(rule: unknown, path: string): readonly Problem[] {
  const retries = objectOf(rule, 'retries')
  const attempts = numberOf(retries, 'attempts') ?? 0
  const on = textOf(retries, 'retryOn') ?? ''
  const unknown = on === '' ? [] : on.split(',').filter(word => !RETRY_WORDS.has(word) && !NAMED_STATUS.test(word))
  const useless =
    attempts === 0 &&
    (on !== '' || ['perTryTimeout', 'retryRemoteLocalities'].some(name => retries?.[name] !== undefined))
  return [
    ...problemIf(attempts < 0, `${path}.retries.attempts`, 'attempts cannot be negative'),
    ...problemIf(useless, `${path}.retries`, 'a retry policy needs attempts above 0'),
    ...unknown.map(word => {
      const spaced = RETRY_WORDS.has(word.trim()) || NAMED_STATUS.test(word.trim())
      const hint = spaced ? '; the list takes no spaces' : ''
      return {path: `${path}.retries.retryOn`, message: `${JSON.stringify(word)} is not a retry condition${hint}`}
    }),
  ]
}

function statusProblem(status: number | undefined, path: string): readonly Problem[] {
  return problemIf(status !== undefined && (status < 200 || status > 600), path, `${status} is not an HTTP status`)
}

function faultProblems(rule: unknown, path: string): readonly Problem[] {
  const fault = objectOf(rule, 'fault')
  if (fault === undefined) return []
  const where = `${path}.fault`
  const percents = ['abort', 'delay'].flatMap(kind => {
    const value = numberOf(fault, kind, 'percentage', 'value')
    const wrong = value !== undefined && (value < 0 || value > 100 || (value > 0 && value < 0.0001))
    return problemIf(wrong, `${where}.${kind}.percentage`, `${value} is not a percentage from 0.0001 to 100`)
  })
  const grpc = textOf(fault, 'abort', 'grpcStatus')
  return [
    ...problemIf(
      objectOf(fault, 'abort') === undefined && objectOf(fault, 'delay') === undefined,
      where,
      'a fault needs abort or delay',
    ),
    ...percents,
    ...statusProblem(numberOf(fault, 'abort', 'httpStatus'), `${where}.abort.httpStatus`),
    ...problemIf(
      grpc !== undefined && !GRPC_STATUS.has(grpc),
      `${where}.abort.grpcStatus`,
      `${JSON.stringify(grpc)} is not a gRPC status`,
    ),
    ...problemIf(
      textOf(fault, 'abort', 'http2Error') !== undefined,
      `${where}.abort.http2Error`,
      'http2Error is not supported',
    ),
    ...problemIf(
      textOf(fault, 'delay', 'exponentialDelay') !== undefined,
      `${where}.delay.exponentialDelay`,
      'exponentialDelay is not supported',
    ),
  ]
}

function redirectProblems(rule: unknown, path: string): readonly Problem[] {
  const redirect = objectOf(rule, 'redirect')
  if (redirect === undefined) return []
  const where = `${path}.redirect`
  const code = numberOf(redirect, 'redirectCode') ?? 0
  const port = numberOf(redirect, 'port') ?? 0
  const scheme = textOf(redirect, 'scheme') ?? ''
  const texts = ['uri', 'authority', 'scheme'].some(name => (textOf(redirect, name) ?? '') !== '')
  const ports = ['port', 'derivePort'].some(name => redirect[name] !== undefined)
  // The first fault: each fault hides those behind it.
  return [
    ...problemIf(!texts && !ports, where, 'a redirect needs uri, authority, scheme or port'),
    ...problemIf(code !== 0 && (code < 300 || code > 399), `${where}.redirectCode`, `${code} is not a redirect status`),
    ...problemIf(!['', 'http', 'https'].includes(scheme), `${where}.scheme`, `${scheme} is neither http nor https`),
    ...problemIf(port !== 0 && !isPort(port), `${where}.port`, `${port} is not a port`),
  ].slice(0, 1)
}

function rewriteProblems(rule: unknown, path: string): readonly Problem[] {
  const rewrite = objectOf(rule, 'rewrite')
  if (rewrite === undefined) return []
  const where = `${path}.rewrite`
  const regex = objectOf(rewrite, 'uriRegexRewrite')
  const [uri, authority] = ['uri', 'authority'].map(name => (textOf(rewrite, name) ?? '') !== '')
  const [match, into] = ['match', 'rewrite'].map(name => textOf(regex, name) ?? '')
  return [
    ...problemIf(uri === true && regex !== undefined, where, 'only one of uri and uriRegexRewrite can be set'),
    ...problemIf(
      uri === false && authority === false && regex === undefined,
      where,
      'a rewrite needs uri, uriRegexRewrite or authority',
    ),
    ...problemIf(
      regex !== undefined && (match === '' || into === ''),
      `${where}.uriRegexRewrite`,
      'match and rewrite are both required',
    ),
    ...(match === '' ? [] : regexProblems(match, `${where}.uriRegexRewrite.match`)),
  ].slice(0, 1)
}

function answerProblems(rule: unknown, path: string): readonly Problem[] {
  const where = `${path}.directResponse`
  const body = objectOf(rule, 'directResponse', 'body')
  const size = Math.max((textOf(body, 'string') ?? '').length, ((textOf(body, 'bytes') ?? '').length * 3) / 4)
  return [
    ...statusProblem(numberOf(rule, 'directResponse', 'status'), `${where}.status`),
    ...problemIf(size > MAX_BODY, `${where}.body`, 'a body has at most 1 MB'),
  ]
}

/** What istiod's webhook rejects in what an HTTP route does with a request, besides where it sends it. */
export function httpActionProblems(rule: unknown, path: string): readonly Problem[] {
  return [
    ...headerProblems(rule, path),
    ...authorityProblems(rule, path),
    ...corsProblems(rule, path),
    ...faultProblems(rule, path),
    ...retryProblems(rule, path),
    ...redirectProblems(rule, path),
    ...rewriteProblems(rule, path),
    ...answerProblems(rule, path),
  ]
}
