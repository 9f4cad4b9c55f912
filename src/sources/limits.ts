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
} as const
