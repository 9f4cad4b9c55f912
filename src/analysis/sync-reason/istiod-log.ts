import {groupedPairs} from '../../model/collections/grouped-by.js'
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

/** A run of the characters of ids (`POD.NAMESPACE`, a connection's number behind it) and of IPv4 addresses. */
const TOKEN = /[A-Za-z0-9][A-Za-z0-9.-]*/g

/** What follows a proxy's id in a line about it. */
const BEHIND_ID = /[\s",:]/

/** The lines of istiod's log that say something of a connection, found by the proxies that they name. */
export interface IstiodLog {
  readonly lines: readonly string[]
  /** By id, and by IPv4 address: the indexes of the lines. */
  readonly byName: ReadonlyMap<string, readonly number[]>
}

const CONNECTED = /new (?:delta )?connection for node:/

/** What a line may name: ids, with and without the number of a connection, and addresses. */
function namesIn(line: string): ReadonlySet<string> {
  const names = new Set<string>()
  for (const {0: token, index} of line.matchAll(TOKEN)) {
    const behind = line[index + token.length]
    if (behind !== undefined && !BEHIND_ID.test(behind)) continue
    names.add(token).add(token.replace(/-\d{1,20}$/, ''))
  }
  return names
}

/** Reads istiod's log once, however many proxies are asked about. */
export function parseIstiodLog(log: string): IstiodLog {
  const lines = log.split('\n').filter(line => CONNECTED.test(line) || said(line) !== undefined)
  const byName = groupedPairs(lines.flatMap((line, at) => [...namesIn(line)].map(name => [name, at] as const)))
  return {lines, byName}
}

/** The lines about a proxy in their order. */
function linesAbout({lines, byName}: IstiodLog, {id, addresses}: LoggedProxy): readonly string[] {
  const withPort = addresses.flatMap(address =>
    (byName.get(address) ?? []).filter(at => lines[at]?.includes(`${address}:`)),
  )
  const found = new Set([...(byName.get(id) ?? []), ...withPort])
  return [...found].sort((a, b) => a - b).flatMap(at => lines[at] ?? [])
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
export function istiodRemarks(log: IstiodLog, who: LoggedProxy): readonly IstiodRemark[] {
  const latest = new Map<string, IstiodRemark>()
  for (const line of linesAbout(log, who)) {
    if (CONNECTED.test(line)) {
      latest.delete('ended')
      latest.delete('denied')
      continue
    }
    const found = said(line)
    if (found !== undefined) latest.set(found.kind, {text: found.text, line})
  }
  return [...latest.values()]
}
