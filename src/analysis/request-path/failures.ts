import type {Attempt, Failure} from '../../model/envoy/upstream-call.js'

// What Envoy 1.40 logs about failed connections, recorded from a real one (response_code_details,
// https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/response_code_details). The numbers are
// BoringSSL's packed error codes: library << 24 | reason, where library 2 is the system (errno) and 16 is SSL.

const SYSTEM = 2
const SSL = 16

function tlsError(library: number, code: number, text: string): string {
  const name = library === SYSTEM ? 'system_library' : 'SSL_routines'
  return `TLS_error:|${library * 2 ** 24 + code}:${name}:OPENSSL_internal:${text}:TLS_error_end`
}

function connecting(reason: string): Attempt {
  const failure: Failure = {
    flag: 'UF',
    status: 503,
    reason: reason === '' ? 'remote_connection_failure' : `remote_connection_failure|${reason}`,
    type: 'connect',
  }
  return {kind: 'failure', failure, after: 0}
}

export const REFUSED = connecting('delayed_connect_error:_Connection_refused')
export const UNREACHABLE = connecting('delayed_connect_error:_No_route_to_host')
/** Packets are dropped: Envoy gives up after the connect timeout of the cluster. */
export const CONNECT_TIMEOUT: Attempt = {
  kind: 'failure',
  failure: {flag: 'UF', status: 503, reason: 'connection_timeout', type: 'connect'},
  after: 10_000,
}
/** TLS to a server that replies in plaintext. */
export const NOT_TLS = connecting(tlsError(SSL, 247, 'WRONG_VERSION_NUMBER'))
/** TLS to a server that closes the connection before the handshake. */
export const TLS_RESET = connecting(tlsError(SYSTEM, 104, 'Connection_reset_by_peer'))
export const CERTIFICATE_REFUSED = connecting(tlsError(SSL, 125, 'CERTIFICATE_VERIFY_FAILED'))
export const CERTIFICATE_DEMANDED = connecting(tlsError(SSL, 1116, 'TLSV1_ALERT_CERTIFICATE_REQUIRED'))
/** The server closes an open connection without a response. */
export const TERMINATED: Attempt = {
  kind: 'failure',
  failure: {flag: 'UC', status: 503, reason: 'connection_termination', type: 'reset'},
  after: 0,
}

/** Other details that the race between the reset and what Envoy sends can log. */
export const TLS_RESET_RACES: readonly Attempt[] = [connecting(tlsError(SYSTEM, 32, 'Broken_pipe')), connecting('')]
