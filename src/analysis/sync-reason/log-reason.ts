import {bothEnds} from '../../model/text/both-ends.js'

/** Why a proxy is out of sync or not connected, found in its log. */
export interface LogReason {
  readonly kind:
    | 'dns'
    | 'timeout'
    | 'refused'
    | 'certificate'
    | 'uncertified'
    | 'identity'
    | 'forbidden'
    | 'closed'
    | 'rejected'
    | 'unready'
  /** The reason as text. */
  readonly text: string
  /** What to look at next. */
  readonly advice: string
  readonly line: string
  /** When the log first (since the last successful connection) and last reports it. */
  readonly since?: string
  readonly at?: string
}

interface Pattern {
  readonly kind: LogReason['kind']
  readonly test: RegExp
  text(match: RegExpExecArray): string
  readonly advice: string
}

/**
 * What pilot-agent (xdsproxy, Go's net and gRPC errors) and Envoy (grpc_stream.h, *_subscription_state.cc) log when config does not arrive.
 * The first pattern that fits a line names it; errors of Go's net package keep their wording since Go 1.
 */
const PATTERNS: readonly Pattern[] = [
  {
    // Go's net.DNSError: `lookup NAME on SERVER: read udp A->B: read: connection refused`.
    kind: 'dns',
    test: /\blookup ([\w.-]+) on ([\w.:[\]%-]+): (?:(?:read|write|dial) [^"\n\t]{0,120}: )?(?:read: |connect: )?(connection refused|i\/o timeout|no route to host|network is unreachable|connection timed out)/,
    text: ([, host, server, why]) =>
      `it cannot resolve istiod's name ${host}: DNS server ${server} does not answer (${why})`,
    advice:
      "Check cluster DNS (CoreDNS pods and Service), NetworkPolicies on port 53, and the pod's dnsPolicy and dnsConfig.",
  },
  {
    kind: 'dns',
    test: /\blookup ([\w.-]+)(?: on ([\w.:[\]%-]+))?: ([^"\n\t]{1,80})/,
    text: ([, host, server, why]) =>
      `it cannot resolve istiod's name ${host}${server === undefined ? '' : ` (DNS server ${server}: ${why?.trim()})`}`,
    advice:
      'Check discoveryAddress (mesh config, ProxyConfig or the proxy.istio.io/config annotation) and cluster DNS.',
  },
  {
    // Go's x509.HostnameError: `certificate is valid for A, B, not NAME`.
    kind: 'certificate',
    test: /x509: certificate is valid for ([^,"{}\n]{1,253})(, [^"{}\n]{1,20000})?, not ([\w.*-]{1,253})/,
    text: ([, name, others, wanted]) =>
      `a certificate was rejected: whatever answers for ${wanted} has one for ${name}${others === undefined ? '' : ' and other names'}`,
    advice:
      'Something else than istiod answers there: check the address (discoveryAddress, CA_ADDR), what its name resolves to, and proxies on the way.',
  },
  {
    kind: 'certificate',
    test: /(x509: [^"{}\n]+|tls: [^"{}\n]+|CERTIFICATE_VERIFY_FAILED[^"{}\n]*)/,
    text: ([, what]) => `a certificate was rejected: ${what?.trim()}`,
    advice:
      "Compare the proxy's root certificate with istiod's (proxy-config secret) and check the clocks of both nodes.",
  },
  {
    kind: 'identity',
    test: /(Unauthenticated|authentication failure|the token is expired|TokenReview)[^\n]{0,2000}/,
    text: match => `istiod rejected the proxy's identity: ${bothEnds(match[0].trim())}`,
    advice: "Check the pod's service account token (audience istio-ca) and istiod's log around this time.",
  },
  {
    kind: 'forbidden',
    test: /code = PermissionDenied desc = ([^"\n]+)/,
    text: ([, what]) => `istiod denied the connection: ${what?.trim()}`,
    advice: "See istiod's log: the proxy's identity does not match its claimed namespace or service account.",
  },
  {
    kind: 'timeout',
    test: /dial tcp (\S+?): (?:i\/o timeout|connect: (?:connection timed out|no route to host|network is unreachable))/,
    text: ([, address]) => `istiod at ${address} does not answer: connection attempts time out`,
    advice:
      'Packets between the pod and istiod are dropped: by a NetworkPolicy, a firewall, or because istiod is down.',
  },
  {
    kind: 'refused',
    test: /dial tcp (\S+?): connect: connection refused/,
    text: ([, address]) => `istiod at ${address} refuses connections`,
    advice: 'Nothing is listening there: check that istiod is running and ready, and that its Service has endpoints.',
  },
  {
    // After the causes: a certificate is requested over the same network as the config.
    kind: 'uncertified',
    test: /(?:failed to (?:sign CSR|create certificate|generate (?:workload )?certificate|warm certificate)|create certificate:)[^\n]{0,2000}/,
    text: match => `it cannot get its certificate: ${bothEnds(match[0].trim())}`,
    advice: "Check the CA the proxy uses (CA_ADDR, caAddress) and istiod's log around this time.",
  },
  {
    kind: 'rejected',
    test: /(?:delta |gRPC )config for (\S+) rejected: ([^\n]*?)(?:\tthread=\d+)?$/,
    text: ([, type, why]) => `Envoy rejected ${type?.split('.').at(-1)}: ${why?.trim()}`,
    advice:
      'Correct or delete the object the rejected resource was generated from; Envoy keeps the last accepted version of that resource.',
  },
  {
    kind: 'closed',
    test: /upstream terminated with unexpected error (?:rpc error: )?(.+?)(?:\tid=\d+)?$/,
    text: ([, why]) => `the connection to istiod broke: ${why?.trim()}`,
    advice: "The proxy reconnects automatically; if it does not, look in istiod's log at this time.",
  },
  {
    kind: 'closed',
    test: /config stream(?: to \S+)? closed[^:\n]*: (\d+), ([^\n]*?)(?:\{via_upstream\})?(?:\tthread=\d+)?$/,
    text: ([, code, why]) => `the config stream is closed (gRPC code ${code}): ${why?.trim()}`,
    advice: "Look in istiod's log at this time, and check whether its pods were restarted.",
  },
  {
    kind: 'unready',
    test: /Envoy proxy is NOT ready: ([^\n]*)/,
    text: ([, why]) => `the proxy is not ready: ${why?.trim()}`,
    advice: 'The proxy has not received its complete initial config.',
  },
]

/** Logged when a connection succeeds; earlier connection failures no longer matter. */
const CONNECTED = /xdsproxy\s+connected to (?:delta )?upstream XDS server/

/** Most specific first: why it cannot connect comes before that it is not connected. */
const PRIORITY: readonly LogReason['kind'][] = [
  'certificate',
  'identity',
  'forbidden',
  'dns',
  'timeout',
  'refused',
  'uncertified',
  'rejected',
  'closed',
  'unready',
]

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/

function read(line: string): LogReason | undefined {
  for (const {kind, test, text, advice} of PATTERNS) {
    const match = test.exec(line)
    if (match === null) continue
    const at = TIME.exec(line)?.[1]
    return {kind, text: text(match), advice, line, at}
  }
  return undefined
}

/**
 * The causes in a proxy's log for not having istiod's config, most specific first, the latest of each kind.
 * Connection failures before a later successful connection are left out.
 */
export function logReasons(log: string): readonly LogReason[] {
  const latest = new Map<LogReason['kind'], LogReason>()
  for (const line of log.split('\n')) {
    if (CONNECTED.test(line)) {
      const rejected = latest.get('rejected')
      latest.clear()
      if (rejected !== undefined) latest.set('rejected', rejected)
      continue
    }
    const reason = read(line)
    if (reason === undefined) continue
    const since = latest.get(reason.kind)?.since ?? reason.at
    latest.set(reason.kind, since === undefined ? reason : {...reason, since})
  }
  return [...latest.values()].sort((a, b) => PRIORITY.indexOf(a.kind) - PRIORITY.indexOf(b.kind))
}
