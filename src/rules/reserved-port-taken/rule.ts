import {reservedPorts} from '../../analysis/pod-mode/pod-mode.js'
import {isMeshSocket} from '../../analysis/port-map/port-map.js'
import {socketAddress} from '../../model/socket.js'
import {EXTRA_PORTS, extraPorts} from '../reserved-ports.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1508',
  slug: 'reserved-port-taken',
  aliases: [],
  severity: 'error',
  title: "A stranger listens on one of the mesh's ports",
  why: "A process that is not the mesh's own holds a port the proxy or its agent needs: metrics, health checks or captured traffic end at the wrong program.",
  fix: 'Make the application listen on another port.',
  references: [PAGES.requirements],
  modes: ['sidecar', 'ambient'],
  needs: ['sockets'],
  parameters: {extra: EXTRA_PORTS},
  check: ({pod, mode}, {sockets}, {extra}) =>
    sockets.sockets.flatMap(socket => {
      const taken = [...reservedPorts(mode, pod), ...extraPorts(extra)].find(
        each => each.port === socket.port && each.protocols.includes(socket.protocol) && each.soft !== true,
      )
      if (taken === undefined || isMeshSocket(socket, pod) !== false) return []
      const who = socket.process ?? `a process of user ${socket.uid}`
      return [
        {
          message: `${who} listens on ${socketAddress(socket)}/${socket.protocol}, which is reserved for ${taken.purpose}.`,
          proof: [{from: 'listening sockets', text: socket.line}],
        },
      ]
    }),
})
