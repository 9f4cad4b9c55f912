import {defineRule, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1502',
  slug: 'not-listening',
  aliases: [],
  severity: 'error',
  title: 'Nothing listens on the port a Service targets',
  why: 'The sidecar accepts connections to every port, so clients see 503 (UF or URX) instead of "connection refused".',
  fix: 'Start a server on that port, or fix targetPort; remove the port from the Service if it is not used.',
  references: [PAGES.requirements],
  modes: ['sidecar', 'ambient'],
  needs: ['ports'],
  check: (_workload, {ports}) =>
    ports
      .filter(row => row.verdict === 'not listening')
      .flatMap(row =>
        row.bound.map(({service, port}) => ({
          message: `Service ${service.object.name}:${port.port}${port.name === undefined ? '' : ` (${port.name})`} targets port ${row.port}, where nothing listens.`,
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
