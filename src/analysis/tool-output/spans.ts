import {definedFields} from '../../model/collections/defined-fields.js'
import type {ProxySpan} from '../../model/evidence/tool-output.js'
import {explainLine} from '../log-explanation/explain.js'
import {grouped} from './grouped.js'

function sentence({service, operation, milliseconds, status, flags, cluster}: ProxySpan): readonly string[] {
  if (flags.length === 0 && !/^[45]|^0$/.test(status)) return []
  const explained = explainLine({
    kind: 'access',
    form: 'text',
    tcp: false,
    code: status,
    flags,
    duration: milliseconds,
    ...definedFields({cluster: cluster === '' ? undefined : cluster}),
  })
  const side = explained === undefined ? '' : ` ${explained.writer}: ${explained.means}`
  return [
    `span of ${service || 'a proxy'} (${operation}): ${status} ${flags.join(',')} after ${milliseconds} ms.${side}`,
  ]
}

/** What the spans of proxies say of failed requests, with the side that reported each. */
export function spanFindings(spans: readonly ProxySpan[]): readonly string[] {
  const found = spans.flatMap(sentence)
  return found.length === 0 ? [`none of ${spans.length} spans of proxies failed`] : grouped(found, 'spans')
}
