import type {SidecarModel} from '../../model/istio-traffic.js'
import type {PodModel} from '../../model/pod.js'
import {matchesLabels, requirementsOf} from '../../model/selector.js'
import {socketAddress} from '../../model/socket.js'
import {defineRule, PAGES} from '../rule.js'

/** True when a Sidecar object of the pod makes the proxy connect to the loopback for that port. */
function ledThere(port: number, pod: PodModel, sidecars: readonly SidecarModel[]): boolean {
  return sidecars
    .filter(
      ({object, selector}) =>
        object.namespace === pod.object.namespace && matchesLabels(requirementsOf(selector ?? {}), pod.labels),
    )
    .some(({ingress}) =>
      ingress.some(
        ({endpoint}) => /^(127\.\d+\.\d+\.\d+|\[::1\]):\d+$/.test(endpoint) && endpoint.endsWith(`:${port}`),
      ),
    )
}

export const rule = defineRule({
  code: 'MCT1501',
  slug: 'loopback-listener',
  aliases: ['IST0143'],
  severity: 'error',
  title: 'The server listens on the loopback only',
  why: "Since Istio 1.10 the sidecar connects to the pod's own address, as a client without a mesh would: a server on 127.0.0.1 refuses it, and clients get 503.",
  fix: 'Listen on 0.0.0.0 or [::], or name 127.0.0.1 as defaultEndpoint in the ingress of a Sidecar resource.',
  references: [PAGES.requirements],
  versions: 'Istio 1.10 and later',
  modes: ['sidecar', 'ambient'],
  needs: ['ports'],
  uses: ['sidecars'],
  check: ({pod}, {ports, sidecars}) =>
    ports
      .filter(row => row.verdict === 'loopback only' && !ledThere(row.port, pod, sidecars ?? []))
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
