import {answeredFrom, type NotedSource, noted} from '../../evidence/provenance.js'
import {parseClusters} from '../../formats/envoy/envoy-clusters.js'
import {decodeEndpoints} from '../../formats/envoy-config-dump/endpoints.js'
import {parseSections, section} from '../../formats/envoy-config-dump/parse.js'
import {protoJson} from '../../formats/envoy-config-dump/proto-json.js'
import {
  addressText,
  type EndpointGroup,
  type EnvoyEndpoint,
  endpointText,
  portOf,
} from '../../model/envoy/envoy-endpoint.js'
import {type Answer, type Gap, gapSentence} from '../../model/evidence/answer.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import {byText} from '../../model/text/order.js'
import type {Source} from '../../sources/source.js'
import {nothingLeft} from '../config-dump.js'
import {type EndpointFilter, keepsEndpoint} from '../endpoint-filter.js'
import {type Report, required} from '../report.js'
import {clusterStatus} from './cluster-status.js'

/** An endpoint in Envoy's current view, and in istiod's if both are available. */
export interface EndpointRow {
  readonly endpoint: EnvoyEndpoint
  readonly assigned: EnvoyEndpoint | undefined
}

export interface EndpointReport extends Report {
  readonly subject: PodRef
  /** `clusters`: Envoy's own view; `eds`: only what istiod sent. */
  readonly basis: 'clusters' | 'eds'
  /** True if istiod's view could be joined with Envoy's. */
  readonly joined: boolean
  readonly rows: readonly EndpointRow[]
  readonly artifact: Artifact
  readonly document: () => unknown
}

function byAddress(a: EndpointRow, b: EndpointRow): number {
  const [left, right] = [a.endpoint, b.endpoint]
  return (
    byText(addressText(left.address), addressText(right.address)) ||
    portOf(left.address) - portOf(right.address) ||
    byText(left.cluster, right.cluster)
  )
}

interface Loaded {
  readonly artifact: Artifact
  readonly groups: readonly EndpointGroup[]
}

async function fromClusters(source: Source, subject: PodRef): Promise<Answer<Loaded>> {
  const artifact = await source.evidence('envoy.clusters', subject)
  if (!artifact.ok) return artifact
  const groups = parseClusters(artifact.value)
  return groups.ok ? {ok: true, value: {artifact: artifact.value, groups: groups.value}} : groups
}

async function fromDump(source: Source, subject: PodRef): Promise<Answer<Loaded>> {
  const artifact = await source.evidence('envoy.config_dump', subject, {sections: ['endpoints']})
  if (!artifact.ok) return artifact
  const dump = parseSections(artifact.value, ['Endpoints'])
  if (!dump.ok) return dump
  const endpoints = section(dump.value, 'Endpoints')
  return endpoints.ok
    ? {ok: true, value: {artifact: artifact.value, groups: decodeEndpoints(endpoints.value)}}
    : endpoints
}

function keyOf({cluster, address}: EnvoyEndpoint): string {
  return `${cluster} ${endpointText(address)}`
}

function rowsFrom(
  groups: readonly EndpointGroup[],
  assigned: readonly EndpointGroup[],
  filter: EndpointFilter,
): readonly EndpointRow[] {
  const known = new Map(assigned.flatMap(group => group.endpoints.map(each => [keyOf(each), each] as const)))
  return groups
    .flatMap(group => group.endpoints)
    .filter(endpoint => keepsEndpoint(filter, endpoint))
    .map(endpoint => ({endpoint, assigned: known.get(keyOf(endpoint))}))
    .sort(byAddress)
}

const EDS_ONLY =
  "these are the endpoints istiod sent (EDS); Envoy's own health and outlier checks are in /clusters?format=json"

function withoutClusters(source: NotedSource, subject: PodRef, eds: Loaded, filter: EndpointFilter): EndpointReport {
  const rows = rowsFrom(eds.groups, eds.groups, filter)
  const document = () => clusterStatus(rows.map(({endpoint}) => endpoint))
  const {artifact} = eds
  return {
    ...answeredFrom(source),
    gaps: artifact.incomplete ?? [],
    notes: [EDS_ONLY, ...noneMatch(rows, eds.groups)],
    subject,
    basis: 'eds',
    joined: true,
    rows,
    artifact,
    document,
  }
}

/** The endpoints of a pod's Envoy with their health, sorted by address, port and cluster; with `join`, next to what istiod sent. */
export async function endpointReport(
  given: Source,
  subject: PodRef,
  filter: EndpointFilter,
  join: boolean,
): Promise<EndpointReport> {
  const source = noted(given)
  const clusters = await fromClusters(source, subject)
  if (!clusters.ok && clusters.gap.reason === 'not-captured') {
    const eds = await fromDump(source, subject)
    if (eds.ok) return withoutClusters(source, subject, eds.value, filter)
    return required(eds.gap.reason === 'not-captured' ? clusters : eds, source, 'envoy.clusters')
  }
  const {artifact, groups} = required(clusters, source, 'envoy.clusters')
  const eds = join ? await fromDump(source, subject) : undefined
  const rows = rowsFrom(groups, eds?.ok === true ? eds.value.groups : [], filter)
  const kept = new Set(rows.map(({endpoint}) => endpoint))
  const document = () =>
    groups.filter(group => group.endpoints.some(each => kept.has(each))).map(group => protoJson(group.json))
  const notes = [...joinNotes(eds?.ok === false ? eds.gap : undefined, groups), ...noneMatch(rows, groups)]
  return {
    ...answeredFrom(source),
    gaps: artifact.incomplete ?? [],
    notes,
    subject,
    basis: 'clusters',
    joined: eds?.ok === true,
    rows,
    artifact,
    document,
  }
}

function noneMatch(rows: readonly EndpointRow[], groups: readonly EndpointGroup[]): readonly string[] {
  const all = groups.reduce((sum, group) => sum + group.endpoints.length, 0)
  return all === 0 ? [] : nothingLeft(rows.length, all, 'endpoints')
}

function joinNotes(gap: Gap | undefined, groups: readonly EndpointGroup[]): readonly string[] {
  return [
    ...(groups.length === 0 ? ['the input lists no clusters ("cluster_statuses" is missing or empty)'] : []),
    ...(gap === undefined ? [] : [`not joined with what istiod sent: ${gapSentence(gap)}`]),
  ]
}
