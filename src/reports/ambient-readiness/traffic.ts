import {parseLogLine} from '../../formats/log-line/parse.js'
import type {AccessLogEntry} from '../../model/envoy/log-line.js'
import type {ReadinessItem} from './item.js'

/** What the access log of one sidecar shows. */
export interface ObservedTraffic {
  readonly workload: string
  readonly entries: readonly AccessLogEntry[]
}

/** The entries of an access log. */
export function accessEntries(text: string): readonly AccessLogEntry[] {
  return text.split('\n').flatMap(line => {
    const found = line.includes('"') ? parseLogLine(line) : undefined
    return found?.kind === 'access' ? [found] : []
  })
}

function isHttp({request}: AccessLogEntry): boolean {
  return request !== undefined
}

/** Requests a proxy refused, delayed or answered by itself, by the reason in its log. */
const BY_PROXY: readonly (readonly [what: string, test: (entry: AccessLogEntry) => boolean])[] = [
  ['denied by HTTP policies', entry => isHttp(entry) && (entry.details ?? '').startsWith('rbac_access_denied')],
  ['rate limited', entry => entry.flags.some(flag => ['RL', 'RLSE'].includes(flag))],
  ['delayed or aborted by fault injection', entry => entry.flags.some(flag => ['DI', 'FI'].includes(flag))],
  ['retried until the limit', entry => entry.flags.includes('URX')],
  ['refused for their token', entry => /^jwt_authn_/.test(entry.details ?? '')],
  ['answered by the proxy itself', entry => entry.details === 'direct_response'],
]

/** What was observed that only a waypoint does in ambient mode. */
export function trafficItems(namespace: string, seen: readonly ObservedTraffic[]): readonly ReadinessItem[] {
  const all = seen.flatMap(({entries}) => entries)
  const http = all.filter(isHttp).length
  if (http === 0) return []
  const object = `Namespace ${namespace}`
  const where = `${seen.filter(({entries}) => entries.some(isHttp)).length} workloads`
  const acted = BY_PROXY.flatMap(([what, test]): ReadinessItem[] => {
    const count = all.filter(test).length
    return count === 0
      ? []
      : [
          {
            effect: 'waypoint',
            object,
            field: 'access log',
            message: `${count} of the requests observed were ${what}, which ztunnel cannot do.`,
            fix: 'Create a waypoint before the migration.',
            doc: 'l7',
          },
        ]
  })
  return [
    {
      effect: 'changes',
      object,
      field: 'access log',
      message: `${http} HTTP requests observed in ${where}: without a waypoint, logs, metrics and traces cover connections, not requests.`,
      fix: 'Create a waypoint where request telemetry is needed.',
      doc: 'l7',
    },
    ...acted,
  ]
}
