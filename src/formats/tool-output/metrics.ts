import type {MetricSample} from '../../model/evidence/tool-output.js'
import {listOf, textMapOf} from '../decode.js'
import {jsonBlocks} from '../pasted/json-blocks.js'

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? ([-+]?(?:\d[\d.]*(?:e[-+]?\d+)?|Inf|NaN))(?: \d+)?$/
/** Metrics of istiod, the agent, ztunnel and of requests (istio.io, "Istio Standard Metrics", "pilot-discovery", "pilot-agent"). */
const MESH = /^(?:pilot|istio|citadel|galley|endpoint|sidecar_injection|istiod|ztunnel|workload_manager)_/

/** Sums and rates have no name (prometheus.io, "Operators": aggregation drops it): those of requests have Istio's labels. */
function isSumOfRequests({response_code: code, ...labels}: MetricSample['labels']): boolean {
  return (
    code !== undefined &&
    Object.keys(labels).some(label =>
      /^(?:source|destination)_(?:workload|service|app|canonical|principal)/.test(label),
    )
  )
}

/** True for series of the mesh: by their name, or those of exporters that write a proxy's sync states as labels. */
function isOfMesh({name, labels}: MetricSample): boolean {
  if (name === '') return labels.response_flags !== undefined || isSumOfRequests(labels)
  return MESH.test(name) || (labels.cds !== undefined && labels.lds !== undefined)
}

function sampleValue(text: string): number {
  return text.endsWith('Inf') ? Number.POSITIVE_INFINITY : Number(text)
}

function inLines(text: string): readonly MetricSample[] {
  return text.split('\n').flatMap(line => {
    const [, name = '', labels = '', value = ''] = SAMPLE.exec(line.trim().slice(0, 4000)) ?? []
    if (name === '') return []
    const pairs = [...labels.matchAll(/(?<!\w)([a-zA-Z_]\w{0,200})="((?:[^"\\]|\\.)*)"/g)]
    const byName = Object.fromEntries(pairs.map(([, key, text]) => [key ?? '', text ?? '']))
    return [{name, labels: byName, value: sampleValue(value)}]
  })
}

/** Answers of Prometheus' HTTP API (prometheus.io, "HTTP API"): an instant vector, or the last sample of each series of a range. */
function inAnswers(text: string): readonly MetricSample[] {
  if (!text.includes('"resultType"')) return []
  return jsonBlocks(text).flatMap(({value}) =>
    listOf(value, 'data', 'result').flatMap(series => {
      const {__name__: name = '', ...labels} = textMapOf(series, 'metric')
      const [, sample] =
        [listOf(series, 'value'), listOf(series, 'values').at(-1)]
          .flatMap(each => (Array.isArray(each) && each.length === 2 ? [each] : []))
          .at(0) ?? []
      return typeof sample !== 'string' ? [] : [{name, labels, value: sampleValue(sample)}]
    }),
  )
}

/** Reads the samples of the mesh in Prometheus' text form or in an answer of its HTTP API. */
export function parseMetrics(text: string): readonly MetricSample[] {
  return [...inLines(text), ...inAnswers(text)].filter(isOfMesh)
}
