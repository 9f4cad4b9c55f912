import type {TcpProxy} from '../../../model/envoy/network.js'
import type {Draw, EnvoyProxy, Surroundings, UpstreamServer} from '../../../model/envoy/proxy.js'
import type {EnvoyRequest} from '../../../model/envoy/request.js'
import type {Attempt} from '../../../model/envoy/upstream-call.js'
import type {DownstreamConnection} from '../connection.js'
import {applicationBytes, requestText} from '../connection.js'
import {drawnEvenly} from '../evenly.js'
import {requestLine} from '../http/request-line.js'
import {known, undecided} from '../undecided.js'
import {connectFault, thresholdsOf, upstreamCall, upstreamTls} from '../upstream/call.js'
import {chooseHosts, type Host} from '../upstream/endpoints.js'
import {wantedMetadata} from '../upstream/subsets.js'

// TCP proxy: https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/network_filters/tcp_proxy_filter

/** How a connection through the TCP proxy ends. `status` is what the upstream answers to HTTP inside it. */
export interface TcpEnding {
  readonly clusters: readonly string[]
  readonly flags: readonly string[]
  readonly status: number | null
  /** The request reached a server that reads HTTP. */
  readonly delivered: boolean
  readonly text: string
  readonly at: string
}

type Result = Omit<TcpEnding, 'clusters' | 'at'>

/** Possible clusters of a connection. */
function clustersOf(config: TcpProxy, named: string | undefined, draw: Surroundings['draw']): readonly string[] {
  if (named !== undefined) return [named]
  if (config.cluster !== undefined) return [config.cluster]
  const weighted = config.weightedClusters
  if (weighted === undefined) return undecided('a TCP proxy without a cluster', config.at)
  const clusters = known(weighted, 'weighted clusters').clusters.filter(each => (each.weight ?? 0) > 0)
  const names = clusters.map(each => known(each, 'a weighted cluster').name ?? '')
  if (draw === undefined || names.length < 2) return names
  const weights = clusters.map(each => each.weight ?? 0)
  return [names[draw('a weighted cluster', weights)] ?? '']
}

const FAILED: Result = {flags: ['UF', 'URX'], status: null, delivered: false, text: 'no connection to the upstream'}

/** Whether the bytes are an upgrade to websocket, which servers agree to. */
function asksForWebsocket(request: EnvoyRequest): boolean {
  const text = requestText(request)
  return /^upgrade:[ \t]*websocket/im.test(text) && /^connection:.*upgrade/im.test(text)
}

/** What a server that reads HTTP/1 answers to the bytes of the connection. */
function served(server: UpstreamServer, sameTls: boolean, request: EnvoyRequest): Result {
  const plain: Result = {flags: [], status: null, delivered: false, text: 'bytes go to the upstream and back'}
  const {answer} = server
  if (answer.kind === 'closes-at-once')
    return undecided('whether an upstream that closes at once ends or resets the connection')
  const isHttp = request.protocol === 'http/1.0' || request.protocol === 'http/1.1'
  const line = requestLine(applicationBytes(request))
  if (!sameTls || !isHttp || line.kind !== 'whole' || line.bare) return plain
  if (answer.kind === 'http' && answer.status === 200 && asksForWebsocket(request))
    return {...plain, status: 101, text: 'the upstream switches to websocket'}
  return answer.kind === 'http'
    ? {...plain, status: answer.status, delivered: true, text: `the upstream answers ${answer.status}`}
    : plain
}

function drawnHost(hosts: readonly Host[], draw: Draw): readonly Host[] {
  const picked = drawnEvenly(draw, 'an endpoint', hosts)
  return picked === undefined ? [] : [picked]
}

/** How a connection ends by what happened to it at the endpoint. */
function sent(attempt: Attempt | undefined): Result {
  const plain: Result = {flags: [], status: null, delivered: true, text: 'bytes go to the upstream and back'}
  switch (attempt?.kind) {
    case 'answer':
      return {...plain, status: attempt.status, text: `the upstream answers ${attempt.status}`}
    case 'failure':
      return attempt.failure.type === 'connect'
        ? FAILED
        : {...plain, delivered: false, text: 'the upstream closes the connection'}
    case 'silence':
      return {...plain, delivered: false, text: 'the upstream does not answer'}
    default:
      return plain
  }
}

/** The result where the connection may end before the answer: its time limits are in milliseconds. */
function withinLimits(config: TcpProxy, result: Result, server: UpstreamServer, patience: number): Result {
  const {idleTimeout, maxDownstreamConnectionDuration = Infinity} = config
  const answersAt = result.status === null || server.answer.kind !== 'http' ? Infinity : server.answer.afterMs
  if (Math.min(answersAt, patience) > maxDownstreamConnectionDuration)
    undecided('how a connection ends that outlasts max_downstream_connection_duration', config.at)
  if (answersAt <= (idleTimeout || Infinity)) return result
  return {...result, status: null, delivered: false, text: `nothing comes for ${idleTimeout} ms, the idle timeout`}
}

function connectTo(
  proxy: EnvoyProxy,
  surroundings: Surroundings,
  request: EnvoyRequest,
  connection: DownstreamConnection,
  config: TcpProxy,
  name: string,
): Result {
  const cluster = proxy.cluster(name)
  if (cluster === undefined)
    return {flags: ['NC'], status: null, delivered: false, text: `cluster "${name}" does not exist`}
  known(cluster, 'a cluster')
  if (thresholdsOf(cluster, 'DEFAULT')?.maxConnections === 0)
    return {flags: ['UO'], status: null, delivered: false, text: 'the circuit breaker allows no connection'}
  const address = connection.localRestored ? connection.local : undefined
  const weighted = config.weightedClusters?.clusters.find(each => each.name === name)
  const metadata = wantedMetadata([config.metadataMatch, weighted?.metadataMatch])
  const choice = chooseHosts(proxy, cluster, {address, header: () => undefined, metadata})
  if (choice.kind === 'none') return {flags: ['UH'], status: null, delivered: false, text: choice.why}
  const {draw, send} = surroundings
  const hosts = draw === undefined || choice.hosts.length < 2 ? choice.hosts : drawnHost(choice.hosts, draw)
  const results = hosts.map((host: Host) => {
    if (send !== undefined)
      return sent(send(upstreamCall(cluster, host, undefined, false, connection.tls !== undefined)))
    const server = surroundings.upstream(host.address)
    if (server === undefined)
      return {flags: [], status: null, delivered: true, text: `bytes go to ${host.address.ip}:${host.address.port}`}
    if (connectFault(cluster, host, server) !== undefined) return FAILED
    const decrypted = request.tls === undefined || connection.tls !== undefined
    const reads =
      upstreamTls(cluster, host) !== undefined ? decrypted : server.tls === undefined ? decrypted : !decrypted
    const result = served(server, reads, request)
    return withinLimits(config, result, server, surroundings.patience)
  })
  const [first] = results
  if (first === undefined) return undecided('a connection without an endpoint', cluster.at)
  const same = results.every(each => each.status === first.status && each.flags.join() === first.flags.join())
  return same ? first : undecided('which endpoint is chosen', cluster.at)
}

/** The filter state that names the cluster of a connection, above all configuration. */
const CLUSTER_KEY = 'envoy.tcp_proxy.cluster'

/** What the TCP proxy does with a connection; `named` is a cluster an earlier filter chose. */
export function runTcpProxy(
  proxy: EnvoyProxy,
  surroundings: Surroundings,
  request: EnvoyRequest,
  connection: DownstreamConnection,
  config: TcpProxy,
  named: string | undefined,
): TcpEnding {
  known(config, 'the TCP proxy')
  if (config.tunnelingConfig) undecided('tunneling over HTTP', config.at)
  if (config.onDemand) undecided('clusters loaded on demand', config.at)
  if (config.upstreamConnectMode && config.upstreamConnectMode !== 'IMMEDIATE')
    undecided(`upstream_connect_mode ${config.upstreamConnectMode}`, config.at)
  const clusters = clustersOf(config, connection.filterState.get(CLUSTER_KEY) ?? named, surroundings.draw)
  const results = clusters.map(name => connectTo(proxy, surroundings, request, connection, config, name))
  const [first] = results
  if (first === undefined) return undecided('a TCP proxy without a cluster', config.at)
  const same = results.every(each => each.status === first.status && each.flags.join() === first.flags.join())
  if (!same) undecided('which weighted cluster is taken', config.at)
  const exists = clusters.filter(name => proxy.cluster(name) !== undefined)
  return {...first, clusters: exists, at: config.at}
}
