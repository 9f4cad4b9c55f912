import type {Vocabulary} from './entry.js'

const PAGE = 'https://grpc.io/docs/guides/status-codes/'

/** gRPC status codes as they appear in xDS logs ("gRPC config stream closed: CODE") and in calls of the agent to istiod. */
export const GRPC_CODES: Vocabulary = {
  OK: [
    '(0) The stream was closed without an error: istiod closes it regularly (every 30 minutes) so that connections spread over replicas.',
    'Nothing is wrong.',
    PAGE,
  ],
  Canceled: [
    '(1) The stream was cancelled, usually because the connection ended or one side shut down.',
    'Nothing is wrong unless it repeats.',
    PAGE,
  ],
  Cancelled: [
    '(1) The stream was cancelled, usually because the connection ended or one side shut down.',
    'Nothing is wrong unless it repeats.',
    PAGE,
  ],
  Unknown: [
    '(2) An error without a code of its own; the text after it is the reason.',
    'Read the text, and the log of istiod.',
    PAGE,
  ],
  InvalidArgument: [
    '(3) istiod rejected the request itself: often an invalid node id or a version it does not support.',
    'Read the log of istiod.',
    PAGE,
  ],
  DeadlineExceeded: [
    '(4) No answer in time: istiod is overloaded, or packets to it are dropped.',
    'meshctl proxy-status, and NetworkPolicies for port 15012: meshctl check POD',
    PAGE,
  ],
  NotFound: ['(5) What was asked for does not exist.', 'Read the log of istiod.', PAGE],
  AlreadyExists: ['(6) What was to be created exists already.', 'Read the log of istiod.', PAGE],
  PermissionDenied: [
    '(7) istiod does not allow this identity: the token is of another service account or namespace than the proxy claims.',
    'Compare the service account of the pod with the identity in the message.',
    PAGE,
  ],
  ResourceExhausted: [
    '(8) A limit was exceeded: a message is too large, or istiod throttles requests.',
    'Reduce the configuration with Sidecar objects, or scale istiod.',
    PAGE,
  ],
  FailedPrecondition: ['(9) istiod or its CA is not in a state to answer.', 'Read the log of istiod.', PAGE],
  Aborted: ['(10) The request was aborted.', 'Read the log of istiod.', PAGE],
  OutOfRange: ['(11) Outside the valid range.', 'Read the log of istiod.', PAGE],
  Unimplemented: [
    '(12) istiod does not implement this call: a newer proxy with an older istiod, or a wrong port.',
    'meshctl version',
    PAGE,
  ],
  Internal: [
    '(13) An internal error of the connection or of istiod, often a stream that a proxy in between closed.',
    'It reconnects; when it repeats read the log of istiod.',
    PAGE,
  ],
  Unavailable: [
    '(14) istiod cannot be reached: connection refused, reset or timed out, DNS failed, or its certificate is not trusted. The proxy keeps its configuration and reconnects.',
    'meshctl proxy-status, and meshctl check POD for a NetworkPolicy on port 15012',
    PAGE,
  ],
  DataLoss: ['(15) Data was lost.', 'Read the log of istiod.', PAGE],
  Unauthenticated: [
    '(16) istiod (or its CA) did not accept the credentials: the service account token has expired, has another audience, is of another cluster, or its service account or pod was deleted.',
    'Check that the projected token istio-token is mounted and that istiod can validate it: meshctl check POD',
    PAGE,
  ],
}

/** The names by number, as gRPC counts them. */
export const GRPC_NUMBERS: readonly string[] = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
]
