import {istioProtocol} from '../../analysis/ports/istio-protocol.js'
import {boundPorts} from '../../analysis/ports/service-ports.js'
import {clientTls} from '../../analysis/traffic-policy/client-tls.js'
import type {Severity} from '../../model/finding.js'
import {appContainers, type PodModel} from '../../model/kube/pod.js'
import {defineRule, type Found, PAGES} from '../rule.js'

const HTTP = ['HTTP', 'HTTP2', 'GRPC', 'GRPC-Web']
const TLS = ['HTTPS', 'TLS']
const TLS_PORTS = [443, 8443]
const PROBES = ['liveness', 'readiness', 'startup']

/** The scheme of the probes of a port, as they were before injection: the best evidence of what the application serves. */
function probed(pod: PodModel, port: number): 'HTTP' | 'HTTPS' | undefined {
  const written = appContainers(pod).flatMap(({probes, ports}) =>
    probes
      .filter(({kind, host}) => PROBES.includes(kind) && host === undefined)
      .map(probe => ({
        scheme: probe.scheme,
        port: typeof probe.port === 'string' ? ports.find(({name}) => name === probe.port)?.port : probe.port,
      })),
  )
  const found = [...pod.rewrittenProbes, ...written].filter(each => each.port === port && each.scheme !== undefined)
  return found.some(({scheme}) => scheme === 'HTTPS') ? 'HTTPS' : found[0]?.scheme
}

export const rule = defineRule({
  code: 'MCT1405',
  slug: 'http-port-carries-tls',
  aliases: [],
  severity: 'info',
  title: 'Declared protocol and TLS of a port disagree',
  why: 'On a port declared as HTTP the sidecar answers TLS from the client with 400 (http/1.1 protocol error); on a port declared as HTTPS it passes bytes through, without routes, retries and request metrics.',
  fix: 'Name the port https-… (or appProtocol: https) where the application terminates TLS itself, http-… where it does not. To let the sidecar originate TLS, keep http and set tls.mode: SIMPLE in a DestinationRule.',
  references: [PAGES.protocols, 'https://istio.io/latest/docs/tasks/traffic-management/egress/egress-tls-origination/'],
  modes: ['sidecar'],
  machines: true,
  needs: ['services'],
  uses: ['destinationRules', 'mesh'],
  check: ({pod}, {services, destinationRules, mesh}) =>
    boundPorts(pod, services).flatMap(({service, port, target}): Found[] => {
      if (target === undefined || port.protocol !== 'TCP') return []
      const declared = istioProtocol(port)
      const spoken = probed(pod, target)
      const known = destinationRules !== undefined && mesh !== undefined
      const originated = known
        ? clientTls(service, port.port, destinationRules, mesh.rootNamespace, mesh.clusterDomain)
        : []
      if (originated.some(({mode}) => mode === 'SIMPLE' || mode === 'MUTUAL')) return []
      const found = (severity: Severity, problem: string, why: string): Found => ({
        severity,
        message: `Service ${service.object.name}:${port.port} is declared as ${declared}, ${problem}.`,
        object: service.object,
        path: `${port.path}.${port.appProtocol === undefined ? 'name' : 'appProtocol'}`,
        proof: [
          {from: port.path, text: `name: ${port.name ?? '(none)'}, port ${port.port}, targetPort ${port.target}`},
          {from: 'probes of the pod', text: why},
        ],
      })
      if (HTTP.includes(declared)) {
        if (spoken === 'HTTPS')
          return [
            found(
              known ? 'warning' : 'info',
              `but the kubelet probes port ${target} with HTTPS`,
              `scheme: HTTPS, port: ${target}`,
            ),
          ]
        if (spoken === undefined && (TLS_PORTS.includes(port.port) || TLS_PORTS.includes(target)))
          return [found('info', 'on the well-known port of HTTPS', 'none with HTTP for that port')]
        return []
      }
      if (!TLS.includes(declared) || spoken !== 'HTTP') return []
      return [found('info', `but the kubelet probes port ${target} with plain HTTP`, `scheme: HTTP, port: ${target}`)]
    }),
})
