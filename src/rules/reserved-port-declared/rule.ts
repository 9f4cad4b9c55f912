import {reservedPorts} from '../../analysis/pod-mode/pod-mode.js'
import {isHttpLike, istioProtocol} from '../../analysis/ports/istio-protocol.js'
import {boundPorts, declaredPorts} from '../../analysis/ports/service-ports.js'
import {HBONE_PORT, type ReservedPort} from '../../model/istio/reserved-ports.js'
import type {ServiceModel, ServicePort} from '../../model/kube/kube-service.js'
import {EXTRA_PORTS, extraPorts} from '../reserved-ports.js'
import {defineRule, type Found, PAGES} from '../rule.js'

function reservation({port, purpose}: ReservedPort): string {
  return `${port} is reserved for ${purpose}`
}

/** Ports every sidecar listens on at all addresses: istiod creates no outbound HTTP listener for them. */
const AT_CLIENTS = [15001, 15006, 15021, 15090]

function hiddenAtClients(port: ServicePort): boolean {
  const protocol = istioProtocol(port)
  return AT_CLIENTS.includes(port.port) && port.protocol === 'TCP' && (isHttpLike(protocol) || protocol === 'unknown')
}

function hidden({object}: ServiceModel, port: ServicePort): Found {
  return {
    severity: 'warning',
    message: `Service ${object.name} uses port ${port.port}, on which every sidecar listens: clients in the mesh have no route to it.`,
    object,
    path: `${port.path}.port`,
    proof: [{from: port.path, text: `name ${port.name ?? '(none)'}, port ${port.port}, targetPort ${port.target}`}],
    fix: 'Use another port number in the Service.',
  }
}

/** The HBONE listener of sidecars that speak it is on 0.0.0.0:15008, where istiod puts that of an HTTP port of this number as well. */
function clashesWithHbone(port: ServicePort): boolean {
  const protocol = istioProtocol(port)
  return port.port === HBONE_PORT && port.protocol === 'TCP' && (isHttpLike(protocol) || protocol === 'unknown')
}

function clash({object}: ServiceModel, port: ServicePort): Found {
  return {
    severity: 'warning',
    message: `Service ${object.name} uses port ${HBONE_PORT} for HTTP: sidecars that speak HBONE reject their HBONE listener (duplicate address 0.0.0.0:${HBONE_PORT}).`,
    object,
    path: `${port.path}.port`,
    proof: [{from: port.path, text: `name ${port.name ?? '(none)'}, port ${port.port}, targetPort ${port.target}`}],
    fix: 'Use another port number in the Service, or declare its protocol as tcp.',
  }
}

export const rule = defineRule({
  code: 'MCT1105',
  slug: 'reserved-port-declared',
  aliases: [],
  severity: 'error',
  title: 'Application port is reserved for Istio',
  why: "Envoy, the agent or another process already listens on the port: one of the two cannot start, or connections for the application end at Istio's own listener.",
  fix: 'Move the application to another port, and set the targetPort of the Service to it.',
  references: [PAGES.requirements],
  modes: ['sidecar', 'ambient'],
  machines: true,
  outsideKubernetes: true,
  needs: [],
  needsToPass: ['services'],
  parameters: {extra: EXTRA_PORTS},
  check: ({pod, mode}, {services = []}, {extra}) => {
    const reserved = [...reservedPorts(mode, pod), ...extraPorts(extra)]
    const holder = (port: number | undefined, protocol: string) =>
      reserved.find(each => each.port === port && each.protocols.some(name => name === protocol.toLowerCase()))
    const found: Found[] = []
    for (const port of declaredPorts(pod)) {
      const taken = holder(port.port, port.protocol)
      if (taken === undefined) continue
      const path = `${pod.specPath}.${port.path}`
      found.push({
        severity: taken.soft === true ? 'warning' : 'error',
        message: `Container ${port.container} declares port ${port.port}/${port.protocol}: ${reservation(taken)}.`,
        path,
        proof: [{from: path, text: `containerPort: ${port.port}`}],
      })
    }
    for (const {service, port, target} of boundPorts(pod, services)) {
      const taken = holder(target, port.protocol)
      if (taken === undefined) {
        if (mode === 'sidecar' && hiddenAtClients(port)) found.push(hidden(service, port))
        if (clashesWithHbone(port)) found.push(clash(service, port))
        continue
      }
      found.push({
        severity: taken.soft === true ? 'warning' : 'error',
        message: `Service ${service.object.name}:${port.port} targets port ${target} of the pod: ${reservation(taken)}.`,
        object: service.object,
        path: `${port.path}.targetPort`,
        proof: [{from: port.path, text: `name ${port.name ?? '(none)'}, port ${port.port}, targetPort ${port.target}`}],
      })
    }
    return found
  },
})
