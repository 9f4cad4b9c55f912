/** Counters of `netstat -s` and nstat that indicate a fault (netstat(8); Linux, Documentation/networking/snmp_counter.rst), with what they mean. */
const COUNTERS: readonly (readonly [RegExp, string])[] = [
  [
    /(\d{1,20}) times the listen queue of a socket overflowed|TcpExtListenOverflows\s+(\d+)/,
    'connections found the accept queue (listen queue) of a socket full: the application or the proxy accepts too slowly, or its backlog is small; ss -lnt shows Recv-Q above Send-Q',
  ],
  [
    /(\d{1,20}) SYNs to LISTEN sockets dropped|TcpExtListenDrops\s+(\d+)/,
    'SYNs to listening sockets were dropped: the caller tries again after 1 s, 3 s, ...',
  ],
  [
    /TCPChallengeACK: (\d+)|TcpExtTCPChallengeACK\s+(\d+)/,
    'challenge ACKs: a SYN met a connection with the same addresses and ports, as when redirected connections share one port of the proxy',
  ],
  [/(\d{1,20}) packets? pruned from receive queue|TcpExtPruneCalled\s+(\d+)/, 'receive buffers ran out of memory'],
  [
    /(\d{1,20}) connections aborted due to memory pressure|TcpExtTCPAbortOnMemory\s+(\d+)/,
    'connections were ended for lack of memory',
  ],
]

/** A counter of the kernel's TCP that indicates a fault. */
export interface SocketCounter {
  readonly value: number
  readonly means: string
}

/** True for what `netstat -s` or nstat print. */
export function isSocketCounters(text: string): boolean {
  return /^TcpExt:\s*$|^TcpExt\w+\s+\d+\s/m.test(text)
}

/** The counters above zero that indicate a fault. */
export function parseSocketCounters(text: string): readonly SocketCounter[] {
  if (!isSocketCounters(text)) return []
  return COUNTERS.flatMap(([pattern, means]) => {
    const [, long, short] = pattern.exec(text) ?? []
    const value = Number(long ?? short ?? 0)
    return value > 0 ? [{value, means}] : []
  })
}
