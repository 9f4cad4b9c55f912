/** An address and port. */
export interface IpPort {
  readonly ip: string
  readonly port: number
}

/** The certificate a client presents. */
export interface ClientCertificate {
  readonly uriSans: readonly string[]
  readonly dnsSans: readonly string[]
  /** RFC 2253 order, empty when there is none. */
  readonly subject: string
  /** The proxy's trusted root signed it. */
  readonly trusted: boolean
  readonly expired: boolean
}

export interface ClientHandshake {
  readonly sni: string
  /** Offered application protocols, in the client's order. */
  readonly alpn: readonly string[]
  readonly certificate: ClientCertificate | undefined
}

/** The line of the PROXY protocol that precedes everything else. */
export interface ProxyLine {
  readonly source: IpPort
  readonly destination: IpPort
}

export type Protocol = 'http/1.0' | 'http/1.1' | 'http/2' | 'tcp'

/** A connection inside one Envoy, to an internal listener: what a waypoint's HBONE listener hands on. */
export interface InnerConnection {
  readonly listener: string
  /** What the filters before it left for it, by key. */
  readonly filterState: ReadonlyMap<string, string>
}

/** One request to one Envoy, on a connection of its own. */
export interface EnvoyRequest {
  /** Absent for a connection from outside. */
  readonly inner?: InnerConnection
  /** What the client dialled. */
  readonly destination: IpPort
  /** The socket the connection was accepted on; the destination itself unless the kernel redirected it. */
  readonly acceptedBy: IpPort
  /** Redirected by the kernel: the original destination is known to Envoy. */
  readonly redirected: boolean
  readonly source: IpPort
  readonly proxyLine: ProxyLine | undefined
  readonly tls: ClientHandshake | undefined
  readonly protocol: Protocol
  readonly method: string
  /** The request target: a path with query, `*`, or an absolute URL. */
  readonly path: string
  /** In order, `host` among them. */
  readonly headers: readonly (readonly [string, string])[]
  readonly bodyBytes: number
  readonly chunked: boolean
  /** The exact bytes (latin-1) sent instead of a request. */
  readonly payload: string | undefined
  /** Milliseconds after which the client closes without waiting for an answer. */
  readonly abortAfter: number | undefined
  /** This is the N-th request that counts against its rate limit since Envoy started. */
  readonly sequence: number | undefined
}
