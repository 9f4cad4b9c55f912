import type {MetricSample} from '../../model/evidence/tool-output.js'

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? ([-+]?(?:\d[\d.]*(?:e[-+]?\d+)?|Inf|NaN))(?: \d+)?$/
/** Metrics of istiod, the agent, ztunnel and of requests (istio.io, "Istio Standard Metrics", "pilot-discovery", "pilot-agent"). */
const MESH = /^(?:pilot|istio|citadel|galley|endpoint|sidecar_injection|istiod|ztunnel|workload_manager)_/

/** Reads the samples of Prometheus' text form that the mesh has. */
export function parseMetrics(text: string): readonly MetricSample[] {
  return text.split('\n').flatMap(line => {
    const [, name = '', labels = '', value = ''] = SAMPLE.exec(line.trim().slice(0, 4000)) ?? []
    if (!MESH.test(name)) return []
    const pairs = [...labels.matchAll(/(?<!\w)([a-zA-Z_]\w{0,200})="((?:[^"\\]|\\.)*)"/g)]
    return [
      {
        name,
        labels: Object.fromEntries(pairs.map(([, key, text]) => [key ?? '', text ?? ''])),
        value: value.endsWith('Inf') ? Number.POSITIVE_INFINITY : Number(value),
      },
    ]
  })
}
