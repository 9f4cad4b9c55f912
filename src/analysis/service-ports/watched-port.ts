import type {PodModel} from '../../model/pod.js'

const METRICS = /(^|-)(metrics|prom|prometheus|health|healthz|probe|probes)(-|$)/

/** True for a port that only whoever watches the pod calls, by its address: metrics and health, by its name or by the annotation for Prometheus. */
export function isWatchedPort(pod: PodModel, name: string | undefined, port: number): boolean {
  return METRICS.test(name ?? '') || pod.annotations['prometheus.io/port'] === String(port)
}
