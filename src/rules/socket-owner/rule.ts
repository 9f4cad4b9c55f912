import {proxyIds, reservedPorts} from '../../analysis/pod-mode/pod-mode.js'
import {isMeshSocket} from '../../analysis/ports/port-map.js'
import type {PodMode} from '../../model/istio/pod-mode.js'
import {type ListeningSocket, socketAddress} from '../../model/kernel/socket.js'
import {appContainers, type PodModel} from '../../model/kube/pod.js'
import {EXTRA_PORTS, extraPorts} from '../reserved-ports.js'
import {defineRule, type Found, PAGES} from '../rule.js'

/** A process other than Istio's on a port Istio needs. */
function takenPort(pod: PodModel, mode: PodMode, socket: ListeningSocket, extra: readonly number[]): readonly Found[] {
  const taken = [...reservedPorts(mode, pod), ...extraPorts(extra)].find(
    each => each.port === socket.port && each.protocols.includes(socket.protocol) && each.soft !== true,
  )
  if (taken === undefined || isMeshSocket(socket, pod, mode) !== false) return []
  const owner = socket.process ?? `a process of uid ${socket.uid}`
  return [
    {
      message: `${owner} listens on ${socketAddress(socket)}/${socket.protocol}, which is reserved for ${taken.purpose}.`,
      fix: 'Make the application listen on another port.',
      proof: [{from: 'listening sockets', text: socket.line}],
    },
  ]
}

/** True when a field of the pod makes a container run as the proxy, which MCT1001 reports. */
function declaresProxyUser(pod: PodModel): boolean {
  const {uids} = proxyIds(pod)
  return appContainers(pod).some(({security}) => uids.includes(security.runAsUser ?? pod.security.runAsUser ?? -1))
}

/** A server of the application that runs as the proxy's uid because of its image. */
function proxyUser(pod: PodModel, mode: PodMode, socket: ListeningSocket): readonly Found[] {
  if (mode !== 'sidecar' || declaresProxyUser(pod)) return []
  const declared = appContainers(pod).some(({ports}) => ports.some(({port}) => port === socket.port))
  if (!declared || socket.uid === undefined || !proxyIds(pod).uids.includes(socket.uid)) return []
  if (reservedPorts(mode, pod).some(({port}) => port === socket.port)) return []
  if (socket.process !== undefined && isMeshSocket(socket, pod, mode) !== false) return []
  return [
    {
      message: `The server on ${socketAddress(socket)} runs as uid ${socket.uid}, the proxy's own, although the pod does not set it: its outbound traffic bypasses the sidecar.`,
      fix: 'Set runAsUser to another uid, or change USER in the image.',
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
  title: 'Application uses an Istio port or user',
  why: "A process on a port that the proxy or its agent needs gets their metrics, health checks or captured traffic, and a process with the proxy's uid bypasses the sidecar.",
  fix: 'Run the application on another port and as another uid.',
  references: [PAGES.requirements],
  modes: ['sidecar', 'ambient'],
  outsideKubernetes: true,
  needs: ['sockets'],
  parameters: {extra: EXTRA_PORTS},
  check: ({pod, mode}, {sockets}, {extra}) =>
    sockets.sockets.flatMap(socket => [...takenPort(pod, mode, socket, extra), ...proxyUser(pod, mode, socket)]),
})
