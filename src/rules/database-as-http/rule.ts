import {appProtocolOf, IMAGES_WITHOUT_HTTP, imageName} from '../../analysis/ports/app-protocol-of.js'
import {istioProtocol} from '../../analysis/ports/istio-protocol.js'
import {boundPorts} from '../../analysis/ports/service-ports.js'
import {defineRule, PAGES} from '../rule.js'

const HTTP = ['HTTP', 'HTTP2', 'GRPC', 'GRPC-Web']

export const rule = defineRule({
  code: 'MCT1404',
  slug: 'database-as-http',
  aliases: [],
  severity: 'error',
  title: 'Port of another protocol is declared as HTTP',
  why: 'The proxy parses the traffic as HTTP and answers it with an error: the connection fails.',
  fix: 'Name the Service port tcp-… (or mysql-, mongo-, redis- for those), or set appProtocol: tcp.',
  references: [PAGES.protocols],
  modes: ['sidecar', 'ambient'],
  machines: true,
  needs: ['services'],
  parameters: {
    images: {
      type: 'words',
      default: IMAGES_WITHOUT_HTTP,
      about: 'image names, without registry and tag, that never serve HTTP on the ports they declare',
    },
  },
  check: ({pod}, {services}, {images}) =>
    boundPorts(pod, services).flatMap(({service, port, target, container}) => {
      const held = pod.containers.find(({name}) => name === container)
      const image = held?.image ?? ''
      const names = [
        port.name ?? '',
        ...(held?.ports ?? []).filter(each => each.port === target).map(({name = ''}) => name),
      ]
      const protocol =
        appProtocolOf({port: target ?? -1, image, names}) ?? appProtocolOf({port: port.port, image: '', names: []})
      const known = images.includes(imageName(image))
      if ((protocol === undefined && !known) || !HTTP.includes(istioProtocol(port))) return []
      const where =
        protocol === undefined
          ? `a container of image ${image}`
          : `port ${target ?? port.port} (${protocol.name}, which is not HTTP)`
      return [
        {
          // An image name is weaker evidence than a well-known port.
          severity: protocol === undefined ? 'warning' : 'error',
          message: `Service ${service.object.name}:${port.port} targets ${where}, but is declared as ${istioProtocol(port)}.`,
          object: service.object,
          path: `${port.path}.name`,
          proof: [
            ...(protocol === undefined
              ? []
              : [{from: 'well-known ports', text: `${protocol.name}: ${protocol.source}`}]),
            {from: port.path, text: `name: ${port.name ?? '(none)'}, port ${port.port}, targetPort ${port.target}`},
          ],
        },
      ]
    }),
})
