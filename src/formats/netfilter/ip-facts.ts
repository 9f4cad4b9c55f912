import {type IpAddress, parseIp, parseIpRange} from '../../model/kernel/ip-address.js'
import type {Interface, KernelRoute, RoutingRule} from '../../model/kernel/network-namespace.js'
import type {IpFamily} from '../../model/kernel/ruleset.js'
import {markPair} from './values.js'

const KINDS: ReadonlySet<string> = new Set(
  'unicast local broadcast multicast throw unreachable prohibit blackhole nat anycast'.split(' '),
)

function everything(family: IpFamily) {
  return {family, bits: 0n, mask: 0n}
}

function wordAfter(words: readonly string[], name: string): string | undefined {
  const at = words.indexOf(name)
  return at < 0 ? undefined : words[at + 1]
}

function readRoute(line: string, family: IpFamily | undefined, shown: string): KernelRoute | undefined {
  const words = line.trim().split(/\s+/)
  const kind = KINDS.has(words[0] ?? '') ? (words.shift() ?? 'unicast') : 'unicast'
  const target = words[0] ?? ''
  const listed = words.find(word => word.includes(':') && parseIp(word) !== undefined) !== undefined ? 'ip6' : undefined
  const range = target === 'default' ? everything(listed ?? family ?? 'ip') : parseIpRange(target)
  if (range === undefined) return undefined
  const device = wordAfter(words, 'dev')
  const source = parseIp(wordAfter(words, 'src') ?? '')
  const table = wordAfter(words, 'table') ?? shown
  return {
    family: range.family,
    table,
    kind,
    to: range,
    via: wordAfter(words, 'via'),
    device,
    source,
  }
}

const ROUTE_HEADER = /^Destination\s+Gateway\s+Genmask\s/

/** A row of `route -n` or `netstat -rn` (net-tools): destination, gateway, mask, flags, ..., interface last. */
function readNetRoute(line: string): KernelRoute | undefined {
  const words = line.trim().split(/\s+/)
  const [to = '', gateway, genmask = '', flags = ''] = words
  const address = parseIp(to === 'default' ? '0.0.0.0' : to)
  const mask = parseIp(genmask)
  if (address === undefined || mask === undefined || words.length < 8 || !flags.includes('U')) return undefined
  return {
    family: 'ip',
    table: 'main',
    kind: flags.includes('!') ? 'unreachable' : 'unicast',
    to: {family: 'ip', bits: address.bits & mask.bits, mask: mask.bits},
    via: flags.includes('G') ? gateway : undefined,
    device: words.at(-1),
  }
}

/** A command that shows one table, whose routes do not name it: `ip route show table 133` (ip-route(8)). */
const ONE_TABLE = /(?:^|[#$%>]\s?)ip (?:-\S{1,9} )?r(?:oute)? (?:(?:show|list|ls) )?table (?!all\b)(\w+)\s*$/
/** A line that is a command behind a prompt. */
const PROMPT = /^\S*(?: \S+)? ?[#$%] ip /

/** Splits `# -6` (and `ip -6 ...`) sections; the first part has no family of its own. */
function sections(text: string): readonly {family: IpFamily | undefined; lines: readonly string[]}[] {
  const parts: {family: IpFamily | undefined; lines: string[]}[] = [{family: undefined, lines: []}]
  for (const line of text.split(/\r?\n/)) {
    if (/^[#$].*-6/.test(line)) parts.push({family: 'ip6', lines: []})
    else parts.at(-1)?.lines.push(line)
  }
  return parts
}

/**
 * Reads `ip route show table all` (ip-route(8)) and the tables of `route -n` and `netstat -rn`, IPv4 and IPv6, also both in one text. A default route that names no gateway is IPv4 unless it
 * is in a `# -6` section or has IPv6 words (metric 1024, pref).
 */
export function parseIpRoutes(text: string): readonly KernelRoute[] {
  const lines = text.split(/\r?\n/)
  if (lines.some(line => ROUTE_HEADER.test(line.trim())))
    return lines.map(readNetRoute).filter(route => route !== undefined)
  return sections(text).flatMap(({family, lines}) => {
    let shown = 'main'
    return lines.flatMap(line => {
      const table = ONE_TABLE.exec(line)?.[1]
      if (table !== undefined || PROMPT.test(line)) shown = table ?? 'main'
      return readRoute(line, family ?? (/\bpref (medium|high|low)\b/.test(line) ? 'ip6' : 'ip'), shown) ?? []
    })
  })
}

const KNOWN_SELECTORS = new Set(['from', 'fwmark', 'lookup', 'table'])

function readPolicyRule(line: string, family: IpFamily): RoutingRule | undefined {
  const found = /^(\d+):\s+(.*)$/.exec(line.trim())
  if (found === null) return undefined
  const words = (found[2] ?? '').split(/\s+/)
  const table = wordAfter(words, 'lookup') ?? wordAfter(words, 'table')
  if (table === undefined) return undefined
  const mark = markPair(wordAfter(words, 'fwmark') ?? '')
  const selectors = words.filter((_, index) => index % 2 === 0)
  const exact = wordAfter(words, 'from') === 'all' && selectors.every(word => KNOWN_SELECTORS.has(word))
  return {family, priority: Number(found[1]), table, exact, mark}
}

/** Reads `ip rule` (ip-rule(8)); what follows a `# -6` line is IPv6. Rules with selectors we do not follow are marked inexact. */
export function parseIpRules(text: string): readonly RoutingRule[] {
  return sections(text)
    .flatMap(({family, lines}) => lines.map(line => readPolicyRule(line, family ?? 'ip')))
    .filter(rule => rule !== undefined)
    .sort((a, b) => a.priority - b.priority)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function fromJson(text: string): readonly Interface[] | undefined {
  try {
    const links: unknown = JSON.parse(text)
    if (!Array.isArray(links)) return undefined
    return links.filter(isRecord).map(link => {
      const infos = Array.isArray(link.addr_info) ? link.addr_info.filter(isRecord) : []
      const addresses = infos
        .map(info => (typeof info.local === 'string' ? parseIp(info.local) : undefined))
        .filter(found => found !== undefined)
      return {name: typeof link.ifname === 'string' ? link.ifname : '', addresses}
    })
  } catch {
    return undefined
  }
}

/** The first line of an interface in ifconfig's output; where a person put dots for its flags, the address below tells. */
const IFCONFIG_LINK = /^[ \t]*([a-z][\w.@-]*):?\s+(?:flags=\d+<|Link encap:|\.{3,}\s*$)/
const IFCONFIG_LINKS = /^[ \t]*[a-z][\w.@-]*:?[ \t]+(?:flags=\d+<|Link encap:)/m
const IFCONFIG_ADDRESS = /^[ \t]+inet6? addr:[ \t]?[0-9a-fA-F]/m

/** True for what ifconfig prints, old and new, also when parts of it were left out. */
function isIfconfig(text: string): boolean {
  return IFCONFIG_LINKS.test(text) || IFCONFIG_ADDRESS.test(text)
}

/** `eth0: flags=...`, `eth0      Link encap:...` and below them `inet addr:A` or `inet A` (ifconfig(8), old and new). */
function fromIfconfig(lines: readonly string[]): readonly Interface[] {
  const links: {name: string; addresses: IpAddress[]}[] = []
  for (const line of lines) {
    const [, name] = IFCONFIG_LINK.exec(line) ?? []
    if (name !== undefined) links.push({name, addresses: []})
    const [, address] = /^\s+inet6? (?:addr:\s?)?([0-9a-fA-F.:]+)/.exec(line) ?? []
    const parsed = parseIp((address ?? '').replace(/(?<!\.)\.+$/, ''))
    if (parsed !== undefined) links.at(-1)?.addresses.push(parsed)
  }
  return links
}

/** Reads `ip addr`, as text or JSON (ip-address(8)), and ifconfig; the first address of an interface is its primary. */
export function parseIpAddresses(text: string): readonly Interface[] {
  const json = text.trimStart().startsWith('[') ? fromJson(text) : undefined
  if (json !== undefined) return json
  if (isIfconfig(text)) return fromIfconfig(text.split(/\r?\n/))
  const links: {name: string; addresses: IpAddress[]}[] = []
  for (const line of text.split(/\r?\n/)) {
    const link = /^\d+:\s+([^:@\s]+)[@:]/.exec(line)
    if (link !== null) links.push({name: link[1] ?? '', addresses: []})
    const address = /^\s+inet6? (\S+?)(?:\/\d+)? /.exec(line)
    const parsed = address === null ? undefined : parseIp(address[1] ?? '')
    if (parsed !== undefined) links.at(-1)?.addresses.push(parsed)
  }
  return links
}
