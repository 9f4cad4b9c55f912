import {definedFields} from '../../model/collections/defined-fields.js'
import {own} from '../../model/collections/own.js'
import type {EvidenceId} from '../../model/evidence/evidence.js'
import type {UnwrappedLine} from '../wrapped-text/unwrap.js'

/** A page of Envoy's admin in its text form, as the JSON form its reader knows. */
export interface AdminPage {
  readonly evidence: EvidenceId
  readonly value: unknown
}

/** `CLUSTER::ADDRESS::NAME::VALUE` of /clusters; names of clusters hold single colons at most (Envoy admin, GET /clusters). */
const CLUSTER_LINE =
  /^(\S.*?)::((?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\]):\d+|\S{0,200}\/\S+|envoy:\/\/\S+)::(\w+)::(.*)$/
const CLUSTER_FACT =
  /^(\S.*?)::(default_priority|high_priority|added_via_api|observability_name|eds_service_name|outlier|version_info|cx_max\w*)::/
/** `NAME::ADDRESS:PORT` of /listeners. */
const LISTENER_LINE = /^(\S+)::((?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\])):(\d+)$/

/** Health flags of the text form and their fields of HostHealthStatus (Envoy, HostUtility::healthFlagsToString). */
const FLAGS: Readonly<Record<string, string>> = {
  failed_active_hc: 'failed_active_health_check',
  failed_outlier_check: 'failed_outlier_check',
  failed_active_degraded: 'failed_active_degraded_check',
  degraded_active_hc: 'failed_active_degraded_check',
  pending_dynamic_removal: 'pending_dynamic_removal',
  pending_active_hc: 'pending_active_hc',
  excluded_via_immediate_hc_fail: 'excluded_via_immediate_hc_fail',
  active_hc_timeout: 'active_hc_timeout',
}

interface Host {
  readonly address: unknown
  readonly facts: Map<string, string>
}

function socketAddress(text: string): unknown {
  const [, address, port] = /^\[?([^\]]*?)\]?:(\d+)$/.exec(text) ?? []
  if (address !== undefined && port !== undefined && !text.includes('/'))
    return {socket_address: {address, port_value: Number(port)}}
  return {pipe: {path: text}}
}

/** Without its line of flags nothing is known of a host's health. */
function healthStatus(flags: string | undefined): unknown {
  if (flags === undefined) return {}
  const all = flags.split('/').filter(flag => flag !== '' && flag !== 'healthy')
  const eds = all.includes('failed_eds_health')
    ? 'UNHEALTHY'
    : all.includes('degraded_eds_health')
      ? 'DEGRADED'
      : 'HEALTHY'
  return {
    eds_health_status: eds,
    ...Object.fromEntries(all.flatMap(flag => (own(FLAGS, flag) === undefined ? [] : [[own(FLAGS, flag), true]]))),
  }
}

function hostStatus({address, facts}: Host): unknown {
  const weight = Number(facts.get('weight'))
  const locality = {
    region: facts.get('region') ?? '',
    zone: facts.get('zone') ?? '',
    sub_zone: facts.get('sub_zone') ?? '',
  }
  return {
    address,
    ...definedFields({hostname: facts.get('hostname')}),
    health_status: healthStatus(facts.get('health_flags')),
    ...definedFields({
      weight: Number.isFinite(weight) ? weight : undefined,
      priority: Number(facts.get('priority')) > 0 ? Number(facts.get('priority')) : undefined,
    }),
    locality,
  }
}

/** The text form of /clusters among lines, as its JSON form; undefined when there is none. */
export function clustersPage(lines: readonly UnwrappedLine[]): AdminPage | undefined {
  const clusters = new Map<string, Map<string, Host>>()
  for (const {text} of lines) {
    const line = text.trim()
    const host = CLUSTER_LINE.exec(line)
    const fact = host === null ? CLUSTER_FACT.exec(line) : null
    const name = host?.[1] ?? fact?.[1]
    if (name === undefined) continue
    const hosts = clusters.get(name) ?? new Map<string, Host>()
    clusters.set(name, hosts)
    if (host === null) continue
    const [, , address = '', key = '', value = ''] = host
    const known = hosts.get(address) ?? {address: socketAddress(address), facts: new Map()}
    known.facts.set(key, value)
    hosts.set(address, known)
  }
  if (clusters.size === 0) return undefined
  const statuses = [...clusters].map(([name, hosts]) => ({name, host_statuses: [...hosts.values()].map(hostStatus)}))
  return {evidence: 'envoy.clusters', value: {cluster_statuses: statuses}}
}

/** The text form of /listeners among lines, as its JSON form. */
export function listenersPage(lines: readonly UnwrappedLine[]): AdminPage | undefined {
  const statuses = lines.flatMap(({text}) => {
    const [, name, address, port] = LISTENER_LINE.exec(text.trim()) ?? []
    if (name === undefined || address === undefined) return []
    return [
      {name, local_address: {socket_address: {address: address.replace(/^\[|\]$/g, ''), port_value: Number(port)}}},
    ]
  })
  return statuses.length === 0 ? undefined : {evidence: 'envoy.listeners', value: {listener_statuses: statuses}}
}
