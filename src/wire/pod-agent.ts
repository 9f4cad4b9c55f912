import {Agent} from 'node:http'
import type {Duplex} from 'node:stream'
import type {ApiServer} from './api-server.js'
import type {PodPort} from './forward-carrier.js'
import {openPodStream} from './pod-stream.js'

/**
 * An HTTP agent whose connections are forwards to one port of one pod, kept alive between requests.
 * `maxConnections` is enforced because the connection is handed over synchronously; further requests wait.
 */
export function podAgent(server: ApiServer, target: PodPort, maxConnections: number): Agent {
  const agent = new Agent({keepAlive: true, maxSockets: maxConnections, maxFreeSockets: 1})
  return Object.assign(agent, {createConnection: () => asSocket(openPodStream(server, target))})
}

/** Gives a stream the socket methods node:http calls; a forward has no such settings, so they do nothing. */
function asSocket(stream: Duplex): Duplex {
  const nothing = () => stream
  return Object.assign(stream, {
    connecting: false,
    setTimeout: nothing,
    setNoDelay: nothing,
    setKeepAlive: nothing,
    ref: nothing,
    unref: nothing,
  })
}
