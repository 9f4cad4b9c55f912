import {at, flagOf, numberOf, objectOf, textOf} from '../../decode.js'
import {type Problem, problemIf} from './problem.js'

const HTTP_COUNTS = [
  'http1MaxPendingRequests',
  'http2MaxRequests',
  'maxRequestsPerConnection',
  'maxRetries',
  'maxConcurrentStreams',
]

/** What istiod's webhook rejects in a connection pool, by the path of it. */
export function connectionPoolProblems(pool: unknown, path: string): readonly Problem[] {
  if (pool === undefined) return []
  const [http, tcp] = [objectOf(pool, 'http'), objectOf(pool, 'tcp')]
  if (http === undefined && tcp === undefined) return [{path, message: 'a connection pool needs http or tcp'}]
  const negative = (value: unknown, where: string, name: string) =>
    problemIf((numberOf(value, name) ?? 0) < 0, `${where}.${name}`, `${name} cannot be negative`)
  const keepAlive = objectOf(http, 'http2KeepAlive')
  return [
    ...HTTP_COUNTS.flatMap(name => negative(http, `${path}.http`, name)),
    ...negative(tcp, `${path}.tcp`, 'maxConnections'),
    ...problemIf(
      textOf(http, 'h2UpgradePolicy') === 'UPGRADE' && flagOf(http, 'useClientProtocol') === true,
      `${path}.http`,
      'h2UpgradePolicy UPGRADE cannot be combined with useClientProtocol',
    ),
    ...['interval', 'timeout'].flatMap(name =>
      problemIf(
        keepAlive !== undefined && at(keepAlive, name) === undefined,
        `${path}.http.http2KeepAlive.${name}`,
        `http2KeepAlive needs ${name}`,
      ),
    ),
  ]
}
