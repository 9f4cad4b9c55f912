import {socketAddress} from '../../model/kernel/socket.js'
import {ingressUsesLoopback} from '../ingress-loopback.js'
import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1501',
  slug: 'loopback-listener',
  aliases: ['IST0143'],
  severity: 'error',
  title: 'Server listens on loopback only',
  why: "Since Istio 1.10 the sidecar connects to the pod's own address, as a client without a mesh would: a server on 127.0.0.1 refuses it, and clients get 503.",
  fix: 'Listen on 0.0.0.0 or [::], or set 127.0.0.1 as defaultEndpoint in the ingress of a Sidecar resource.',
  references: [PAGES.requirements],
  versions: 'Istio 1.10 and later',
  modes: ['sidecar', 'ambient'],
  outsideKubernetes: true,
  needs: ['ports'],
  uses: ['sidecars'],
  check: ({pod}, {ports, sidecars}) =>
    ports
      .filter(row => row.verdict === 'loopback only' && !ingressUsesLoopback(row.port, pod, sidecars ?? []))
      .map(row => {
        const services = row.bound.map(({service, port}) => `Service ${service.object.name}:${port.port}`)
        const [socket] = row.sockets
        const where = socket === undefined ? `port ${row.port}` : socketAddress(socket)
        return {
          severity: services.length > 0 ? ('error' as const) : ('warning' as const),
          message: `${socket?.process ?? 'The server'} listens on ${where} only; ${services.join(', ') || `container ${row.declaredBy.join(', ')}`} cannot be reached.`,
          proof: row.sockets.map(({line}) => ({from: 'listening sockets', text: line})),
        }
      }),
})
