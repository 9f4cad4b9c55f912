import type {Vocabulary} from './entry.js'

const USAGE = 'https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage'

/** Envoy's connection termination details (%CONNECTION_TERMINATION_DETAILS%) and upstream transport failure reasons that are not about TLS. */
export const TERMINATION_DETAILS: Vocabulary = {
  'delayed connect error: 111': [
    'Connection refused (errno 111): nothing listens on the port of the server, or it listens on 127.0.0.1 only.',
    'meshctl ports POD   # of the server',
    USAGE,
  ],
  'delayed connect error: 113': [
    'No route to host (errno 113): the address is not reachable: a deleted pod, a firewall or a NetworkPolicy that rejects.',
    'Compare the address with the pods that exist: meshctl proxy-config endpoint POD --address IP',
    USAGE,
  ],
  'delayed connect error: 110': [
    'Connection timed out (errno 110): packets are dropped in transit by a NetworkPolicy, a security group or a wrong address.',
    'Look at NetworkPolicies for the port: meshctl check POD',
    USAGE,
  ],
  'connection refused': [
    'The server refused the TCP connection: nothing listens on that port, the targetPort is wrong, or the application listens on 127.0.0.1 only.',
    'meshctl ports POD   # of the server',
    USAGE,
  ],
  'no route to host': [
    'The address is not reachable: a deleted pod, a firewall or a NetworkPolicy that rejects.',
    'Compare the address with the pods that exist.',
    USAGE,
  ],
  'connection timeout': [
    'The connection was not established in time (connectTimeout, 10 s by default): packets are dropped, by a NetworkPolicy or firewall, or the address is stale.',
    'Look at NetworkPolicies for the port: meshctl check POD',
    USAGE,
  ],
  'connection timed out': [
    'The connection was not established in time: packets are dropped, by a NetworkPolicy or firewall, or the address is stale.',
    'Look at NetworkPolicies for the port: meshctl check POD',
    USAGE,
  ],
  'connection reset by peer': [
    'The other side reset the TCP connection: it crashed, refused the protocol, or a device in between did so.',
    'Read the log of the server, and of its sidecar.',
    USAGE,
  ],
  'remote connection failure': [
    'The connection to the upstream failed; the text after it is the reason.',
    'meshctl explain UF',
    USAGE,
  ],
  'remote reset': ['The upstream reset the connection.', 'meshctl explain UR UC', USAGE],
  'immediate connect error': [
    "The connection failed at once: no route or no permission in the pod's network.",
    'Look at the routes of the pod.',
    USAGE,
  ],
  'connection termination': [
    'The upstream closed the connection before it sent response headers, often an idle keep-alive connection that the server closed at the moment it was reused.',
    'meshctl explain UC',
    USAGE,
  ],
  rbac_access_denied_matched_policy: [
    'An AuthorizationPolicy denied the TCP connection.',
    'meshctl describe pod POD',
    USAGE,
  ],
}
