/** Every bound a source keeps, with the reason for its size. */
const MIB = 1024 * 1024

export const LIMITS = {
  /** A bundle unpacks to at most this much: a fleet capture of 5,000 proxies with small dumps; more is taken for a bomb. */
  bundleBytes: 2048 * MIB,
  /** Entries in a bundle archive: 20 pieces of evidence for each of 10,000 pods. */
  bundleEntries: 200_000,
  /** A single file given by hand: V8 strings end at 512 MiB, and a dump must become one. */
  fileBytes: 500 * MIB,
  /** What arrives on standard input. */
  stdinBytes: 500 * MIB,
  /** How long standard input may stay silent before we say so. */
  stdinIdleMs: 60_000,
  /** A command run inside a network namespace. */
  netnsDeadlineMs: 15_000,
  /** One call to the API server with its retries: the server's own limit for a request is 60 s. */
  apiCallMs: 60_000,
  /** A call of a user who asked for no limit (--request-timeout 0): long enough for any page, short of for ever. */
  unlimitedMs: 3_600_000,
  /** Tries while the server answers 429 or 5xx with Retry-After, as client-go counts them. */
  apiTries: 10,
  /** Calls under way at one API server: every istiod is asked at once, and nobody runs more of them; 429 makes it fewer. */
  callsAtOnce: 64,
  /** One answer of the API server: a page of 500 pods is about 8 MB; old servers may ignore the page size. */
  apiAnswerBytes: 500 * MIB,
  /** What is read of a body that explains a failure. */
  refusalBytes: 64 * 1024,
  /** Objects per page: few round trips, and at most five seats of the server's priority and fairness. */
  listPage: 500,
  /** Log lines read from the end of a container's log. */
  logLines: 10_000,
  /** What a command may say on stderr before the rest is dropped. */
  stderrBytes: 64 * 1024,
} as const
