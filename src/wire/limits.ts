/** Bounds and deadlines of streams and calls to an API server, each with the reason for its size. */
export const WIRE_LIMITS = {
  /** Bytes buffered in the socket before backpressure. */
  writeAheadBytes: 4 * 1024 * 1024,
  /** What is read of the error of a port-forward. */
  forwardErrorBytes: 16 * 1024,
  /** How often a full socket is looked at again. */
  writePollMs: 5,
  /** What is read of a body that explains a refusal. */
  refusalBytes: 64 * 1024,
  /** What is buffered of a stream before its sender is held back. */
  readAheadBytes: 1024 * 1024,
  /** One WebSocket message. */
  messageBytes: 64 * 1024 * 1024,
  /** TCP, TLS and the upgrade together; slow links to far clusters need two to four round trips. */
  handshakeMs: 15_000,
  /** How long a clean close may take before the socket is destroyed. */
  closeGraceMs: 500,
  /** The status a command ends with. */
  statusBytes: 64 * 1024,
  /** A pod stream's headers are a few dozen bytes; a block that unpacks to more than this is invalid or an attack. */
  headerBlockBytes: 256 * 1024,
  /** No header block or request of a pod stream comes near this; longer frames are treated as invalid. */
  controlFrameBytes: 256 * 1024,
  /** Maximum delay for a Retry-After; a call that starts too early gets another 429. */
  longestPauseMs: 60_000,
  /** How long to wait for the server to close after it sent the status. */
  afterStatusMs: 2000,
} as const
