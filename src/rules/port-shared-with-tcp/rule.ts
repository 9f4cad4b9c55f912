import {istioProtocol} from '../../analysis/ports/istio-protocol.js'
import {boundPorts} from '../../analysis/ports/service-ports.js'
import type {ServiceEntryModel} from '../../model/istio-traffic.js'
import {defineRule, type Found, PAGES} from '../rule.js'

const HTTP = ['HTTP', 'HTTP2', 'GRPC', 'GRPC-Web']
const TCP = ['TCP', 'MONGO', 'REDIS', 'MYSQL']

/** True when clients in the namespace have the ServiceEntry too (istio.io, ServiceEntry exportTo). */
function seenFrom(namespace: string, {exportTo, object}: ServiceEntryModel): boolean {
  return (
    exportTo.length === 0 || exportTo.includes('*') || exportTo.includes(namespace) || object.namespace === namespace
  )
}

export const rule = defineRule({
  code: 'MCT1406',
  slug: 'port-shared-with-tcp',
  aliases: [],
  severity: 'info',
  title: 'A ServiceEntry takes TCP on the port of an HTTP Service',
  why: 'HTTP Services of one port number share a listener for all addresses. A TCP ServiceEntry without addresses listens there too: what looks like HTTP goes by its host name, everything else to the ServiceEntry, whatever it was meant for; and servers that speak first hang.',
  fix: 'Write addresses in the ServiceEntry, or give it a port number no HTTP Service has; TLS with hosts (protocol: TLS) does not clash.',
  references: [PAGES.protocols, 'https://istio.io/latest/docs/reference/config/networking/service-entry/'],
  modes: ['sidecar'],
  needs: ['services', 'serviceEntries'],
  check: ({pod}, {services, serviceEntries}) =>
    boundPorts(pod, services)
      .filter(({port}) => HTTP.includes(istioProtocol(port)))
      .flatMap(({service, port}) =>
        serviceEntries
          .filter(entry => entry.addresses.length === 0 && seenFrom(pod.object.namespace, entry))
          .flatMap(entry =>
            entry.ports
              .filter(each => each.port === port.port && TCP.includes(each.protocol))
              .map(
                (each): Found => ({
                  message: `ServiceEntry ${entry.object.name} (${entry.hosts.join(', ')}) takes ${each.protocol} on port ${each.port} without an address; Service ${service.object.name} has HTTP on the same number.`,
                  object: entry.object,
                  path: `${each.path}.number`,
                  proof: [
                    {
                      from: `ServiceEntry ${entry.object.name} ${each.path}`,
                      text: `number: ${each.port}, protocol: ${each.protocol}, no addresses`,
                    },
                    {
                      from: `Service ${service.object.name} ${port.path}`,
                      text: `name: ${port.name ?? '(none)'}, port ${port.port}`,
                    },
                  ],
                }),
              ),
          ),
      ),
})
