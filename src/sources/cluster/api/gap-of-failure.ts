import {scrubText} from '../../../formats/redact/scrub.js'
import type {Gap, GapReason} from '../../../model/evidence/answer.js'
import type {FailureKind, MissingPermission, WireFailure} from '../../../wire/wire-failure.js'

const REASONS: Readonly<Record<FailureKind, GapReason>> = {
  unauthorized: 'forbidden',
  forbidden: 'forbidden',
  'not-found': 'not-found',
  'not-running': 'not-running',
  'no-tool': 'no-tool',
  'port-closed': 'unreachable',
  'bad-request': 'failed',
  expired: 'failed',
  throttled: 'unreachable',
  'server-error': 'failed',
  'upgrade-refused': 'unreachable',
  unreachable: 'unreachable',
  tls: 'unreachable',
  lost: 'unreachable',
  protocol: 'unreadable',
  timeout: 'timeout',
  'too-large': 'too-large',
  aborted: 'failed',
}

const HINTS: Partial<Readonly<Record<FailureKind, string>>> = {
  unauthorized: 'The API server rejected the credentials of this kubeconfig context; log in again.',
  throttled: 'The API server is overloaded; try again later or ask for less (-n).',
  tls: "The server's certificate is not trusted: check certificate-authority, tls-server-name and any proxy in between.",
  'upgrade-refused': 'A proxy between here and the API server does not forward WebSockets.',
  timeout: 'Increase --request-timeout.',
}

/** Subresources opened by a WebSocket: up to Kubernetes 1.34 `get` is checked, from 1.35 `create` as well. */
const STREAMED = new Set(['pods/exec', 'pods/portforward', 'pods/attach'])

/** The gap for a failure: a recorded gap unchanged, else the reason, the server's message, and what to do. */
export function gapOfFailure(what: string, failure: WireFailure): Gap {
  const {recordedGap, missing} = failure.details
  if (recordedGap !== undefined) return recordedGap
  const reason = REASONS[failure.kind]
  if (failure.kind === 'forbidden' && missing !== undefined) {
    return {what, reason, detail: missingWords(missing), hint: grantWords(missing)}
  }
  const hint = HINTS[failure.kind]
  // A server, or a proxy in front of it, may echo what it was sent.
  return {what, reason, detail: scrubText(failure.message), hint}
}

function verbsOf(missing: MissingPermission): string {
  return STREAMED.has(missing.resource) ? 'get and create' : missing.verb
}

function missingWords(missing: MissingPermission): string {
  const resource = missing.group === '' ? missing.resource : `${missing.resource}.${missing.group}`
  const where = missing.namespace === undefined ? 'cluster-wide' : `in namespace ${missing.namespace}`
  return `user ${missing.user} cannot ${missing.verb} ${resource} ${where}`
}

function grantWords(missing: MissingPermission): string {
  const kind = missing.namespace === undefined ? 'ClusterRole' : 'Role'
  return `Ask for a ${kind} with ${verbsOf(missing)} on ${missing.resource}; meshctl can-i shows all required permissions.`
}
