import type {ProxySpan} from '../../model/evidence/tool-output.js'
import {at, isObject, listOf, numberOf, textOf} from '../decode.js'
import {jsonBlocks} from '../pasted/json-blocks.js'

type Tags = Readonly<Record<string, string>>

/** Tags as Jaeger writes them (a list of key and value) or as Zipkin does (an object). */
function tagsOf(span: unknown): Tags {
  const list = listOf(span, 'tags')
  const pairs =
    list.length > 0
      ? list.map(tag => [textOf(tag, 'key') ?? '', String(at(tag, 'value') ?? '')] as const)
      : Object.entries(at(span, 'tags') ?? {}).map(([key, value]) => [key, String(value)] as const)
  return Object.fromEntries(pairs)
}

function spanOf(span: unknown, service: string): readonly ProxySpan[] {
  const tags = tagsOf(span)
  if (tags.response_flags === undefined && tags.upstream_cluster === undefined) return []
  return [
    {
      service,
      operation: textOf(span, 'operationName') ?? textOf(span, 'name') ?? '',
      milliseconds: Math.round((numberOf(span, 'duration') ?? 0) / 1000),
      status: tags['http.status_code'] ?? tags['grpc.status_code'] ?? '',
      flags: (tags.response_flags ?? '-').split(',').filter(flag => flag !== '-' && flag !== ''),
      cluster: tags.upstream_cluster ?? '',
    },
  ]
}

function spansIn(value: unknown): readonly ProxySpan[] {
  if (Array.isArray(value)) return value.flatMap(spansIn)
  if (!isObject(value)) return []
  if (typeof value.traceId === 'string' && isObject(value.tags))
    return spanOf(value, textOf(value, 'localEndpoint', 'serviceName') ?? '')
  const spans = listOf(value, 'spans')
  if (spans.length === 0) return listOf(value, 'data').flatMap(spansIn)
  return spans.flatMap(span =>
    spanOf(span, textOf(value, 'processes', textOf(span, 'processID') ?? '', 'serviceName') ?? ''),
  )
}

/** Reads the spans that Envoy reported in a trace of Jaeger (/api/traces) or Zipkin (/api/v2/trace), durations in microseconds; empty for other texts. */
export function parseSpans(text: string): readonly ProxySpan[] {
  if (!/"response_flags"|"upstream_cluster"/.test(text)) return []
  return jsonBlocks(text).flatMap(({value}) => spansIn(value))
}
