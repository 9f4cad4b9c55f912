import {createServer} from 'node:http'
import type {Duplex} from 'node:stream'
import {type PodRef, podLabel} from '../model/kube/kube-object.js'
import type {Source} from '../sources/source.js'
import type {ServerCertificate} from './certificate.js'
import type {Dial} from './forward-sessions.js'
import {SERVE_LIMITS} from './limits.js'
import type {PodEndpoints} from './pod-endpoints.js'
import {debugService} from './xds/debug-service.js'

/** Ports with recorded pages: Envoy's and ztunnel's admin port, ztunnel's metrics, istiod's debug and monitoring ports. */
const ADMIN_PORT = 15_000
const METRICS_PORT = 15_020
const ISTIOD_PORTS = [8080, 15_014]
/** istiod's xDS port: its debug service, over TLS. */
const XDS_PORT = 15_012

export interface PodPortsContext {
  readonly source: Source
  readonly pages: PodEndpoints
  readonly certificate: ServerCertificate
  readonly adminPort?: number | undefined
}

/** The ports of recorded pods, served in this process without opening a socket. */
export interface PodPorts {
  /** Connects streams to a pod's ports; a port without recorded pages is refused. */
  dialer(pod: PodRef, isControlPlane: boolean): Dial
  close(): void
}

/** HTTP for admin and debug pages, and istiod's debug service, on given connections. */
export function podPorts({source, pages, certificate, adminPort = ADMIN_PORT}: PodPortsContext): PodPorts {
  const podOfConnection = new WeakMap<Duplex, PodRef>()
  const xdsOf = new Map<string, ReturnType<typeof debugService>>()
  const web = createServer({keepAliveTimeout: SERVE_LIMITS.podKeepAliveMs})
  web.on('request', (request, response) => {
    const pod = podOfConnection.get(request.socket)
    if (pod === undefined) return void response.destroy()
    request.resume()
    pages.page(pod, request.method ?? 'GET', request.url ?? '/').then(
      ({status, type, body}) =>
        response
          .writeHead(status, {'Content-Type': type, 'Content-Length': body.length})
          .end(request.method === 'HEAD' ? undefined : body),
      (error: Error) => response.writeHead(500, {'Content-Type': 'text/plain'}).end(`${error.message}\n`),
    )
  })

  function xdsServer(pod: PodRef): ReturnType<typeof debugService> {
    const key = podLabel(pod)
    const server = xdsOf.get(key) ?? debugService(source, pages, certificate, pod)
    xdsOf.set(key, server)
    return server
  }

  return {
    dialer: (pod, isControlPlane) => (port, connection) => {
      if (isControlPlane && port === XDS_PORT) return xdsServer(pod).emit('connection', connection)
      if (port !== adminPort && port !== METRICS_PORT && !(isControlPlane && ISTIOD_PORTS.includes(port))) return false
      podOfConnection.set(connection, pod)
      return web.emit('connection', connection)
    },
    close() {
      web.close()
      for (const server of xdsOf.values()) server.close()
    },
  }
}
