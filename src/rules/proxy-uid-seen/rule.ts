import {proxyIds, reservedPorts} from '../../analysis/pod-mode/pod-mode.js'
import {isMeshSocket} from '../../analysis/port-map/port-map.js'
import {appContainers} from '../../model/pod.js'
import {socketAddress} from '../../model/socket.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1509',
  slug: 'proxy-uid-seen',
  aliases: [],
  severity: 'error',
  title: 'The application runs as the proxy user, by its image',
  why: 'No field of the pod says so: the image itself does. The rules leave the traffic of that user alone, so everything the application sends bypasses the sidecar.',
  fix: 'Set runAsUser to any other user, or change USER in the image.',
  references: [PAGES.requirements],
  modes: ['sidecar'],
  needs: ['sockets'],
  check: ({pod, mode}, {sockets}) => {
    const {uids} = proxyIds(pod)
    const said = appContainers(pod).some(({security}) =>
      uids.includes(security.runAsUser ?? pod.security.runAsUser ?? -1),
    )
    if (said) return []
    const declared = new Set(appContainers(pod).flatMap(({ports}) => ports.map(({port}) => port)))
    return sockets.sockets
      .filter(({port, uid}) => declared.has(port) && uid !== undefined && uids.includes(uid))
      .filter(socket => !reservedPorts(mode, pod).some(({port}) => port === socket.port))
      .filter(socket => socket.process === undefined || isMeshSocket(socket, pod) === false)
      .map(socket => ({
        message: `The server on ${socketAddress(socket)} runs as user ${socket.uid}, the proxy's own, though the pod does not ask for it.`,
        path: `${pod.specPath}.securityContext.runAsUser`,
        proof: [{from: 'listening sockets', text: `${socket.line}, uid ${socket.uid}`}],
      }))
  },
})
