/** Every limit of a source, with the reason for its value. */
const MIB = 1024 * 1024

export const LIMITS = {
  /** A bundle unpacks to at most this much: a fleet capture of 5,000 proxies with small dumps; more is treated as a zip bomb. */
  bundleBytes: 2048 * MIB,
  /** Entries in a bundle archive: 20 pieces of evidence for each of 10,000 pods. */
  bundleEntries: 200_000,
  /** A single file from the command line: V8 strings are limited to 512 MiB, and a dump must fit into one. */
  fileBytes: 500 * MIB,
  /** A device named as a file. */
  deviceBytes: MIB,
  /** Standard input. */
  stdinBytes: 500 * MIB,
  /** How long standard input may be idle before it is an error. */
  stdinIdleMs: 60_000,
  /** A token, certificate, key or kubeconfig: the largest kubeconfigs hold a few hundred clusters. */
  credentialBytes: 16 * MIB,
  /** How long a token or kubeconfig read from a pipe may be idle. */
  credentialIdleMs: 10_000,
  /** Chunk size when reading a pipe or a device. */
  chunkBytes: 64 * 1024,
  /** The longest interval between two polls of an idle pipe. */
  longestPauseMs: 50,
  /** A regular file of up to this size is read at once, without a thread of its own. */
  smallFileBytes: 64 * 1024,
  /** A command run inside a network namespace. */
  netnsDeadlineMs: 15_000,
  /** One call to the API server with its retries: the server's own limit for a request is 60 s. */
  apiCallMs: 60_000,
  /** A call with --request-timeout 0: long enough for any page, but finite. */
  unlimitedMs: 3_600_000,
  /** Calls to a container or port of a pod that end in a row without an answer before the next ones are not made. */
  silentCalls: 2,
  /** After this time it is asked again: a monitor runs for days. */
  silentMs: 60_000,
  /** Attempts while the server responds with 429 or 5xx and Retry-After, counted as in client-go. */
  apiTries: 10,
  /** Parallel calls to one API server: enough to query every istiod at once; reduced after a 429. */
  callsAtOnce: 64,
  /** Pods whose port-forwards stay open while other pods are asked: a kubelet holds a process or two for each. */
  idleForwards: 64,
  /** One answer of the API server: a page of 500 pods is about 8 MB; old servers may ignore the page size. */
  apiAnswerBytes: 500 * MIB,
  /** Bytes read of an error body. */
  refusalBytes: 64 * 1024,
  /** Objects per page: few round trips, and at most five seats of API priority and fairness. */
  listPage: 500,
  /** Pods remembered from one list, for what is asked of them next; one of a larger fleet is asked for again when it is needed. */
  rememberedPods: 1000,
  /** Objects of one list: far more than etcd holds of any kind; a list that goes on has no end. */
  listItems: 500_000,
  /** Bytes of all pages of one list. */
  listBytes: 1024 * MIB,
  /** Pages without a single object, one after the other; a list filtered by the server may have some. */
  emptyPages: 100,
  /** Garbage of a list that is collected once there is this much of it: about what three pages of pods leave. */
  listGarbageBytes: 16 * MIB,
  /** All pages of one list together. */
  listMs: 600_000,
  /** What the commands of one container that run together may print; each is held to the cap of its own row besides. */
  batchBytes: 32 * MIB,
  /** How long they may take together. */
  batchMs: 15_000,
  /** The outcome of one of them that was not asked for this long is old evidence: the command runs again. */
  batchKeptMs: 5000,
  /** How long a list of running istiods counts as current: it is needed for each proxy whose configuration is asked of them. */
  istiodsCurrentMs: 60_000,
  /** Log lines read from the end of a container's log. */
  logLines: 10_000,
  /** Bytes of a command's stderr that are kept. */
  stderrBytes: 64 * 1024,
  /** One file of a directory of rulesets. */
  rulesetBytes: 32 * 1024 * 1024,
  /** Unreferenced content may belong to a capture that is still running; it is kept until it has been untouched this long. */
  pruneGraceMs: 60 * 60_000,
  /** client-go rereads a token file after this long; the kubelet renews projected tokens well before they expire. */
  tokenFileMs: 60_000,
  /** Polling interval while a debug container starts. */
  debugPollMs: 500,
  /** A debug container of an earlier run is used again when it runs at least this much longer. */
  debugLifeLeftMs: 40_000,
  /** How long a debug container may take to start. */
  debugStartMs: 60_000,
  /** A connection idle for this long may have been closed by the server without notice. */
  freshConnectionMs: 3000,
  /** How long a credential plugin may take. */
  pluginMs: 60_000,
  /** What a credential plugin may print. */
  pluginOutputBytes: 1024 * 1024,
  /** A plugin that has ended has written everything; its output may be on its way for this long, or be held open by a child it left. */
  pluginAfterExitMs: 250,
  /** A token is replaced shortly before it expires, so that it does not expire during a call. */
  tokenEarlyMs: 5000,
  /** How long a watch lasts before it is opened again: client-go asks for 5 to 10 minutes. */
  watchSeconds: 300,
  /** How much longer than asked for a watch may stay open. */
  watchGraceSeconds: 30,
  /** One event of a watch: etcd takes objects of up to 1.5 MiB, and JSON escapes at most double that. */
  watchEventBytes: 8 * MIB,
  /** The shortest time between two watches of a list that the server ended without a failure. */
  shortestWatchMs: 1000,
  /** A control plane that does not answer must not delay a report for long. */
  istiodMs: 10_000,
} as const
