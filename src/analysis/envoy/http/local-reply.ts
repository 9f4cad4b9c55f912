import type {AccessLogFilter} from '../../../model/envoy/access-log-filter.js'
import {headerMatches} from '../matching/headers.js'
import {runtimeValue} from '../matching/percent.js'
import {allOf, anyOf, known, undecided} from '../undecided.js'
import type {EnvoyReply, HttpState} from './state.js'

// Local reply modification: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/local_reply

/** The reply a mapper looks at, with the status it has before. */
interface Subject {
  readonly state: HttpState
  readonly status: number
  readonly flags: readonly string[]
}

const COMPARES: ReadonlyMap<string, (status: number, value: number) => boolean> = new Map([
  ['EQ', (status, value) => status === value],
  ['GE', (status, value) => status >= value],
  ['LE', (status, value) => status <= value],
  ['NE', (status, value) => status !== value],
])

function statusFits(filter: NonNullable<AccessLogFilter['statusCodeFilter']>, {state, status}: Subject): boolean {
  const comparison = known(filter, 'a status filter').comparison
  const {op = 'EQ', value} = known(
    comparison ?? undecided('a status filter without comparison', filter.at),
    'a comparison',
  )
  const {defaultValue = 0, runtimeKey} = known(value ?? undecided('a comparison without value', filter.at), 'a value')
  const set = runtimeValue(state.proxy, runtimeKey, filter.at)
  const compare = COMPARES.get(op) ?? undecided(`comparison ${op}`, filter.at)
  return compare(status, typeof set === 'number' ? set : defaultValue)
}

function fits(filter: AccessLogFilter, subject: Subject): boolean {
  const {statusCodeFilter, headerFilter, responseFlagFilter, andFilter, orFilter} = known(
    filter,
    'a filter of local replies',
  )
  if (statusCodeFilter !== undefined) return statusFits(statusCodeFilter, subject)
  if (headerFilter?.header !== undefined) return headerMatches(headerFilter.header, subject.state.headers)
  if (responseFlagFilter !== undefined) {
    const {flags} = known(responseFlagFilter, 'a filter by response flags')
    return flags.length === 0 ? subject.flags.length > 0 : flags.some(each => subject.flags.includes(each))
  }
  if (andFilter !== undefined) return allOf(andFilter.filters, each => fits(each, subject))
  if (orFilter !== undefined) return anyOf(orFilter.filters, each => fits(each, subject))
  // Only the health check filter marks a request as one.
  if (filter.notHealthCheckFilter) return true
  return undecided('a filter of local replies of an unknown kind', filter.at)
}

/** The reply of Envoy itself with the status of the first mapper that fits it; what an upstream answers stays as it is. */
export function withLocalReply(state: HttpState, answer: EnvoyReply): EnvoyReply {
  const {localReplyConfig, at} = state.manager
  const mappers = localReplyConfig?.mappers ?? []
  if (answer.by === 'upstream' || answer.status === null || mappers.every(each => each.statusCode === undefined))
    return answer
  if (answer.by === 'codec') return undecided('a local_reply_config that sets status codes of malformed requests', at)
  const subject = {state, status: answer.status, flags: answer.flags}
  const mapper = mappers.find(({filter}) => filter !== undefined && fits(filter, subject))
  return mapper?.statusCode === undefined ? answer : {...answer, status: mapper.statusCode}
}
