import {clusterNameParts} from '../../model/envoy/envoy-cluster.js'
import type {AccessLogEntry} from '../../model/envoy/log-line.js'

/** Which proxy wrote an access-log line: of the caller (a sidecar or a gateway), of the server, or unknown. */
export type LogSide = 'client' | 'server' | 'unknown'

/** The side, from the upstream cluster, the source address 127.0.0.6 of inbound calls, or ztunnel's own direction. */
export function sideOf({cluster, direction, route, localAddress}: AccessLogEntry): LogSide {
  if (direction !== undefined) return direction === 'inbound' ? 'server' : 'client'
  if (cluster === undefined) return /:15006$/.test(localAddress ?? '') ? 'server' : 'unknown'
  if (/^inbound\||^InboundPassthrough|^inbound-vip\|/.test(cluster) || route === 'default_inbound') return 'server'
  if (/^outbound[|_.]|^PassthroughCluster$|^BlackHoleCluster$/.test(cluster)) return 'client'
  return 'unknown'
}

/** What a cluster name of Istio's form says, as a sentence; undefined for other names. */
export function clusterNameSentence(name: string): string | undefined {
  const sni = /^(inbound|outbound)_\.(\d+)_\.([^_]*)_\.(\S+)$/.exec(name)
  if (sni !== null)
    return `The SNI of traffic between networks: ${sni[1]} to ${sni[4]}, port ${sni[2]} of the Service, ${sni[3] === '' ? 'no subset' : `subset ${sni[3]}`}.`
  const parts = /^(?:in|out)bound\S*$/.test(name) ? clusterNameParts(name) : undefined
  if (parts === undefined) return undefined
  const {direction, host, port, subset} = parts
  if (direction === 'inbound-vip')
    return `Requests this waypoint received for ${host}, port ${port} of the Service${subset === '' || /^(?:http|tcp)$/.test(subset) ? '' : `, subset ${subset}`}.`
  if (direction.startsWith('inbound'))
    return `Requests this proxy received for port ${port} of the application in its own pod.`
  const which = subset === '' ? 'no subset' : `subset ${subset} of its DestinationRule`
  return `Requests from this proxy to ${host}, port ${port} of the Service, ${which}.`
}

/** Who wrote the line, for people. */
export function writerSentence(entry: AccessLogEntry): string {
  const side = sideOf(entry)
  if (entry.form === 'ztunnel')
    return side === 'server'
      ? 'ztunnel on the node of the destination'
      : side === 'client'
        ? 'ztunnel on the node of the source'
        : 'ztunnel'
  if (entry.cluster?.startsWith('inbound-vip|') === true) return 'Envoy of a waypoint, in front of the server'
  if (side === 'server') return 'Envoy on the server side (the sidecar of the pod that was called)'
  if (side === 'client') return 'Envoy on the client side (the sidecar of the caller, or a gateway)'
  return 'Envoy (the line does not say whether on the client side, a gateway or the server side)'
}
