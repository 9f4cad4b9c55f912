import type {TrackedConnection} from '../../model/evidence/tool-output.js'

const ADDRESSES = '(?:src=(\\S+) dst=(\\S+) sport=(\\d+) dport=(\\d+))'
const ROW = new RegExp(
  `(?:^|\\s)(tcp|udp|sctp)\\s+\\d+\\s+(?:\\d+\\s+)?(?:([A-Z][A-Z_0-9]+)\\s+)?${ADDRESSES} (\\[UNREPLIED\\] )?${ADDRESSES}`,
)

/** Reads `conntrack -L` and /proc/net/nf_conntrack (conntrack(8)): one connection per line; other lines are left out. */
export function parseTrackedConnections(text: string): readonly TrackedConnection[] {
  return text.split('\n').flatMap(line => {
    const [, protocol, state, from, to, , toPort, unreplied, replyFrom, , replyPort] =
      ROW.exec(line.slice(0, 1000)) ?? []
    if (protocol === undefined || from === undefined || to === undefined || replyFrom === undefined) return []
    return [
      {
        protocol,
        state: state ?? '',
        from,
        to,
        toPort: Number(toPort),
        replyFrom,
        replyPort: Number(replyPort),
        answered: unreplied === undefined,
      },
    ]
  })
}
