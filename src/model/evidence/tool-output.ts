/** What programs print that people run against a mesh, as far as it says where a request went. */

/** One request of curl or wget with what came of it; a field is there when the text shows it. */
export interface HttpExchange {
  readonly host?: string
  /** `NAME (ADDRESS)` or the address, and the port it connected to. */
  readonly peer?: string
  readonly peerAddress?: string
  readonly peerPort?: number
  readonly path?: string
  readonly status?: number
  readonly headers: Readonly<Record<string, string>>
  /** What follows the headers, as far as it is a line of text. */
  readonly body?: string
  /** The program that failed, where it is not curl. */
  readonly client?: 'wget'
  /** The exit code of curl (curl(1), EXIT CODES), or the one that curl has for the failure of another client. */
  readonly curlError?: number
  readonly message?: string
}

/** A handshake as `openssl s_client` shows it. */
export interface TlsHandshake {
  readonly serverName?: string
  readonly connected: boolean
  readonly certificate: boolean
  readonly subject?: string
  readonly issuer?: string
  /** Why the certificate was not accepted; undefined when it was, or when there is none. */
  readonly verifyError?: string
  readonly notAfter?: string
  readonly wantsClientCertificate: boolean
  readonly reset: boolean
  /** The server answered with something that is not TLS. */
  readonly plaintext: boolean
}

/** An answer of DNS as dig or nslookup shows it. */
export interface DnsAnswer {
  readonly question?: string
  /** NOERROR, NXDOMAIN, SERVFAIL, ...; `timeout` when no server answered. */
  readonly status: string
  readonly addresses: readonly string[]
  readonly server?: string
}

/** A connection in the kernel's table (conntrack(8)): both directions, each with its addresses and ports. */
export interface TrackedConnection {
  readonly protocol: string
  readonly state: string
  readonly from: string
  readonly to: string
  readonly toPort: number
  readonly replyFrom: string
  readonly replyPort: number
  readonly answered: boolean
}

/** A packet of tcpdump's text. */
export interface CapturedPacket {
  readonly from: string
  readonly to: string
  /** As tcpdump writes them: `S`, `S.`, `R`, `P.`. */
  readonly flags: string
  /** The first line of HTTP in it, when it is in plaintext. */
  readonly http?: string
}

/** A sample of Prometheus' text form. */
export interface MetricSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** How many answers a load generator got, by status. */
export interface StatusCount {
  readonly status: string
  readonly count: number
}

/** A span that a proxy reported. */
export interface ProxySpan {
  readonly service: string
  readonly operation: string
  readonly milliseconds: number
  readonly status: string
  readonly flags: readonly string[]
  readonly cluster: string
}

/** A fault that another tool found. */
export interface ToolFinding {
  readonly level: 'error' | 'warning'
  readonly code?: string
  readonly subject: string
  readonly message: string
}

/** A configuration of the node's container network, as the runtime reads it from /etc/cni/net.d. */
export interface CniConfig {
  readonly name: string
  /** Types of the plugins, in the order in which they run. */
  readonly plugins: readonly string[]
}
