import type {EndpointGroup} from '../../model/envoy/envoy-endpoint.js'
import {listOf, numberOf, textOf} from '../decode.js'

/** What Envoy counted for the hosts of one cluster since they became known to it. */
export interface ClusterTraffic {
  readonly cluster: string
  readonly requests: number
  /** Requests that ended with an error or a timeout, and connections that could not be made. */
  readonly failures: number
  readonly connections: number
}

/** The sum of a counter over the hosts; a zero is left out of the page (proto3 JSON), 64-bit numbers are text. */
function sumOf(hosts: readonly unknown[], ...names: readonly string[]): number {
  return hosts
    .flatMap(host => listOf(host, 'stats'))
    .filter(each => names.includes(textOf(each, 'name') ?? ''))
    .reduce((sum: number, each) => sum + (numberOf(each, 'value') ?? 0), 0)
}

/** The counters of every cluster that saw traffic, from Envoy's `/clusters` page (admin.v3.HostStatus.stats). */
export function trafficOf(groups: readonly EndpointGroup[]): readonly ClusterTraffic[] {
  return groups.flatMap(({cluster, json}) => {
    const hosts = listOf(json, 'host_statuses')
    const requests = sumOf(hosts, 'rq_total')
    const connections = sumOf(hosts, 'cx_total')
    const failures = sumOf(hosts, 'rq_error', 'rq_timeout', 'cx_connect_fail')
    return requests + connections + failures === 0 ? [] : [{cluster, requests, failures, connections}]
  })
}
