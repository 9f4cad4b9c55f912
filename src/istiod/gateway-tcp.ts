import {listOf, textsOf} from '../formats/decode.js'
import type {Json} from '../model/envoy/schema.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import {boundHosts, type Server} from './gateway-server.js'
import type {Message} from './rbac/strings.js'
import {matchesOf, tcpMatchCounts} from './route-match.js'
import {targetsOf, tcpProxy} from './tcp-targets.js'
import type {Viewpoint} from './viewpoint.js'
import {boundVirtualServices} from './virtual-services.js'

/** A chain of a server that ends TLS: chosen by the server's hosts, with its certificate. */
export function terminated(chain: Message, server: Server): Message {
  if (!server.tls) return chain
  const names = server.hosts.map(each => each.host).filter(each => each !== '*')
  return {
    filter_chain_match: names.length === 0 ? {} : {server_names: names},
    ...chain,
    transport_socket: {
      name: 'envoy.transport_sockets.tls',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
        common_tls_context: {tls_certificate_sds_secret_configs: [{name: 'gateway'}]},
        ...(server.clientCertificate ? {require_client_certificate: true} : {}),
      },
    },
  }
}

/** The VirtualServices bound to a server, each once, the oldest first. */
function boundTo(view: Viewpoint, server: Server): readonly KubeObject[] {
  const bound = boundVirtualServices(view.state, server.gateway).filter(
    ({name, object}) => boundHosts(server, object.metadata.namespace ?? 'default', name).length > 0,
  )
  return [...new Set(bound.map(each => each.object))]
}

/**
 * The chains of a server that passes connections on: by the first TCP route that counts, or by each match of TLS routes (istio.io,
 * "Virtual Service", TLSRoute and TCPRoute; istiod makes none without such routes).
 */
export function passedOnChains(view: Viewpoint, server: Server): readonly Message[] {
  const matched = (list: 'tcp' | 'tls') =>
    boundTo(view, server).flatMap(object => {
      const home = object.metadata.namespace ?? 'default'
      const proxy = {place: view.place, port: server.port, gateways: [server.gateway], home}
      return listOf(object, 'spec', list).flatMap(route =>
        matchesOf(route)
          .filter(match => match === undefined || tcpMatchCounts(match, proxy))
          .map(match => ({match, filters: [tcpProxy(targetsOf(route, object, view, server.port))] as Json})),
      )
    })
  if (server.reading === 'sni')
    return matched('tls').map(({match, filters}) => ({
      filter_chain_match: {server_names: [...textsOf(match, 'sniHosts')]},
      filters,
    }))
  const [first] = matched('tcp')
  return first === undefined ? [] : [terminated({filters: first.filters}, server)]
}
