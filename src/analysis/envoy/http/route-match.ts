import type {RouteMatch} from '../../../model/envoy/route.js'
import {cookieMatches} from '../matching/cookies.js'
import {filterStateMatches} from '../matching/filter-state.js'
import {headerMatches, headerValue} from '../matching/headers.js'
import {templateMatches} from '../matching/path-template.js'
import {fractionApplies} from '../matching/percent.js'
import {pathOnly, queryMatches} from '../matching/query.js'
import {fullMatch} from '../matching/regex.js'
import {asciiLower} from '../matching/strings.js'
import {metadataMatches} from '../matching/values.js'
import {allOf, known, undecided} from '../undecided.js'
import type {HttpState} from './state.js'

// Route match: https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-routematch

/** The properties of a request that a route match reads. */
export type MatchSubject = Pick<HttpState, 'proxy' | 'headers' | 'connection' | 'metadata' | 'filterState'> & {
  /** Routes of some tables do not look at the parameters of path segments. */
  readonly ignoresPathParameters?: boolean
}

/** A match condition by its field name, to report near misses. */
interface Condition {
  readonly name: string
  readonly holds: (subject: MatchSubject) => boolean
}

function pathCondition(m: RouteMatch, subject: MatchSubject): boolean {
  const target = headerValue(subject.headers, ':path')
  if (m.connectMatcher) return headerValue(subject.headers, ':method') === 'CONNECT'
  if (target === undefined) return false
  const form = (text: string) => (m.caseSensitive === false ? asciiLower(text) : text)
  const whole = pathOnly(target)
  const path = subject.ignoresPathParameters ? whole.replace(/;[^/]*/g, '') : whole
  if (m.prefix !== undefined) return form(path).startsWith(form(m.prefix))
  if (m.path !== undefined) return form(path) === form(m.path)
  if (m.safeRegex !== undefined) return fullMatch(known(m.safeRegex, 'a regex').regex ?? '', path, m.safeRegex.at)
  // A template sees the parameters that other paths ignore (measured on a real Envoy).
  if (m.pathMatchPolicy !== undefined) return templateMatches(m.pathMatchPolicy, whole)
  if (m.pathSeparatedPrefix === undefined) return undecided('a route match without a path specifier', m.at)
  const prefix = form(m.pathSeparatedPrefix)
  return form(path) === prefix || form(path).startsWith(`${prefix}/`)
}

/** gRPC by content type: application/grpc, optionally with a +suffix. */
export function isGrpc(subject: Pick<MatchSubject, 'headers'>): boolean {
  if (headerValue(subject.headers, ':path') === undefined) return false
  return /^application\/grpc(?:\+.*)?$/.test(headerValue(subject.headers, 'content-type') ?? '')
}

function tlsCondition(options: NonNullable<RouteMatch['tlsContext']>, {connection}: MatchSubject): boolean {
  const {presented, validated} = known(options, 'tls_context of a route match')
  const shown = connection.tls?.certificate !== undefined
  if (presented !== undefined && presented !== shown) return false
  return validated === undefined || validated === (connection.tls?.validated ?? false)
}

function conditions(m: RouteMatch): readonly Condition[] {
  return [
    {name: 'path', holds: subject => pathCondition(m, subject)},
    ...m.headers.map(each => ({
      name: `header ${each.name ?? ''}`,
      holds: ({headers}: MatchSubject) => headerMatches(each, headers),
    })),
    ...m.queryParameters.map(each => ({
      name: `query parameter ${each.name ?? ''}`,
      holds: ({headers}: MatchSubject) => queryMatches(each, headerValue(headers, ':path') ?? ''),
    })),
    ...m.cookies.map(each => ({
      name: `cookie ${each.name ?? ''}`,
      holds: ({headers}: MatchSubject) => cookieMatches(each, headers),
    })),
    ...(m.grpc ? [{name: 'content type of gRPC', holds: isGrpc}] : []),
    ...(m.tlsContext === undefined
      ? []
      : [
          {
            name: 'client certificate',
            holds: (subject: MatchSubject) => tlsCondition(m.tlsContext ?? undecided('tls_context'), subject),
          },
        ]),
    ...m.dynamicMetadata.map(each => ({
      name: `metadata ${each.filter ?? ''}`,
      holds: ({metadata}: MatchSubject) => metadataMatches(each, metadata),
    })),
    ...m.filterState.map(each => ({
      name: `filter state ${each.key ?? ''}`,
      holds: ({filterState}: MatchSubject) => filterStateMatches(each, filterState),
    })),
    {
      name: 'runtime fraction',
      holds: ({proxy}) => fractionApplies(proxy, m.runtimeFraction, true, 'the runtime fraction of a route'),
    },
  ]
}

/** Whether a route matches the request. */
export function routeMatches(match: RouteMatch, subject: MatchSubject): boolean {
  return allOf(conditions(known(match, 'a route match')), each => each.holds(subject))
}

/** The only condition of a match that fails; undefined when several do, or none. */
export function onlyFailing(match: RouteMatch, subject: MatchSubject): string | undefined {
  if (match.unread.length > 0) return undefined
  const failing = conditions(match).filter(each => {
    try {
      return !each.holds(subject)
    } catch {
      return true
    }
  })
  return failing.length === 1 ? failing[0]?.name : undefined
}
