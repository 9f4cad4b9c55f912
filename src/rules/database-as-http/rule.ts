import {istioProtocol} from '../../analysis/ports/istio-protocol.js'
import {boundPorts} from '../../analysis/ports/service-ports.js'
import {defineRule, PAGES} from '../rule.js'

const PORTS: Readonly<Record<number, string>> = {
  3306: 'MySQL',
  5432: 'PostgreSQL',
  27017: 'MongoDB',
  6379: 'Redis',
  5672: 'AMQP',
  9042: 'Cassandra',
}
/** `docker.io/library/mysql:8` is mysql; `prom/mysqld-exporter` is not. */
function imageName(image: string): string {
  return (image.split('/').at(-1) ?? '').replace(/[:@].*$/, '')
}

const HTTP = ['HTTP', 'HTTP2', 'GRPC', 'GRPC-Web']

export const rule = defineRule({
  code: 'MCT1404',
  slug: 'database-as-http',
  aliases: [],
  severity: 'error',
  title: 'Database port is declared as HTTP',
  why: 'The proxy parses the traffic as HTTP and answers it with an error: the connection fails.',
  fix: 'Name the port tcp-… (or mysql-, mongo-, redis- for those).',
  references: [PAGES.protocols],
  modes: ['sidecar', 'ambient'],
  needs: ['services'],
  parameters: {
    images: {
      type: 'words',
      default: [
        'mysql',
        'mariadb',
        'postgres',
        'postgresql',
        'mongo',
        'mongodb',
        'redis',
        'valkey',
        'cassandra',
        'memcached',
      ],
      about: 'image names, without registry and tag, that never serve HTTP on the ports they declare',
    },
  },
  check: ({pod}, {services}, {images}) =>
    boundPorts(pod, services).flatMap(({service, port, target, container}) => {
      const database = PORTS[target ?? -1] ?? PORTS[port.port]
      const image = pod.containers.find(({name}) => name === container)?.image ?? ''
      const known = images.includes(imageName(image))
      if ((database === undefined && !known) || !HTTP.includes(istioProtocol(port))) return []
      const where = database === undefined ? `a container of image ${image}` : `the default port of ${database}`
      return [
        {
          // An image name is weaker evidence than a well-known port.
          severity: database === undefined ? 'warning' : 'error',
          message: `Service ${service.object.name}:${port.port} targets ${where}, but is declared as ${istioProtocol(port)}.`,
          object: service.object,
          path: `${port.path}.name`,
          proof: [
            {from: port.path, text: `name: ${port.name ?? '(none)'}, port ${port.port}, targetPort ${port.target}`},
          ],
        },
      ]
    }),
})
