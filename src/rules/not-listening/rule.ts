import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1502',
  slug: 'not-listening',
  aliases: [],
  severity: 'error',
  title: 'Nothing listens where a Service sends traffic',
  why: 'The sidecar accepts connections to every port, so clients do not see a refused connection but 503 with the flags UF or URX.',
  fix: 'Start a server on that port, or correct targetPort; remove the port from the Service if it is not used.',
  references: [PAGES.requirements],
  modes: ['sidecar', 'ambient'],
  needs: ['ports'],
  check: (_workload, {ports}) =>
    ports
      .filter(row => row.verdict === 'nobody listens')
      .flatMap(row =>
        row.bound.map(({service, port}) => ({
          message: `Service ${service.object.name}:${port.port}${port.name === undefined ? '' : ` (${port.name})`} sends traffic to port ${row.port}, where nothing listens.`,
          object: service.object,
          path: `${port.path}.targetPort`,
          proof: [
            {from: port.path, text: `port ${port.port}, targetPort ${port.target}`},
            {
              from: 'listening sockets',
              text: `ports of the pod: ${ports
                .filter(each => each.sockets.length > 0)
                .map(each => `${each.port}/${each.protocol}`)
                .join(', ')}`,
            },
          ],
        })),
      ),
})
