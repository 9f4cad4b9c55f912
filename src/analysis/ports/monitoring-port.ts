import type {PodModel} from '../../model/kube/pod.js'

const MONITORING =
  /(^|-)(metrics|prom|prometheus|health|healthz|monitor|monitoring|telemetry|pprof|profiling|zpages|debug|jmx)(-|$)/

/** True for a port that only monitoring calls, by pod address: metrics, health and debugging, by name (not `probe`, which the blackbox exporter serves) or by the Prometheus annotation. */
export function isMonitoringPort(pod: PodModel, name: string | undefined, port: number): boolean {
  return MONITORING.test(name ?? '') || pod.annotations['prometheus.io/port'] === String(port)
}
