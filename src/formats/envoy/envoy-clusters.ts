import type {EndpointGroup, EnvoyEndpoint} from '../../model/envoy/envoy-endpoint.js'
import {type Answer, answered, missing} from '../../model/evidence/answer.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import {field, flagOf, isObject, listOf, numberOf, objectOf, textOf} from '../decode.js'
import {decodeAddress, decodeLocality, healthName} from '../envoy-config-dump/endpoints.js'
import {parseJson} from '../json-text.js'

/** Flags of HostHealthStatus that make a host unhealthy (admin.v3.HostHealthStatus). */
const COMPLAINTS = [
  'failed_outlier_check',
  'failed_active_health_check',
  'failed_active_degraded_check',
  'failed_degraded_outlier_detection',
  'pending_dynamic_removal',
  'pending_active_hc',
  'excluded_via_immediate_hc_fail',
  'active_hc_timeout',
] as const

function decodeHost(cluster: string, host: unknown): EnvoyEndpoint {
  const health = field(host, 'health_status')
  return {
    cluster,
    address: decodeAddress(field(host, 'address')),
    additional: [],
    hostname: textOf(host, 'hostname') ?? '',
    status: healthName(field(health, 'eds_health_status')),
    complaints: COMPLAINTS.filter(name => flagOf(health, name) === true),
    locality: decodeLocality(objectOf(host, 'locality')),
    weight: numberOf(host, 'weight'),
    priority: numberOf(host, 'priority') ?? 0,
    workload: '',
    tlsMode: '',
  }
}

function decodeStatus(json: unknown): EndpointGroup {
  const cluster = textOf(json, 'name') ?? ''
  const endpoints = listOf(json, 'host_statuses').map((host, index) => ({
    ...decodeHost(cluster, host),
    at: [0, index] as const,
  }))
  return {cluster, endpoints, json}
}

/** Reads the `/clusters?format=json` page (admin.v3.Clusters): every host Envoy knows and its health, per cluster. */
export function parseClusters(artifact: Artifact): Answer<readonly EndpointGroup[]> {
  const what = `clusters page${artifact.provenance.from === undefined ? '' : ` in ${artifact.provenance.from}`}`
  const json = parseJson(artifact.bytes, what)
  if (!json.ok) return json
  const statuses = isObject(json.value) ? field(json.value, 'cluster_statuses') : undefined
  if (!Array.isArray(statuses))
    return missing(
      what,
      'unreadable',
      'it is JSON, but not a list of clusters and endpoints: it has no "cluster_statuses"',
    )
  return answered(listOf(json.value, 'cluster_statuses').map(decodeStatus))
}
