import type {MonitorCounters} from './monitor.js'

interface Metric {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
  readonly value: (counters: MonitorCounters) => number
}

/** What a monitor says of itself (Prometheus, "Metric and label naming": counters end in _total, times are seconds). */
const OWN: readonly Metric[] = [
  {name: 'meshctl_monitor_pods', type: 'gauge', help: 'Pods watched.', value: ({pods}) => pods},
  {
    name: 'meshctl_monitor_events_total',
    type: 'counter',
    help: 'Events received by watches.',
    value: ({events}) => events,
  },
  {name: 'meshctl_monitor_rounds_total', type: 'counter', help: 'Rounds of checks.', value: ({rounds}) => rounds},
  {
    name: 'meshctl_monitor_pod_checks_total',
    type: 'counter',
    help: 'Checks of a pod, all rules together.',
    value: ({podChecks}) => podChecks,
  },
  {
    name: 'meshctl_monitor_watches_lost_total',
    type: 'counter',
    help: 'Watches that were lost and opened again.',
    value: ({watchesLost}) => watchesLost,
  },
  {
    name: 'meshctl_monitor_last_round_timestamp_seconds',
    type: 'gauge',
    help: 'When the last round ended.',
    value: ({lastRoundAt}) => (lastRoundAt?.getTime() ?? 0) / 1000,
  },
]

/** The counters of a monitor as Prometheus text (exposition format 0.0.4). */
export function counterText(counters: MonitorCounters): string {
  return OWN.map(
    ({name, type, help, value}) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value(counters)}\n`,
  ).join('')
}
