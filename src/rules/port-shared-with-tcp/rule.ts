import {istioProtocol} from '../../analysis/ports/istio-protocol.js'
import {boundPorts} from '../../analysis/ports/service-ports.js'
import type {ServiceEntryModel} from '../../model/istio/istio-traffic.js'
import {defineRule, type Found, PAGES} from '../rule.js'

const HTTP = ['HTTP', 'HTTP2', 'GRPC', 'GRPC-Web']
const TCP = ['TCP', 'MONGO', 'REDIS', 'MYSQL']

/** True when the ServiceEntry is visible in the namespace (istio.io, ServiceEntry exportTo). */
function isVisibleFrom(namespace: string, {exportTo, object}: ServiceEntryModel): boolean {
  return (
    exportTo.length === 0 || exportTo.includes('*') || exportTo.includes(namespace) || object.namespace === namespace
  )
}

export const rule = defineRule({
  code: 'MCT1406',
  slug: 'port-shared-with-tcp',
  aliases: [],
  severity: 'info',
  title: 'TCP ServiceEntry shares an HTTP Service port',
  why: 'HTTP Services with one port number share a listener; a TCP ServiceEntry without addresses joins it, so traffic detected as HTTP is routed by host name, all other traffic goes to the ServiceEntry, and servers that speak first hang.',
  fix: 'Set addresses in the ServiceEntry, or give it a port number no HTTP Service uses; TLS with hosts (protocol: TLS) does not conflict.',
  references: [PAGES.protocols, 'https://istio.io/latest/docs/reference/config/networking/service-entry/'],
  modes: ['sidecar'],
  machines: true,
  needs: ['services', 'serviceEntries'],
  check: ({pod}, {services, serviceEntries}) =>
    boundPorts(pod, services)
      .filter(({port}) => HTTP.includes(istioProtocol(port)))
      .flatMap(({service, port}) =>
        serviceEntries
          .filter(entry => entry.addresses.length === 0 && isVisibleFrom(pod.object.namespace, entry))
          .flatMap(entry =>
            entry.ports
              .filter(each => each.port === port.port && TCP.includes(each.protocol))
              .map(
                (each): Found => ({
                  message: `ServiceEntry ${entry.object.name} (${entry.hosts.join(', ')}) uses ${each.protocol} on port ${each.port} without addresses; Service ${service.object.name} uses HTTP on the same port number.`,
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
