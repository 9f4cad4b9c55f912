import {definedFields} from '../model/collections/defined-fields.js'
import {own} from '../model/collections/own.js'
import {gapInStatus} from './gap-status.js'
import {type KubeStatus, parseKubeStatus} from './kube-status.js'
import {type FailureDetails, type FailureKind, type MissingPermission, WireFailure} from './wire-failure.js'

/** An HTTP error response: a failed request or a rejected upgrade. */
export interface ErrorResponse {
  readonly httpStatus: number
  readonly body: string
  readonly retryAfter?: string | undefined
  /** Where a redirection leads to. */
  readonly location?: string | undefined
}

const BY_REASON: Readonly<Record<string, FailureKind>> = {
  Unauthorized: 'unauthorized',
  Forbidden: 'forbidden',
  NotFound: 'not-found',
  Expired: 'expired',
  Gone: 'expired',
  TooManyRequests: 'throttled',
  BadRequest: 'bad-request',
  MethodNotAllowed: 'bad-request',
  Invalid: 'bad-request',
  NotAcceptable: 'bad-request',
  UnsupportedMediaType: 'bad-request',
  InternalError: 'server-error',
  ServiceUnavailable: 'server-error',
  ServerTimeout: 'server-error',
  Timeout: 'timeout',
}

const BY_CODE: Readonly<Record<number, FailureKind>> = {
  400: 'bad-request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  405: 'bad-request',
  408: 'timeout',
  410: 'expired',
  429: 'throttled',
  504: 'timeout',
}

/** Messages of kubelet, container runtime and API server proxy that share a status code; the first match wins. */
const BY_TEXT: readonly (readonly [RegExp, FailureKind])[] = [
  [
    /executable file not found|exec: ".*": stat .*: no such file or directory|no such file or directory: unknown/,
    'no-tool',
  ],
  [/exec: ".*": permission denied/, 'no-tool'],
  [
    /container not found \(|cannot exec (into|in) a (stopped|completed)|container .* is not running|is not created or running/,
    'not-running',
  ],
  [
    /waiting to start|pod .* does not have a host assigned|pod is not running|sandbox .* is not running|network namespace for sandbox .* is closed/,
    'not-running',
  ],
  [/pod does not exist|container .* is not valid for pod|previous terminated container .* not found/, 'not-found'],
  [/connect: connection refused IPv6|failed to connect to localhost:\d+ inside namespace/, 'port-closed'],
  [/you must specify at least 1 of|query parameter "port" is required/, 'bad-request'],
  [/Upgrade request required/, 'upgrade-refused'],
  [/error dialing backend|No agent available|error sending request: |dial tcp .*: (connect|i\/o)/, 'unreachable'],
]

/** The failure behind a Status that arrived in place of an answer, or at the end of a remote command. */
export function failureFromStatus(status: KubeStatus, httpStatus = status.code): WireFailure {
  const kind = kindOfText(status.message) ?? own(BY_REASON, status.reason) ?? kindOfCode(httpStatus)
  const recordedGap = gapInStatus(status)
  return new WireFailure(
    kind,
    status.message === '' ? status.reason || 'failed without a message' : oneLine(status.message),
    {
      httpStatus,
      ...(kind === 'forbidden' ? missingIn(status.message) : {}),
      recordedGap,
      continueToken: status.continueToken,
      retryAfterMs: status.retryAfterSeconds === undefined ? undefined : status.retryAfterSeconds * 1000,
    },
  )
}

/** The failure behind an HTTP answer: the Status in its body first, known texts next, the status code last. */
export function failureFromRefusal(refusal: ErrorResponse): WireFailure {
  const status = parseKubeStatus(refusal.body)
  const retryAfterMs = retryAfterOf(refusal.retryAfter)
  const wait = definedFields({retryAfterMs})
  if (status !== undefined) {
    const failure = failureFromStatus(status, refusal.httpStatus)
    return new WireFailure(failure.kind, failure.message, {...failure.details, ...wait})
  }
  const to = redirection(refusal)
  if (to !== undefined) return new WireFailure('protocol', to, {httpStatus: refusal.httpStatus})
  const text = refusal.body.trim()
  const kind = kindOfText(text) ?? kindOfCode(refusal.httpStatus)
  const message =
    text === '' ? `HTTP ${refusal.httpStatus} without a body` : `HTTP ${refusal.httpStatus}: ${oneLine(text)}`
  return new WireFailure(kind, message, {httpStatus: refusal.httpStatus, ...wait})
}

/** What is said of a redirection, which an API server never answers with: without its query, which may hold a token. */
function redirection({httpStatus, location}: ErrorResponse): string | undefined {
  if (httpStatus < 300 || httpStatus >= 400) return undefined
  const to =
    location === undefined ? '' : ` to ${oneLine(location.replace(/[?#].*$/s, '').replace(/\/\/[^/]*@/, '//'))}`
  return `HTTP ${httpStatus} redirects${to}, which is not followed: an API server answers itself`
}

/** The failure behind a handshake that was answered with something other than 101: an empty 403 means that no common protocol was found. */
export function failureFromHandshake(refusal: ErrorResponse, offered: readonly string[]): WireFailure {
  const {httpStatus, body} = refusal
  if (httpStatus === 403 && body.trim() === '') {
    const message = `the server supports none of the offered protocols (${offered.join(', ')})`
    return new WireFailure('upgrade-refused', message, {httpStatus})
  }
  const failure = failureFromRefusal(refusal)
  const known = parseKubeStatus(body) !== undefined || kindOfText(body) !== undefined
  if (known || httpStatus === 401 || httpStatus === 429) return failure
  return new WireFailure('upgrade-refused', `the WebSocket was rejected in between: ${failure.message}`, {httpStatus})
}

/** Reads `User "u" cannot get resource "pods/exec" in API group "" in the namespace "n"`, the API server's fixed sentence for a 403. */
export function missingIn(message: string): Pick<FailureDetails, 'missing'> {
  const match =
    /User "([^"]*)" cannot (\S+) resource "([^"]*)" in API group "([^"]*)" (?:in the namespace "([^"]*)"|at the cluster scope)/.exec(
      message,
    )
  if (match === null) return {}
  const [, user = '', verb = '', resource = '', group = '', namespace] = match
  const missing: MissingPermission = {user, verb, resource, group, namespace}
  return {missing}
}

function kindOfText(text: string): FailureKind | undefined {
  return BY_TEXT.find(([pattern]) => pattern.test(text))?.[1]
}

function kindOfCode(code: number | undefined): FailureKind {
  if (code === undefined) return 'server-error'
  return BY_CODE[code] ?? (code >= 400 && code < 500 ? 'bad-request' : 'server-error')
}

/** Retry-After is accepted only in whole seconds, as in client-go (rest/with_retry.go). */
function retryAfterOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,5}$/.test(header) ? Number(header) * 1000 : undefined
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length <= 500 ? line : `${line.slice(0, 500)}…`
}
