/** What an istiod's log says of one proxy, in words, with the line. */
export interface IstiodRemark {
  readonly words: string
  readonly line: string
}

/** Who the log may mean: the proxy's id `pod.namespace`, and its addresses for lines from before it was known. */
export interface Mentioned {
  readonly id: string
  readonly addresses: readonly string[]
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)/

/** What follows a proxy's id where a line is about it: the connection's number, or nothing. */
const WHOLE_ID = /^(-\d+)?(?=[\s",:]|$)/

function mentions(line: string, {id, addresses}: Mentioned): boolean {
  const at = line.indexOf(id)
  if (at >= 0 && WHOLE_ID.test(line.slice(at + id.length))) return true
  return addresses.some(address => line.includes(`${address}:`))
}

const DENIED = /((?:failed to authenticate|authentication failure|Unauthenticated|PermissionDenied|no identities).*)/i

/** What a line says went wrong, and the kind of it, of which only the latest is told. */
function said(line: string): {readonly kind: string; readonly words: string} | undefined {
  const at = TIME.exec(line)?.[1] ?? 'some time'
  const [, type, why] = /ADS:(\w+): ACK ERROR \S+ (?:\w+:)?(.*)$/.exec(line) ?? []
  if (type !== undefined) return {kind: type, words: `at ${at} istiod was told that ${type} is refused: ${why?.trim()}`}
  if (/\bterminated\b/.test(line)) return {kind: 'ended', words: `at ${at} istiod saw its connection end`}
  const denied = DENIED.exec(line)?.[1]?.trim().slice(0, 200)
  return denied === undefined ? undefined : {kind: 'denied', words: `at ${at} istiod refused its identity: ${denied}`}
}

/**
 * The latest of each thing istiod's log says went wrong with a proxy (pilot/pkg/xds: ads.go, delta.go, auth.go). An end of the connection
 * that a new connection of the same proxy followed is left out.
 */
export function istiodRemarks(log: string, who: Mentioned): readonly IstiodRemark[] {
  const latest = new Map<string, IstiodRemark>()
  for (const line of log.split('\n')) {
    if (!mentions(line, who)) continue
    if (/new (?:delta )?connection for node:/.test(line)) {
      latest.delete('ended')
      latest.delete('denied')
      continue
    }
    const found = said(line)
    if (found !== undefined) latest.set(found.kind, {words: found.words, line})
  }
  return [...latest.values()]
}
