import {at, field, listOf, numberOf, objectOf, textOf} from '../formats/decode.js'
import {definedFields} from '../model/collections/defined-fields.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import {goNanoseconds} from '../model/text/go-duration.js'
import {httpRoutes} from './delegates.js'
import {authoritySet, headerChanges} from './header-changes.js'
import type {Message} from './rbac/strings.js'
import {httpMatchCounts, matchesOf, matchOf, rewriteOf} from './route-match.js'
import type {ProxyPlace} from './scope.js'
import type {IstioState} from './state.js'
import {destinationCluster} from './virtual-services.js'

// HTTPRoute of a VirtualService: https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute

/** A Go duration (`1h1m1.5s`) as proto JSON writes it; undefined for anything else. */
export function protoDuration(text: string | undefined): string | undefined {
  const length = goNanoseconds(text ?? '')
  return length === undefined ? undefined : `${length / 1e9}s`
}

function millionth(value: number): Message {
  return {numerator: Math.round(value * 10_000), denominator: 'MILLION'}
}

/** An amount in percent: absent means always. */
function percentage(value: unknown): Message {
  const given = numberOf(value, 'percentage', 'value') ?? numberOf(value, 'percent')
  return millionth(at(value, 'percentage') === undefined && given === undefined ? 100 : (given ?? 0))
}

function faultOf(fault: unknown): Message | undefined {
  const abort = field(fault, 'abort')
  const delay = field(fault, 'delay')
  if (abort === undefined && delay === undefined) return undefined
  const status = numberOf(abort, 'httpStatus')
  const grpc = textOf(abort, 'grpcStatus')
  const fixed = protoDuration(textOf(delay, 'fixedDelay'))
  return {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault',
    ...definedFields({
      delay: delay === undefined ? undefined : {fixed_delay: fixed ?? '0s', percentage: percentage(delay)},
      abort:
        abort === undefined
          ? undefined
          : {
              ...(grpc === undefined ? {http_status: status ?? 0} : {grpc_status: 2}),
              percentage: percentage(abort),
            },
    }),
  }
}

const DEFAULT_RETRY: Message = {
  retry_on: 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes',
  num_retries: 2,
  retry_host_predicate: [
    {
      name: 'envoy.retry_host_predicates.previous_hosts',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate',
      },
    },
  ],
  host_selection_retry_max_attempts: '5',
}

function retryOf(retries: unknown): Message {
  if (retries === undefined) return {retry_policy: DEFAULT_RETRY}
  const attempts = numberOf(retries, 'attempts') ?? 0
  if (attempts === 0) return {}
  const on = textOf(retries, 'retryOn')
  const words = (on ?? '').split(',').filter(each => each !== '')
  const codes = words.filter(each => /^\d+$/.test(each)).map(Number)
  const kinds = words.filter(each => !/^\d+$/.test(each))
  const named = codes.length > 0 ? [...kinds, 'retriable-status-codes'] : kinds
  const perTry = protoDuration(textOf(retries, 'perTryTimeout'))
  return {
    retry_policy: {
      ...DEFAULT_RETRY,
      ...definedFields({
        retry_on: on === undefined ? undefined : [...new Set(named)].join(','),
        retriable_status_codes: codes.length === 0 ? undefined : codes,
      }),
      num_retries: attempts,
      ...definedFields({per_try_timeout: perTry}),
    },
  }
}

function redirectOf(redirect: unknown): Message {
  const code = numberOf(redirect, 'redirectCode') ?? 301
  const names: Readonly<Record<number, string>> = {
    301: 'MOVED_PERMANENTLY',
    302: 'FOUND',
    303: 'SEE_OTHER',
    307: 'TEMPORARY_REDIRECT',
    308: 'PERMANENT_REDIRECT',
  }
  const uri = textOf(redirect, 'uri')
  const authority = textOf(redirect, 'authority')
  const scheme = textOf(redirect, 'scheme')
  const port = numberOf(redirect, 'port')
  return {
    ...(uri === undefined ? {} : uri.startsWith('%PREFIX()%') ? {prefix_rewrite: uri.slice(10)} : {path_redirect: uri}),
    ...definedFields({
      host_redirect: authority,
      scheme_redirect: scheme,
      port_redirect: port,
      response_code: names[code] === undefined ? undefined : names[code],
    }),
  }
}

function clusterChoice(
  route: unknown,
  home: string,
  state: IstioState,
  port: number,
  gateway: boolean,
): {readonly choice: Message; readonly headers: Message} {
  const targets = listOf(route, 'route').map(each => ({
    name: destinationCluster(field(each, 'destination'), home, state, port, gateway),
    weight: numberOf(each, 'weight'),
    headers: field(each, 'headers'),
  }))
  const weighted = targets.filter(each => (each.weight ?? 0) > 0)
  const [only] = targets
  const alone = targets.length === 1 ? only : weighted.length === 1 ? weighted[0] : undefined
  if (alone !== undefined) {
    const authority = authoritySet(alone.headers)
    return {
      choice: {cluster: alone.name, ...definedFields({host_rewrite_literal: authority})},
      headers: headerChanges(alone.headers),
    }
  }
  const clusters = weighted.map(({name, weight, headers}): Message => {
    const authority = authoritySet(headers)
    const rewrite: Message = authority === undefined ? {} : {host_rewrite_literal: authority}
    return {name, weight: weight ?? 0, ...headerChanges(headers), ...rewrite}
  })
  return {choice: {weighted_clusters: {clusters}}, headers: {}}
}

/** The headers two levels change of one request. */
function joined(first: Message, second: Message): Message {
  const names = [...new Set([...Object.keys(first), ...Object.keys(second)])]
  return Object.fromEntries(
    names.map(name => [name, [...listOf(first, name), ...listOf(second, name)] as readonly Message[]]),
  )
}

function action(
  route: unknown,
  match: unknown,
  home: string,
  state: IstioState,
  port: number,
  gateway: boolean,
): Message {
  const redirect = field(route, 'redirect')
  if (redirect !== undefined) return {redirect: redirectOf(redirect)}
  const direct = field(route, 'directResponse')
  if (direct !== undefined) return {direct_response: {status: numberOf(direct, 'status') ?? 0}}
  const timeout = protoDuration(textOf(route, 'timeout')) ?? '0s'
  const {choice, headers} = clusterChoice(route, home, state, port, gateway)
  const authority = authoritySet(field(route, 'headers'))
  return {
    route: {
      ...definedFields({host_rewrite_literal: authority}),
      ...choice,
      timeout,
      ...retryOf(field(route, 'retries')),
      ...rewriteOf(field(route, 'rewrite'), match),
      max_grpc_timeout: timeout,
    },
    ...joined(headerChanges(field(route, 'headers')), headers),
  }
}

function corsOf(route: unknown): Message {
  const cors = objectOf(route, 'corsPolicy')
  if (cors === undefined) return {}
  const origins = listOf(cors, 'allowOrigins').flatMap((each): readonly Message[] => {
    const exact = textOf(each, 'exact')
    const prefix = textOf(each, 'prefix')
    const regex = textOf(each, 'regex')
    if (exact !== undefined) return [{exact}]
    if (prefix !== undefined) return [{prefix}]
    return regex === undefined ? [] : [{safe_regex: {regex}}]
  })
  return {
    'envoy.filters.http.cors': {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy',
      allow_origin_string_match: origins,
      filter_enabled: {default_value: {numerator: 100}},
    },
  }
}

function catchesAll(match: unknown): boolean {
  if (match === undefined) return true
  const uri = textOf(match, 'uri', 'prefix')
  const anyPath = uri === '/' || textOf(match, 'uri', 'regex') === '.*' || at(match, 'uri') === undefined
  const others = ['headers', 'withoutHeaders', 'queryParams', 'scheme', 'method', 'authority']
  return anyPath && others.every(name => field(match, name) === undefined)
}

/** The routes a VirtualService gives one port; istiod stops at the first that takes everything. */
export function virtualServiceRoutes(
  object: KubeObject,
  state: IstioState,
  place: ProxyPlace,
  port: number,
  gateways: readonly string[] = ['mesh'],
): readonly Message[] {
  const home = object.metadata.namespace ?? 'default'
  const proxy = {place, port, gateways, home}
  const made: Message[] = []
  for (const route of httpRoutes(state, object)) {
    for (const match of matchesOf(route)) {
      if (match !== undefined && !httpMatchCounts(match, proxy)) continue
      const fault = faultOf(field(route, 'fault'))
      const filters: Message = {
        ...definedFields({'envoy.filters.http.fault': fault}),
        ...corsOf(route),
      }
      made.push({
        ...definedFields({name: textOf(route, 'name')}),
        match: matchOf(match),
        ...action(route, match, home, state, port, place.gateway),
        metadata: {
          filter_metadata: {
            istio: {
              config: `/apis/networking.istio.io/v1/namespaces/${home}/virtual-service/${object.metadata.name}`,
            },
          },
        },
        ...definedFields({typed_per_filter_config: Object.keys(filters).length === 0 ? undefined : filters}),
      })
      if (catchesAll(match)) return made
    }
  }
  return made
}

/** The route of a host without a VirtualService: everything to its cluster. */
export function defaultRoute(cluster: string): Message {
  return {
    match: {prefix: '/'},
    route: {cluster, timeout: '0s', retry_policy: DEFAULT_RETRY, max_grpc_timeout: '0s'},
    name: 'default',
  }
}
