import type {Gap} from '../model/evidence/answer.js'

/** The failures between meshctl and an API server, a kubelet or a pod, distinguished by what the user can do about them. */
export type FailureKind =
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'not-running'
  | 'no-tool'
  | 'port-closed'
  | 'bad-request'
  | 'expired'
  | 'throttled'
  | 'server-error'
  | 'upgrade-refused'
  | 'unreachable'
  | 'tls'
  | 'lost'
  | 'protocol'
  | 'timeout'
  | 'too-large'
  | 'aborted'

/** The missing permission of a 403. */
export interface MissingPermission {
  readonly user: string
  readonly verb: string
  readonly resource: string
  readonly group: string
  /** Absent at cluster scope. */
  readonly namespace?: string
}

export interface FailureDetails {
  readonly httpStatus?: number
  readonly missing?: MissingPermission
  readonly retryAfterMs?: number
  /** The token from which an expired list can continue, though no longer in one snapshot. */
  readonly continueToken?: string
  /** The server had closed the kept connection: the request never arrived. */
  readonly stale?: boolean
  /** The gap of a served bundle for evidence it does not have. */
  readonly recordedGap?: Gap
}

/** The only error type of this layer; callers turn it into a gap. */
export class WireFailure extends Error {
  readonly kind: FailureKind
  readonly details: FailureDetails

  constructor(kind: FailureKind, message: string, details: FailureDetails = {}) {
    super(message)
    this.name = 'WireFailure'
    this.kind = kind
    this.details = details
  }
}

const TLS_CODE =
  /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH|ERR_OSSL)/
const UNREACHABLE_CODES = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EADDRNOTAVAIL',
])

/** Turns whatever a socket, TLS or `ws` threw into a typed failure; a failure passes through unchanged. */
export function failureFromError(error: unknown): WireFailure {
  if (error instanceof WireFailure) return error
  const several = partsOf(error)
  if (several.length > 0) {
    const parts = several.map(failureFromError)
    const [first] = parts
    if (first !== undefined)
      return new WireFailure(first.kind, [...new Set(parts.map(part => part.message))].join('; '))
  }
  const code = errorCode(error)
  const message = messageOf(error)
  if (TLS_CODE.test(code)) return new WireFailure('tls', message.trim().split('\n')[0] ?? message)
  if (UNREACHABLE_CODES.has(code)) return new WireFailure('unreachable', message)
  if (code.startsWith('WS_ERR') || code.startsWith('HPE_'))
    return new WireFailure('protocol', `invalid bytes from the server: ${message}`)
  if (code.startsWith('Z_')) return new WireFailure('protocol', `the compressed answer is damaged: ${message}`)
  if (error instanceof RangeError && /call stack/.test(message))
    return new WireFailure('protocol', 'the answer is nested too deeply')
  return new WireFailure('lost', message)
}

/** Marks a connection loss before any answer on a kept-alive connection: repeating the request is safe. */
export function staleIf(reused: boolean, failure: WireFailure): WireFailure {
  if (!reused || failure.kind !== 'lost') return failure
  return new WireFailure(failure.kind, failure.message, {...failure.details, stale: true})
}

/** Node tries every address of a name and reports all failures together. */
function partsOf(error: unknown): readonly unknown[] {
  if (typeof error !== 'object' || error === null || !('errors' in error)) return []
  return Array.isArray(error.errors) ? error.errors : []
}

function messageOf(error: unknown): string {
  const own = typeof error === 'object' && error !== null && 'message' in error ? error.message : error
  return typeof own === 'string' ? own : String(own)
}

function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return typeof error.code === 'string' ? error.code : ''
}
