import {traceRequest} from '../../src/analysis/envoy/trace.js'
import {proxyOf} from '../../src/formats/envoy-proto/proxy.js'
import type {EnvoyProxy, UpstreamServer} from '../../src/model/envoy/proxy.js'
import type {EnvoyRequest} from '../../src/model/envoy/request.js'

export const TYPE = 'type.googleapis.com/envoy.'
const HF = 'extensions.filters.http.'
const SERVER: UpstreamServer = {connect: 'accepts', tls: undefined, answer: {kind: 'http', status: 200, afterMs: 0}}
const SERVERS: Readonly<Record<number, UpstreamServer>> = {
  7001: SERVER,
  7020: {...SERVER, answer: {kind: 'http', status: 503, afterMs: 0}},
  7050: {...SERVER, answer: {kind: 'http', status: 200, afterMs: 600}},
  7034: {
    ...SERVER,
    tls: {uriSans: [], dnsSans: ['up.example.com'], trusted: true, expired: false, demandsCertificate: false},
  },
}

/** An HTTP filter by the end of its type's name. */
export function http(name: string, fields: object): object {
  return {
    name: `envoy.filters.http.${name.split('.')[0]}`,
    typed_config: {'@type': `${TYPE}${HF}${name}`, ...fields},
  }
}

/** A cluster with one endpoint on loopback, as an entry of a dump. */
export function cluster(name: string, port: number, more: object = {}): object {
  const endpoint = {address: {socket_address: {address: '127.0.0.1', port_value: port}}}
  const load_assignment = {cluster_name: name, endpoints: [{lb_endpoints: [{endpoint}]}]}
  return {cluster: {name, type: 'STATIC', load_assignment, ...more}}
}

export interface Setting {
  readonly routes?: readonly object[]
  readonly table?: object
  readonly manager?: object
  readonly filters?: readonly object[]
  readonly network?: readonly object[]
  readonly clusters?: readonly object[]
  readonly resolve?: EnvoyProxy['resolve']
}

/** A route that takes every request to a server that answers 200. */
export const OK = {name: 'ok', match: {prefix: '/'}, route: {cluster: 'ok'}}

function dumpOf({routes = [OK], table = {}, manager = {}, filters = [], network, clusters = []}: Setting): unknown {
  const hcm = {
    '@type': `${TYPE}extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    http_filters: [...filters, http('router.v3.Router', {})],
    route_config: {name: 'r', virtual_hosts: [{name: 'v', domains: ['*'], routes}], ...table},
    ...manager,
  }
  const listener = {
    name: 'l',
    address: {socket_address: {address: '0.0.0.0', port_value: 80}},
    filter_chains: [{name: 'c', filters: network ?? [{name: 'hcm', typed_config: hcm}]}],
  }
  const known = [cluster('ok', 7001), cluster('s503', 7020), cluster('slow', 7050), ...clusters]
  return {
    configs: [
      {'@type': `${TYPE}admin.v3.ListenersConfigDump`, static_listeners: [{listener}]},
      {'@type': `${TYPE}admin.v3.ClustersConfigDump`, static_clusters: known},
    ],
  }
}

/** How a request ends: its status, flags, details, route and cluster, or why that is not decided. */
export function ending(setting: Setting, path = '/', more: Partial<EnvoyRequest> = {}): object {
  const destination = {ip: '10.0.0.1', port: 80}
  const request: EnvoyRequest = {
    destination,
    acceptedBy: destination,
    redirected: false,
    source: {ip: '10.0.0.2', port: 4000},
    proxyLine: undefined,
    tls: undefined,
    protocol: 'http/1.1',
    method: 'GET',
    path,
    bodyBytes: 0,
    chunked: false,
    payload: undefined,
    abortAfter: undefined,
    sequence: 1,
    ...more,
    headers: [['host', 'shop'], ...(more.headers ?? [])],
  }
  const upstream = ({port}: {readonly port: number}) => SERVERS[port]
  const decision = traceRequest({...proxyOf(dumpOf(setting)), resolve: setting.resolve}, request, {
    upstream,
    now: 0,
    patience: 1500,
  })
  return decision.decided ? decision.outcome : {undecided: decision.reason}
}
