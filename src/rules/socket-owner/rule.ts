import {proxyIds, reservedPorts} from '../../analysis/pod-mode/pod-mode.js'
import {isMeshSocket} from '../../analysis/ports/port-map.js'
import {appContainers, type PodModel} from '../../model/pod.js'
import type {PodMode} from '../../model/pod-mode.js'
import {type ListeningSocket, socketAddress} from '../../model/socket.js'
import {EXTRA_PORTS, extraPorts} from '../reserved-ports.js'
import {defineRule, type Found, PAGES} from '../rule.js'

/** A process that is not the mesh's own on a port the mesh needs. */
function takenPort(pod: PodModel, mode: PodMode, socket: ListeningSocket, extra: readonly number[]): readonly Found[] {
  const taken = [...reservedPorts(mode, pod), ...extraPorts(extra)].find(
    each => each.port === socket.port && each.protocols.includes(socket.protocol) && each.soft !== true,
  )
  if (taken === undefined || isMeshSocket(socket, pod) !== false) return []
  const who = socket.process ?? `a process of user ${socket.uid}`
  return [
    {
      message: `${who} listens on ${socketAddress(socket)}/${socket.protocol}, which is reserved for ${taken.purpose}.`,
      fix: 'Make the application listen on another port.',
      proof: [{from: 'listening sockets', text: socket.line}],
    },
  ]
}

/** True when a field of the pod says that a container runs as the proxy: that is a finding of its own. */
function saysProxyUser(pod: PodModel): boolean {
  const {uids} = proxyIds(pod)
  return appContainers(pod).some(({security}) => uids.includes(security.runAsUser ?? pod.security.runAsUser ?? -1))
}

/** A server of the application that runs as the proxy's user, which only its image can have made it. */
function proxyUser(pod: PodModel, mode: PodMode, socket: ListeningSocket): readonly Found[] {
  if (mode !== 'sidecar' || saysProxyUser(pod)) return []
  const declared = appContainers(pod).some(({ports}) => ports.some(({port}) => port === socket.port))
  if (!declared || socket.uid === undefined || !proxyIds(pod).uids.includes(socket.uid)) return []
  if (reservedPorts(mode, pod).some(({port}) => port === socket.port)) return []
  if (socket.process !== undefined && isMeshSocket(socket, pod) !== false) return []
  return [
    {
      message: `The server on ${socketAddress(socket)} runs as user ${socket.uid}, the proxy's own, though the pod does not ask for it: what it sends bypasses the sidecar.`,
      fix: 'Set runAsUser to any other user, or change USER in the image.',
      path: `${pod.specPath}.securityContext.runAsUser`,
      proof: [{from: 'listening sockets', text: `${socket.line}, uid ${socket.uid}`}],
    },
  ]
}

export const rule = defineRule({
  code: 'MCT1508',
  slug: 'socket-owner',
  aliases: [],
  severity: 'error',
  title: "The application has a port or the user that is the mesh's",
  why: "A process on a port the proxy or its agent needs gets the metrics, health checks or captured traffic meant for them. A process of the proxy's user is taken for the proxy: the rules leave all it sends alone.",
  fix: 'Let the application listen on another port and run as another user.',
  references: [PAGES.requirements],
  modes: ['sidecar', 'ambient'],
  needs: ['sockets'],
  parameters: {extra: EXTRA_PORTS},
  check: ({pod, mode}, {sockets}, {extra}) =>
    sockets.sockets.flatMap(socket => [...takenPort(pod, mode, socket, extra), ...proxyUser(pod, mode, socket)]),
})
