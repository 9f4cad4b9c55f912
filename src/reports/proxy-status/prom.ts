import type {SyncState} from '../../model/istio/sync-state.js'
import {SYNC_STATES} from '../../model/istio/sync-state.js'
import type {ProxyStatusReport} from './report.js'

/** A label value in the Prometheus text format: backslash, quote and newline escaped (exposition_formats.md). */
function value(text: string): string {
  return `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`
}

function sample(name: string, labels: Readonly<Record<string, string>>, number: number): string {
  const inner = Object.entries(labels).map(([key, text]) => `${key}=${value(text)}`)
  return `${name}{${inner.join(',')}} ${number}`
}

function family(name: string, help: string, samples: readonly string[]): readonly string[] {
  return samples.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...new Set(samples)]
}

/** The states as Prometheus metrics: one series per proxy and type that is not in sync or was sent, counts per state, and problems. */
export function promText(report: ProxyStatusReport): string {
  const connected = report.rows.flatMap(({proxy, istiod}) =>
    proxy === undefined ? [] : [{proxy, istiod: istiod ?? ''}],
  )
  const all = connected.flatMap(({proxy}) => proxy.types)
  const types = [...new Set(all.map(each => each.type))]
  const count = (type: string, state: SyncState) =>
    all.filter(each => each.type === type && each.state === state).length
  const lines = [
    ...family(
      'meshctl_proxy_types',
      'Number of proxies by xDS type and sync state.',
      types.flatMap(type =>
        SYNC_STATES.filter(state => state !== 'IGNORED').map(state =>
          sample('meshctl_proxy_types', {type, state}, count(type, state)),
        ),
      ),
    ),
    ...family(
      'meshctl_proxy_last_push_seconds',
      'Seconds since istiod last sent this type to the proxy.',
      connected.flatMap(({proxy, istiod}) =>
        proxy.types.flatMap(({type, state, sentAt}) =>
          sentAt === undefined
            ? []
            : [
                sample(
                  'meshctl_proxy_last_push_seconds',
                  {proxy: proxy.id, istiod, type, state},
                  Math.max(0, report.at.getTime() - Date.parse(sentAt)) / 1000,
                ),
              ],
        ),
      ),
    ),
    ...family(
      'meshctl_proxy_problem',
      '1 for each sync problem of a proxy.',
      [...report.rows.flatMap(row => row.problems), ...report.outside].map(({proxy, kind, types: of}) =>
        sample('meshctl_proxy_problem', {proxy, problem: kind, types: of.join(',')}, 1),
      ),
    ),
    ...family(
      'meshctl_istiod_answered',
      '1 if this istiod answered.',
      report.istiods.map(({pod, silent}) =>
        sample('meshctl_istiod_answered', {istiod: pod.name}, silent === undefined ? 1 : 0),
      ),
    ),
  ]
  return `${lines.join('\n')}\n`
}
