import type {PodModel} from '../../model/pod.js'

const WATCHED =
  /(^|-)(metrics|prom|prometheus|health|healthz|monitor|monitoring|telemetry|pprof|profiling|zpages|debug|jmx)(-|$)/

/** True for a port that only whoever watches the pod calls, by its address: metrics, health and debugging, by its name (a Service port called `probe` alone is what the blackbox exporter serves) or by the annotation for Prometheus. */
export function isWatchedPort(pod: PodModel, name: string | undefined, port: number): boolean {
  return WATCHED.test(name ?? '') || pod.annotations['prometheus.io/port'] === String(port)
}
