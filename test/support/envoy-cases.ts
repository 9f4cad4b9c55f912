import {field, listOf, textOf} from '../../src/formats/decode.js'
import type {TraceCaseResult} from '../../src/reports/trace/cases-report.js'

/** Fields that are compared, by the names of an answer. */
export const COMPARED = [
  'listener',
  'filter_chain',
  'route',
  'vhost',
  'cluster',
  'status',
  'flags',
  'details',
  'termination_details',
  'location',
  'upstream_path',
  'upstream_host',
  'remote_ip',
] as const

function observedField(observed: unknown, name: string): unknown {
  if (name === 'upstream_path') return field(field(observed, 'upstream'), 'path') ?? null
  if (name === 'upstream_host') return field(field(observed, 'upstream'), 'host') ?? null
  return field(observed, name) ?? null
}

function sorted(value: unknown): string {
  return JSON.stringify(Array.isArray(value) ? [...value].sort() : [value])
}

/** Wording behind a bar holds addresses and the TLS library's phrases: only what precedes it is compared. */
function sameDetails(is: unknown, was: unknown): boolean {
  if (typeof is !== 'string' || typeof was !== 'string' || !was.includes('|')) return is === was
  return is.split('|')[0]?.replace(/\}$/, '') === was.split('|')[0]
}

function same(name: string, is: unknown, observed: unknown): boolean {
  const was = observedField(observed, name)
  if (name === 'cluster' && listOf(observed, 'possible_clusters').length > 0) {
    const possible = listOf(observed, 'possible_clusters')
    return possible.includes(is) || sorted(is) === sorted(possible)
  }
  if (name === 'flags') return sorted(is) === sorted(was ?? [])
  if (name === 'vhost' && textOf(observed, 'route') === undefined) return true
  if (name === 'details' || name === 'termination_details') return sameDetails(is, was)
  return is === was
}

/** Where an answer differs from what Envoy did; nothing for one that is undecided. */
export function differences(answer: TraceCaseResult, observed: unknown): readonly string[] {
  if ('unknown' in answer) return []
  return COMPARED.filter(name => !same(name, answer[name], observed)).map(
    name =>
      `${answer.id} ${name}: ${JSON.stringify(answer[name])}, Envoy ${JSON.stringify(observedField(observed, name))}`,
  )
}
