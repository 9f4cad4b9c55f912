import type {
  ZtunnelCertificate,
  ZtunnelDump,
  ZtunnelIdentity,
  ZtunnelPodState,
  ZtunnelPolicy,
  ZtunnelService,
  ZtunnelWorkload,
} from '../../model/istio/ztunnel.js'
import {byText} from '../../model/text/order.js'
import type {Cell, Table} from '../../terminal/doc.js'
import {orDash} from '../or-dash.js'

const DAY_MS = 86_400_000

function table(padding: number, header: readonly string[], rows: readonly (readonly Cell[])[]): Table {
  return {block: 'table', style: 'columns', padding, header, rows}
}

/** Text after the first slash: `network/address` without its network. */
const afterSlash = (text: string) => text.slice(text.indexOf('/') + 1)

/** The name of the waypoint an entry leads to: `None` without one, `NA` for one that is not a Service ztunnel knows. */
function waypointName(entry: Pick<ZtunnelWorkload, 'waypoint'>, services: readonly ZtunnelService[]): string {
  if (entry.waypoint === undefined) return 'None'
  const {destination} = entry.waypoint
  const found = services.find(
    ({namespace, hostname, vips}) => `${namespace}/${hostname}` === destination || vips.includes(destination),
  )
  return found?.name ?? 'NA'
}

/** Orders workloads as istioctl does: by `namespace.name`, then by node. */
export function byWorkload(a: ZtunnelWorkload, b: ZtunnelWorkload): number {
  return byText(`${a.namespace}.${a.name}`, `${b.namespace}.${b.name}`) || byText(a.node, b.node)
}

/** istioctl's table of workloads; wide adds health, capacity, locality, identity, network mode and the policies that select them. */
export function workloadTable(workloads: readonly ZtunnelWorkload[], {services}: ZtunnelDump, wide: boolean): Table {
  const header = ['NAMESPACE', 'POD NAME', 'ADDRESS', 'NODE', 'WAYPOINT', 'PROTOCOL']
  const more = ['STATUS', 'CAPACITY', 'LOCALITY', 'SERVICE ACCOUNT', 'NETWORK MODE', 'POLICIES']
  const rows = [...workloads].sort(byWorkload).map(each => {
    const {namespace, name, workloadIps, hostname, node, protocol, status, capacity, locality} = each
    const address = workloadIps.length > 0 ? workloadIps.join(',') : hostname
    const place = [locality.region, locality.zone, locality.subzone].filter(part => part !== '').join('/')
    const health: Cell = status === 'Healthy' ? status : {text: orDash(status), tone: 'bad'}
    const hidden: readonly Cell[] = [
      health,
      String(capacity),
      orDash(place),
      orDash(each.serviceAccount),
      orDash(each.networkMode),
      orDash(each.authorizationPolicies.join(',')),
    ]
    return [namespace, name, address, node, waypointName(each, services), protocol, ...(wide ? hidden : [])]
  })
  return table(1, [...header, ...(wide ? more : [])], rows)
}

function byService(a: ZtunnelService, b: ZtunnelService): number {
  return byText(a.namespace, b.namespace) || byText(a.name, b.name) || byText(a.hostname, b.hostname)
}

/** The services in istioctl's order. */
export function inServiceOrder(services: readonly ZtunnelService[]): readonly ZtunnelService[] {
  return [...services].sort(byService)
}

/** istioctl's table of services; wide adds ports, host name, load balancing and visibility. */
export function serviceTable(services: readonly ZtunnelService[], dump: ZtunnelDump, wide: boolean): Table {
  const healthy = new Set(dump.workloads.filter(({status}) => status === 'Healthy').map(({uid}) => uid))
  const header = ['NAMESPACE', 'SERVICE NAME', 'SERVICE VIP', 'WAYPOINT', 'ENDPOINTS']
  const rows = inServiceOrder(services).map(each => {
    const endpoints = Object.values(each.endpoints)
    const well = endpoints.filter(({workloadUid}) => healthy.has(workloadUid)).length
    const ports = Object.entries(each.ports).map(([port, target]) =>
      String(target) === port ? port : `${port}>${target}`,
    )
    const hidden = [ports.join(','), each.hostname, each.loadBalancer?.mode ?? '', each.visibility].map(orDash)
    const vips = each.vips.map(afterSlash).join(',')
    const waypoint = waypointName(each, dump.services)
    return [each.namespace, each.name, vips, waypoint, `${well}/${endpoints.length}`, ...(wide ? hidden : [])]
  })
  return table(1, [...header, ...(wide ? ['PORTS', 'HOST', 'LOAD BALANCING', 'VISIBILITY'] : [])], rows)
}

/** The policies in istioctl's order. */
export function inPolicyOrder(policies: readonly ZtunnelPolicy[]): readonly ZtunnelPolicy[] {
  return [...policies].sort((a, b) => byText(a.namespace, b.namespace) || byText(a.name, b.name))
}

/** istioctl's table of policies; wide adds their rules and how many workloads a selector names. */
export function policyTable(policies: readonly ZtunnelPolicy[], {workloads}: ZtunnelDump, wide: boolean): Table {
  const header = ['NAMESPACE', 'POLICY NAME', 'ACTION', 'SCOPE']
  const rows = inPolicyOrder(policies).map(({namespace, name, action, scope, rules, dryRun}) => {
    const selected = workloads.filter(each => each.authorizationPolicies.includes(`${namespace}/${name}`)).length
    const reach = scope === 'WorkloadSelector' ? String(selected) : '-'
    return [namespace, name, action, scope, ...(wide ? [String(rules.length), reach, String(dryRun)] : [])]
  })
  return table(1, [...header, ...(wide ? ['RULES', 'WORKLOADS', 'DRY RUN'] : [])], rows)
}

/** A decimal serial number in hexadecimal, as istioctl writes it: lower case, not padded. */
function hexSerial(decimal: string): string {
  return /^\d+$/.test(decimal) ? BigInt(decimal).toString(16) : decimal
}

function certificateRow(
  name: string,
  type: string,
  status: string,
  each: ZtunnelCertificate,
  at: Date,
): readonly string[] {
  const [from, until] = [each.validFrom, each.expirationTime].map(text => (text === '' ? 'NA' : text))
  const valid = Date.parse(each.validFrom) < at.getTime() && at.getTime() < Date.parse(each.expirationTime)
  return [name, type, status, String(valid), hexSerial(each.serialNumber), until ?? 'NA', from ?? 'NA']
}

function daysCell({expirationTime}: ZtunnelCertificate, at: Date): Cell {
  const days = (Date.parse(expirationTime) - at.getTime()) / DAY_MS
  if (Number.isNaN(days)) return '-'
  const text = Math.abs(days) < 10 ? days.toFixed(1) : String(Math.floor(days))
  return days < 0 ? {text, tone: 'bad'} : text
}

function certificateRows({identity, state, certChain, rootCerts}: ZtunnelIdentity, at: Date, wide: boolean) {
  const status = state.includes('Unavailable') ? 'Unavailable' : state
  if (certChain.length === 0) return [[identity, 'NA', status, 'false', 'NA', 'NA', 'NA', ...(wide ? ['-'] : [])]]
  const typeAt = (index: number) =>
    index === 0 ? 'Leaf' : rootCerts === undefined && index === certChain.length - 1 ? 'Root' : 'Intermediate'
  const all = [
    ...certChain.map((each, index) => ({each, type: typeAt(index)})),
    ...(rootCerts ?? []).map(each => ({each, type: 'Root'})),
  ]
  return all.map(({each, type}) => [
    ...certificateRow(identity, type, status, each, at),
    ...(wide ? [daysCell(each, at)] : []),
  ])
}

/** istioctl's table of certificates; wide adds the days left. */
export function certificateTable(identities: readonly ZtunnelIdentity[], at: Date, wide: boolean): Table {
  const header = ['CERTIFICATE NAME', 'TYPE', 'STATUS', 'VALID CERT', 'SERIAL NUMBER', 'NOT AFTER', 'NOT BEFORE']
  const rows = identities.flatMap(each => certificateRows(each, at, wide))
  return table(5, [...header, ...(wide ? ['DAYS LEFT'] : [])], rows)
}

/** Names an address by the Service or workload that has it. */
function nameResolver({services, workloads}: ZtunnelDump): (address: string) => string {
  const names = new Map<string, string>()
  for (const {workloadIps, name, namespace} of workloads) {
    const [ip] = workloadIps
    if (ip !== undefined && !names.has(ip)) names.set(ip, `${name}.${namespace}`)
  }
  const hosts = new Map<string, string>()
  for (const {vips, hostname} of services) {
    const [vip] = vips
    if (vip !== undefined && !hosts.has(afterSlash(vip))) hosts.set(afterSlash(vip), hostname)
  }
  return address => {
    const [, ip, port] = /^(.*):(\d+)$/.exec(address) ?? []
    if (ip === undefined || port === undefined) return address
    const bare = ip.replace(/^\[|\]$/g, '')
    const name = hosts.get(bare) ?? names.get(bare)
    return name === undefined ? address : `${name}:${port}`
  }
}

/** Orders pods with connections as istioctl does. */
export function inPodOrder(pods: readonly ZtunnelPodState[]): readonly ZtunnelPodState[] {
  return [...pods].sort((a, b) => byText(a.namespace, b.namespace) || byText(a.name, b.name))
}

/** What to show of connections. */
export interface ConnectionsShown {
  readonly direction?: string | undefined
  readonly raw: boolean
}

/** istioctl's table of connections. */
export function connectionTable(pods: readonly ZtunnelPodState[], dump: ZtunnelDump, shown: ConnectionsShown): Table {
  const header = ['WORKLOAD', 'DIRECTION', 'LOCAL', 'REMOTE', 'REMOTE TARGET', 'PROTOCOL']
  const name = shown.raw ? (address: string) => address : nameResolver(dump)
  const direction = shown.direction?.toLowerCase()
  const rows = inPodOrder(pods).flatMap(pod => {
    const workload = `${pod.name}.${pod.namespace}`
    const inbound = pod.inbound.map(({src, originalDst, actualDst, protocol}) => [
      workload,
      'Inbound',
      name(actualDst),
      name(src),
      originalDst,
      protocol,
    ])
    const outbound = pod.outbound.map(({src, originalDst, actualDst, protocol}) => [
      workload,
      'Outbound',
      name(src),
      name(actualDst),
      name(originalDst),
      protocol,
    ])
    return [...(direction === 'outbound' ? [] : inbound), ...(direction === 'inbound' ? [] : outbound)]
  })
  return table(1, header, rows)
}
