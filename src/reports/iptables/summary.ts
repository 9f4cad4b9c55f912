import type {
  Direction,
  Exception,
  Interception,
  TrafficOutcome,
} from '../../analysis/netfilter/interception/interception.js'
import {stepPlace} from '../../analysis/netfilter/packet-walk/verdict.js'
import {groupedBy} from '../../model/collections/grouped-by.js'
import {humanCount} from '../../model/text/human-count.js'
import type {Cell} from '../../terminal/doc.js'

/** Ports whose exemption is Istio's own doing. */
const OWN_PORTS: Readonly<Record<string, string>> = {
  '15020': 'sidecar',
  '15021': 'sidecar',
  '15090': 'sidecar',
  '15008': 'HBONE',
  '53': 'DNS',
}

/** What happens to traffic, as a predicate: `goes to the proxy (port 15006)`. */
function outcomeWords({verdict, port, to, by, why}: TrafficOutcome): string {
  switch (verdict) {
    case 'captured':
      return `goes to the proxy (port ${port ?? 'unchanged'})`
    case 'redirected':
      return `is redirected to ${to ?? `port ${port ?? 'unchanged'} of the pod`}`
    case 'escapes':
    case 'direct':
      return to === undefined ? 'bypasses the proxy' : `is sent to ${to}`
    case 'dropped':
    case 'refused':
      return `is ${verdict === 'refused' ? 'rejected' : verdict}${stoppedBy(by, why)}`
    case 'loops':
      return 'loops'
    case 'none':
      return 'has no address'
    default:
      return undecidedWords(why)
  }
}

function undecidedWords(why: string | undefined): string {
  if (why === undefined) return 'cannot be determined from these rules'
  return why.startsWith('depends') ? why : `cannot be determined: ${why}`
}

function stoppedBy(by: TrafficOutcome['by'], why: string | undefined): string {
  if (by !== undefined) return ` (${stepPlace(by)})`
  return why === undefined ? '' : ` (${why})`
}

const MOST = 12

function list(values: readonly string[]): string {
  return values.length > MOST
    ? `${values.slice(0, MOST).join(', ')} and ${values.length - MOST} more`
    : values.join(', ')
}

function valuesOf(exceptions: readonly Exception[], kind: Exception['kind']): readonly string[] {
  return exceptions.filter(e => e.kind === kind).map(e => e.value)
}

function phrase(noun: string, values: readonly string[]): readonly string[] {
  if (values.length === 0) return []
  return [`${noun}${values.length === 1 && !/^\d+-/.test(values[0] ?? '') ? '' : 's'} ${list(values)}`]
}

function portWords(ports: readonly string[]): readonly string[] {
  const byNumber = ports.toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
  const own = byNumber.filter(port => Object.hasOwn(OWN_PORTS, port))
  const users = byNumber.filter(port => !Object.hasOwn(OWN_PORTS, port))
  return [...phrase('port', users), ...phrase('port', own).map(words => `${words} (Istio's own)`)]
}

function senderWords(
  exceptions: readonly Exception[],
  kind: 'uid' | 'gid',
  owner: Interception['proxy'],
): readonly string[] {
  const ids = valuesOf(exceptions, kind)
  const proxy = ids.filter(id => id === String(owner[kind])).map(id => `${kind} ${id} (the proxy)`)
  return [
    ...phrase(
      kind,
      ids.filter(id => id !== String(owner[kind])),
    ),
    ...proxy,
  ]
}

/** Every set of packets that is treated otherwise, grouped by what they have in common, the largest group first. */
function exceptionWords(exceptions: readonly Exception[], owner: Interception['proxy']): readonly string[] {
  const conjunctions = valuesOf(exceptions, 'conjunction')
  const groups: Readonly<Record<Exception['kind'], readonly string[]>> = {
    port: portWords(valuesOf(exceptions, 'port')),
    range: phrase('destination', valuesOf(exceptions, 'range')),
    sender: phrase('source', valuesOf(exceptions, 'sender')),
    uid: senderWords(exceptions, 'uid', owner),
    gid: senderWords(exceptions, 'gid', owner),
    interface: phrase('interface', valuesOf(exceptions, 'interface')),
    conjunction:
      conjunctions.length > MOST
        ? [...conjunctions.slice(0, MOST), `${conjunctions.length - MOST} more combinations`]
        : conjunctions,
  }
  const kinds = [...new Set(exceptions.map(({kind}) => kind))]
  const share = (kind: Exception['kind']) =>
    exceptions.filter(each => each.kind === kind).reduce((sum, each) => sum + each.share, 0)
  return kinds.toSorted((a, b) => share(b) - share(a)).flatMap(kind => groups[kind])
}

/** The exceptions that are not listed, and whether there may be larger ones among them. */
function restWords({more, unordered}: Direction): readonly string[] {
  if (more === 0) return []
  return [`${humanCount(more, 'more exception')}${unordered === true ? ' not listed, which may be larger' : ''}`]
}

/** The main outcome, then exactly what is treated otherwise. */
function directionCells(protocol: string, direction: Direction, owner: Interception['proxy']): readonly Cell[] {
  const {usual, exceptions} = direction
  const tone = usual.verdict === 'captured' ? 'good' : 'warn'
  const cells: Cell[] = [{text: `${protocol} ${outcomeWords(usual)}`, tone}]
  for (const [words, group] of groupedBy(exceptions, outcomeWords)) {
    const always = words === outcomeWords(usual) ? 'always ' : ''
    cells.push(`; ${always}${words}: ${exceptionWords(group, owner).join(', ')}`)
  }
  return [...cells, ...restWords(direction).map(words => `; ${words}`)]
}

function udpCells(direction: Direction, owner: Interception['proxy']): readonly Cell[] {
  const {usual, exceptions} = direction
  const open = (usual.verdict === 'escapes' || usual.verdict === 'direct') && usual.to === undefined
  if (open && exceptions.length === 0) return ['; UDP is not captured']
  return ['; ', ...directionCells('UDP', direction, owner)]
}

const AGENT_PORTS: ReadonlySet<number | undefined> = new Set([15_053, 15_013])

function queryWords(trafficOutcome: TrafficOutcome, owner: Interception['proxy']): string {
  const {verdict, port, to} = trafficOutcome
  if (verdict === 'captured')
    return AGENT_PORTS.has(port)
      ? `answered by ${owner.ztunnel === true ? 'ztunnel' : "the proxy's agent"} (port ${port})`
      : `through the proxy (port ${port})`
  if (verdict === 'redirected') return `redirected to ${to ?? `port ${port}`}`
  if (verdict !== 'escapes' && verdict !== 'direct') return outcomeWords(trafficOutcome).replace(/^is /, '')
  return to === undefined ? 'directly to the resolver' : `sent to ${to}`
}

/** Queries over one protocol: `to 10.96.0.10 answered by the agent, elsewhere directly to the resolver`. */
function queries(direction: Direction, owner: Interception['proxy']): string {
  const {usual, exceptions} = direction
  if (exceptions.length === 0) return queryWords(usual, owner)
  const groups = groupedBy(exceptions, each => queryWords(each, owner))
  const parts = [...groups].map(([words, group]) => {
    const ranges = valuesOf(group, 'range')
    const others = exceptionWords(
      group.filter(({kind}) => kind !== 'range'),
      owner,
    )
    const which = [...(ranges.length === 0 ? [] : [`to ${list(ranges)}`]), ...others].join(' or ')
    return `${which} ${words}`
  })
  return `${[...parts, ...restWords(direction)].join(', ')}, elsewhere ${queryWords(usual, owner)}`
}

function dnsCells({dns, proxy}: Interception): readonly Cell[] {
  const udp = queries(dns.udp, proxy)
  const tcp = queries(dns.tcp, proxy)
  const cell = (text: string): Cell => (dns.udp.usual.verdict === 'captured' ? {text, tone: 'good'} : text)
  return udp === tcp ? [cell(udp)] : [cell(`over UDP ${udp}`), `; over TCP ${tcp}`]
}

/** The answer in three lines for a tired reader: inbound, outbound, DNS; one labelled cell list per line. */
export function summaryFields(interception: Interception): readonly (readonly [string, readonly Cell[]])[] {
  const {proxy} = interception
  return [
    ['Inbound', directionCells('TCP', interception.inbound, proxy)],
    [
      'Outbound',
      [...directionCells('TCP', interception.outbound, proxy), ...udpCells(interception.udpOutbound, proxy)],
    ],
    ['DNS', dnsCells(interception)],
  ]
}
