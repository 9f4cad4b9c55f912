import {sideOf} from '../../analysis/log-explanation/side.js'
import type {MeshPod} from '../../analysis/request-path/world.js'
import {parseStatsPage} from '../../formats/envoy/envoy-stats.js'
import {parseLogLine} from '../../formats/log-line/parse.js'
import {boundedMap} from '../../model/collections/bounded-map.js'
import type {EnvoyStat} from '../../model/envoy/envoy-stat.js'
import type {AccessLogEntry} from '../../model/envoy/log-line.js'
import {podLabel} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'

/** Plaintext a proxy has received from one client. */
export interface PlainCaller {
  /** The pod that received it. */
  readonly server: MeshPod
  /** The port of the application; undefined where only statistics show it. */
  readonly port: number | undefined
  /** The client as `WORKLOAD.NAMESPACE`, or its address. */
  readonly client: string
  /** Requests, and connections of TCP. */
  readonly requests: number
  readonly seenIn: 'access log' | 'statistics'
  /** The first and last line of the log, RFC 3339. */
  readonly from: string | undefined
  readonly until: string | undefined
}

/** What the proxies of some pods have seen: plaintext callers, how much they received in all, and what could not be read. */
export interface SeenTraffic {
  readonly callers: readonly PlainCaller[]
  readonly requests: number
  /** Pods of which neither the log nor the statistics show any request. */
  readonly silent: readonly MeshPod[]
}

const PROXIES_AT_ONCE = 8

function lines(bytes: Uint8Array): readonly AccessLogEntry[] {
  return Buffer.from(bytes)
    .toString('utf8')
    .split('\n')
    .flatMap(line => {
      const found = line.includes('inbound') || line.includes('InboundPassthrough') ? parseLogLine(line) : undefined
      return found?.kind === 'access' && sideOf(found) === 'server' ? [found] : []
    })
}

/** The host of `10.0.0.1:80` or `[::1]:80`. */
function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '')
}

function portOf({localAddress = ''}: AccessLogEntry): number | undefined {
  const port = Number(localAddress.slice(localAddress.lastIndexOf(':') + 1))
  return Number.isInteger(port) && port > 0 ? port : undefined
}

type NameOf = (address: string) => string

/** A sidecar sends the server name of the Service in every TLS handshake of the mesh: a line without one is plaintext (Istio, default access log). */
function ofLog(server: MeshPod, entries: readonly AccessLogEntry[], nameOf: NameOf): readonly PlainCaller[] {
  const tellsNames = entries.some(each => each.form === 'text' || each.sni !== undefined)
  if (!tellsNames) return []
  const found = new Map<string, PlainCaller>()
  for (const entry of entries.filter(each => each.sni === undefined && each.remoteAddress !== undefined)) {
    const client = nameOf(hostOf(entry.remoteAddress ?? ''))
    const port = portOf(entry)
    const key = `${client} ${port}`
    const known = found.get(key)
    found.set(key, {
      server,
      port,
      client,
      requests: (known?.requests ?? 0) + 1,
      seenIn: 'access log',
      from: known?.from ?? entry.time,
      until: entry.time ?? known?.until,
    })
  }
  return [...found.values()]
}

const METRICS = ['istiocustom.istio_requests_total.', 'istiocustom.istio_tcp_connections_opened_total.']

/** The value of a tag in the name of a metric of Istio, where tags follow one another as `.NAME.VALUE`. */
function tag(name: string, wanted: string, next: string): string {
  const at = name.indexOf(`.${wanted}.`)
  const from = at + wanted.length + 2
  const to = at < 0 ? -1 : name.indexOf(`.${next}`, from)
  return to < 0 ? '' : name.slice(from, to)
}

/** Istio's own metrics tell which calls came without mTLS (istio.io, "Istio Standard Metrics": connection_security_policy). */
function ofStats(server: MeshPod, stats: readonly EnvoyStat[]): readonly PlainCaller[] {
  const found = new Map<string, number>()
  for (const {name, value} of stats) {
    const metric = METRICS.find(each => name.startsWith(each))
    if (metric === undefined || !name.startsWith('reporter.destination.', metric.length)) continue
    if (!name.endsWith('.connection_security_policy.none') || value === 0) continue
    const workload = tag(name, 'source_workload', 'source_canonical_service.')
    const namespace = tag(name, 'source_workload_namespace', 'source_principal.')
    const client = workload === '' || workload === 'unknown' ? 'unknown clients' : `${workload}.${namespace}`
    found.set(client, (found.get(client) ?? 0) + value)
  }
  return [...found].map(([client, requests]) => ({
    server,
    port: undefined,
    client,
    requests,
    seenIn: 'statistics' as const,
    from: undefined,
    until: undefined,
  }))
}

function countOf(stats: readonly EnvoyStat[]): number {
  return stats
    .filter(({name}) => METRICS.some(each => name.startsWith(`${each}reporter.destination.`)))
    .reduce((sum, {value}) => sum + value, 0)
}

/** What the proxies of these pods say of calls without mTLS: statistics where Istio's metrics are on, else access logs. */
export async function plainCallers(
  source: Source,
  servers: readonly MeshPod[],
  everyPod: readonly MeshPod[],
): Promise<SeenTraffic> {
  const byIp = new Map(everyPod.flatMap(pod => (pod.hostNetwork ? [] : pod.addresses.map(ip => [ip, pod] as const))))
  const nameOf: NameOf = address => {
    const pod = byIp.get(address)
    return pod === undefined ? address : podLabel({...pod.ref, name: pod.workload})
  }
  const seen = await boundedMap(servers, PROXIES_AT_ONCE, async server => {
    const [log, page] = await Promise.all([
      source.evidence('log.istio-proxy', server.ref),
      source.evidence('envoy.stats', server.ref),
    ])
    const entries = log.ok ? lines(log.value.bytes) : []
    const read = page.ok ? parseStatsPage(page.value) : page
    const stats = read.ok ? read.value.stats : []
    const logged = ofLog(server, entries, nameOf)
    const counted = ofStats(server, stats)
    return {
      server,
      // Statistics count since the proxy started, a log holds only its newest lines: both count.
      callers: [...logged, ...counted],
      requests: Math.max(entries.length, countOf(stats)),
    }
  })
  return {
    callers: seen.flatMap(each => each.callers),
    requests: seen.reduce((sum, each) => sum + each.requests, 0),
    silent: seen.filter(each => each.requests === 0).map(each => each.server),
  }
}
