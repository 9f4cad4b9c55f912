import {own} from '../../model/collections/own.js'
import type {StatusCount} from '../../model/evidence/tool-output.js'

const MEANS: Readonly<Record<string, string>> = {
  '503':
    'Envoy answers so for a circuit breaker (UO: connectionPool of the DestinationRule), for no healthy endpoint (UH) and for connections that fail (UF, UC): the response flags in the access log tell which',
  '504': 'a timeout of the route or the server (UT): meshctl explain UT',
  '429': 'a rate limit (RL, local_rate_limited)',
  '403': 'an AuthorizationPolicy or the application denied them',
  '404': 'no route (NR) or the application',
  '-1': 'no answer: the connection failed or was reset',
}

/** What share of the answers failed, and what in a mesh does so. */
export function loadFindings(counts: readonly StatusCount[]): readonly string[] {
  const all = counts.reduce((sum, {count}) => sum + count, 0)
  const failed = counts.filter(({status, count}) => count > 0 && !/^[123]\d\d$/.test(status))
  if (failed.length === 0) return [`all ${all} answers were successes`]
  return failed.map(
    ({status, count}) =>
      `${status}: ${count} of ${all} answers (${((100 * count) / all).toFixed(1)} %)${own(MEANS, status) === undefined ? '' : `; ${own(MEANS, status)}`}`,
  )
}
