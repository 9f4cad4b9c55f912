/** A message about one proxy found in an istiod's log, with the line. */
export interface IstiodRemark {
  readonly text: string
  readonly line: string
}

/** The proxy to look for: its id `pod.namespace`, and its addresses for lines logged before the id is known. */
export interface LoggedProxy {
  readonly id: string
  readonly addresses: readonly string[]
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)/

/** What follows a proxy's id in a line about it: the connection's number, or nothing. */
const WHOLE_ID = /^(-\d+)?(?=[\s",:]|$)/

function mentions(line: string, {id, addresses}: LoggedProxy): boolean {
  const at = line.indexOf(id)
  if (at >= 0 && WHOLE_ID.test(line.slice(at + id.length))) return true
  return addresses.some(address => line.includes(`${address}:`))
}

const DENIED = /((?:failed to authenticate|authentication failure|Unauthenticated|PermissionDenied|no identities).*)/i

/** The failure a line reports, and its kind; only the latest of each kind is reported. */
function said(line: string): {readonly kind: string; readonly text: string} | undefined {
  const at = TIME.exec(line)?.[1] ?? 'some time'
  const [, type, why] = /ADS:(\w+): ACK ERROR \S+ (?:\w+:)?(.*)$/.exec(line) ?? []
  if (type !== undefined) return {kind: type, text: `at ${at} the proxy rejected ${type}: ${why?.trim()}`}
  if (/\bterminated\b/.test(line)) return {kind: 'ended', text: `at ${at} its connection to istiod ended`}
  const denied = DENIED.exec(line)?.[1]?.trim().slice(0, 400)
  return denied === undefined ? undefined : {kind: 'denied', text: `at ${at} istiod refused its identity: ${denied}`}
}

/**
 * The latest line of each kind of failure of a proxy in istiod's log (pilot/pkg/xds: ads.go, delta.go, auth.go). A disconnect
 * followed by a new connection of the same proxy is left out.
 */
export function istiodRemarks(log: string, who: LoggedProxy): readonly IstiodRemark[] {
  const latest = new Map<string, IstiodRemark>()
  for (const line of log.split('\n')) {
    if (!mentions(line, who)) continue
    if (/new (?:delta )?connection for node:/.test(line)) {
      latest.delete('ended')
      latest.delete('denied')
      continue
    }
    const found = said(line)
    if (found !== undefined) latest.set(found.kind, {text: found.text, line})
  }
  return [...latest.values()]
}
