/** Bounds and deadlines of the API that `serve` answers, each with the reason for its size. */
export const SERVE_LIMITS = {
  /** Lifetime named for a token that a client asks for. */
  tokenMs: 3_600_000,
  /** The body of a request. */
  bodyBytes: 1024 * 1024,
  /** Envoy keeps idle admin connections for a long time; a port-forward that ends early looks like an error to the client. */
  podKeepAliveMs: 600_000,
  /** One request of istiod's debug service. */
  debugRequestBytes: 1024 * 1024,
  /** Pieces of a long answer are gathered to about this much before they are written. */
  pieceBytes: 64 * 1024,
  /** Bytes buffered in a socket before backpressure. */
  writeAheadBytes: 4 * 1024 * 1024,
  /** How long a SPDY client may take to open its streams (client-go waits as long). */
  streamsMs: 30_000,
  /** The headers of a request. */
  headerBytes: 64 * 1024,
  /** Go's clients reuse connections for 90 s; closing earlier races with their next request. */
  keepAliveMs: 120_000,
  /** How often a full socket is looked at again. */
  writePollMs: 2,
  /** Pairs of streams may be opened in any order; an incomplete pair is closed after this long (kubelet streamCreationTimeout). */
  streamPairMs: 30_000,
  /** Connections that may wait to be accepted while a large answer is written; Linux resets what is beyond (listen(2), somaxconn). */
  waitingConnections: 4096,
  /** One WebSocket message. */
  messageBytes: 1024 * 1024,
} as const
