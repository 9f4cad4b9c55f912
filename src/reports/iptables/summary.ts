import type {Direction, Exception, Fate, Interception} from '../../analysis/netfilter/interception/interception.js'
import type {Cell} from '../../terminal/doc.js'

/** Ports whose exemption is istio's own doing. */
const OWN_PORTS: Readonly<Record<string, string>> = {
  '15020': 'sidecar',
  '15021': 'sidecar',
  '15090': 'sidecar',
  '15008': 'mesh tunnel',
  '53': 'DNS',
}

function fateWords({verdict, port, by, why}: Fate): string {
  switch (verdict) {
    case 'captured':
      return `goes to the proxy (port ${port})`
    case 'escapes':
    case 'direct':
      return 'bypasses the proxy'
    case 'dropped':
    case 'refused':
      return `is ${verdict}${by === undefined ? '' : ` (${by.at} rule ${by.rule})`}`
    case 'loops':
      return 'loops'
    default:
      return why === undefined ? 'cannot be told from these rules' : `cannot be told: ${why}`
  }
}

function list(values: readonly string[]): string {
  return values.length > 12 ? `${values.slice(0, 12).join(', ')} and ${values.length - 12} more` : values.join(', ')
}

function group(exceptions: readonly Exception[], kind: Exception['kind']): readonly string[] {
  return exceptions.filter(e => e.kind === kind).map(e => e.value)
}

function exceptionWords(exceptions: readonly Exception[], owner: Interception['proxy']): readonly string[] {
  const ports = group(exceptions, 'port')
  const own = ports.filter(port => Object.hasOwn(OWN_PORTS, port))
  const users = ports.filter(port => !Object.hasOwn(OWN_PORTS, port))
  const phrase = (name: string, values: readonly string[]) =>
    values.length === 0 ? [] : [`${name}${values.length === 1 ? '' : 's'} ${list(values)}`]
  const ownPhrase = own.length === 0 ? [] : [`port${own.length === 1 ? '' : 's'} ${list(own)} (istio's own)`]
  const proxy = (kind: 'uid' | 'gid') =>
    group(exceptions, kind).map(id => `${kind} ${id}${id === String(owner[kind]) ? ' (the proxy)' : ''}`)
  return [
    ...phrase('port', users),
    ...ownPhrase,
    ...group(exceptions, 'range')
      .map(range => `destination ${range}`)
      .slice(0, 12),
    ...group(exceptions, 'sender')
      .map(range => `from ${range}`)
      .slice(0, 12),
    ...proxy('uid'),
    ...proxy('gid'),
    ...phrase('interface', group(exceptions, 'interface')),
  ]
}

function byVerdict(exceptions: readonly Exception[]): ReadonlyMap<string, readonly Exception[]> {
  const groups = new Map<string, Exception[]>()
  for (const exception of exceptions) {
    const words = fateWords(exception)
    groups.set(words, [...(groups.get(words) ?? []), exception])
  }
  return groups
}

/** Holes that take effect on one port but are not istio's own, told apart because they are what a reader looks for. */
function directionCells({usual, exceptions}: Direction, owner: Interception['proxy']): readonly Cell[] {
  const tone = usual.verdict === 'captured' ? 'good' : 'warn'
  const cells: Cell[] = [{text: `TCP ${fateWords(usual)}`, tone}]
  for (const [words, group] of byVerdict(exceptions))
    cells.push(`; ${words}: ${exceptionWords(group, owner).join(', ')}`)
  return cells
}

/** What lookups over TCP meet, where only that cannot be told. */
function over(dnsTcp: Fate): string {
  return dnsTcp.verdict === 'insufficient' ? ` (over TCP it ${fateWords(dnsTcp)})` : ''
}

function dnsCell({dnsUdp, dnsTcp}: Interception): Cell {
  if (dnsUdp.verdict === 'captured' && dnsUdp.port !== undefined)
    return {text: `lookups are answered by the proxy's agent (port ${dnsUdp.port})`, tone: 'good'}
  if (dnsUdp.verdict === 'insufficient') return {text: `how lookups go ${fateWords(dnsUdp)}`, tone: 'warn'}
  const tcp = dnsTcp.verdict === 'captured' ? ' (over TCP they go through the proxy)' : over(dnsTcp)
  return `lookups go straight to the resolver${tcp}`
}

/** The answer in three lines for a tired reader: inbound, outbound, DNS; one labelled cell list per line. */
export function summaryFields(interception: Interception): readonly (readonly [string, readonly Cell[]])[] {
  const {udp} = interception
  const udpWords =
    udp.verdict === 'captured'
      ? 'UDP goes to the proxy'
      : udp.verdict === 'insufficient'
        ? 'whether UDP is captured cannot be told'
        : 'UDP is never captured'
  return [
    ['Inbound', directionCells(interception.inbound, interception.proxy)],
    ['Outbound', [...directionCells(interception.outbound, interception.proxy), `; ${udpWords}`]],
    ['DNS', [dnsCell(interception)]],
  ]
}
