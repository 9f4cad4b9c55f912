import {isMeshSocket} from '../../analysis/ports/port-map.js'
import {socketAddress, socketReach} from '../../model/kernel/socket.js'
import {defineRule} from '../rule.js'

const ADMIN = [15000, 15004]

export const rule = defineRule({
  code: 'MCT1507',
  slug: 'admin-exposed',
  aliases: [],
  severity: 'error',
  title: "Envoy's admin interface is exposed to the network",
  why: 'Any client that reaches the pod can read its configuration and certificates, change log levels and stop the proxy.',
  fix: 'Bind the admin interface to 127.0.0.1, as Istio configures it.',
  references: ['https://www.envoyproxy.io/docs/envoy/latest/operations/admin'],
  modes: ['sidecar', 'gateway', 'waypoint'],
  outsideKubernetes: true,
  needs: ['sockets'],
  check: ({pod}, {sockets}) =>
    sockets.sockets
      .filter(
        socket =>
          ADMIN.includes(socket.port) &&
          socket.protocol === 'tcp' &&
          socketReach(socket.address) !== 'loopback' &&
          // Another process on that port is reported by MCT1508.
          isMeshSocket(socket, pod) !== false,
      )
      .map(socket => ({
        message: `${socket.process ?? 'The proxy'} listens on ${socketAddress(socket)}, not only on loopback.`,
        proof: [{from: 'listening sockets', text: socket.line}],
      })),
})
