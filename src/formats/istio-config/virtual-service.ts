import {definedFields} from '../../model/collections/defined-fields.js'
import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {
  HttpMatchRequest,
  MatchesByName,
  RouteDestination,
  RouteRule,
  StringMatch,
  VirtualServiceConfig,
} from '../../model/istio-config/virtual-service.js'
import {goNanoseconds} from '../../model/text/go-duration.js'
import {byText} from '../../model/text/order.js'
import {at, flagOf, isObject, listOf, numberOf, objectOf, textOf, textsOf} from '../decode.js'

/** The milliseconds of a duration; undefined when it is absent or none. */
function durationMillis(text: string | undefined): number | undefined {
  const length = goNanoseconds(text ?? '')
  return length === undefined ? undefined : length / 1e6
}

function stringMatch(value: unknown): StringMatch {
  const exact = textOf(value, 'exact')
  if (exact !== undefined) return {type: 'exact', text: exact}
  const prefix = textOf(value, 'prefix')
  if (prefix !== undefined) return {type: 'prefix', text: prefix}
  const regex = textOf(value, 'regex')
  return regex === undefined ? {type: 'present', text: ''} : {type: 'regex', text: regex}
}

function matchAt(value: unknown, name: string): StringMatch | undefined {
  return objectOf(value, name) === undefined ? undefined : stringMatch(at(value, name))
}

function matchesAt(value: unknown, name: string): MatchesByName {
  return new Map(Object.entries(objectOf(value, name) ?? {}).map(([key, each]) => [key, stringMatch(each)]))
}

/** JSON with sorted names, so that equal values are equal texts. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value).filter(([, each]) => each !== undefined && each !== null)
  return `{${entries
    .sort(([a], [b]) => byText(a, b))
    .map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`)
    .join(',')}}`
}

const KNOWN = ['name', 'uri', 'method', 'authority', 'scheme', 'headers', 'withoutHeaders', 'queryParams', 'port']
const MORE = ['ignoreUriCase', 'gateways', 'statPrefix', 'sniHosts']

function readMatch(value: unknown, path: string): HttpMatchRequest {
  const {name: _, ...rest} = isObject(value) ? value : {}
  return {
    key: canonical(rest),
    name: textOf(value, 'name') ?? '',
    path,
    port: numberOf(value, 'port'),
    uri: matchAt(value, 'uri'),
    method: matchAt(value, 'method'),
    authority: matchAt(value, 'authority'),
    scheme: matchAt(value, 'scheme'),
    ignoreUriCase: flagOf(value, 'ignoreUriCase') ?? false,
    headers: matchesAt(value, 'headers'),
    withoutHeaders: matchesAt(value, 'withoutHeaders'),
    queryParams: matchesAt(value, 'queryParams'),
    gateways: textsOf(value, 'gateways'),
    sniHosts: textsOf(value, 'sniHosts'),
    others: Object.keys(rest).filter(key => !KNOWN.includes(key) && !MORE.includes(key)),
  }
}

function destination(value: unknown, path: string, mirror: boolean, weight?: number): RouteDestination {
  return {
    host: textOf(value, 'host') ?? '',
    subset: textOf(value, 'subset'),
    port: numberOf(value, 'port', 'number'),
    ...definedFields({weight}),
    path,
    mirror,
  }
}

function destinationsOf(rule: unknown, path: string): readonly RouteDestination[] {
  const routes = listOf(rule, 'route').map((each, index) =>
    destination(at(each, 'destination'), `${path}.route[${index}].destination`, false, numberOf(each, 'weight')),
  )
  const mirror = objectOf(rule, 'mirror')
  const mirrors = listOf(rule, 'mirrors').map((each, index) =>
    destination(at(each, 'destination'), `${path}.mirrors[${index}].destination`, true),
  )
  return [...routes, ...(mirror === undefined ? [] : [destination(mirror, `${path}.mirror`, true)]), ...mirrors]
}

function delegateOf(rule: unknown, path: string, namespace: string): Pick<RouteRule, 'delegate'> {
  const delegate = objectOf(rule, 'delegate')
  if (delegate === undefined) return {}
  const own = textOf(delegate, 'namespace') ?? ''
  return {
    delegate: {
      namespace: own === '' ? namespace : own,
      name: textOf(delegate, 'name') ?? '',
      path: `${path}.delegate`,
    },
  }
}

function retriesOf(rule: unknown): Pick<RouteRule, 'retries'> {
  const retries = objectOf(rule, 'retries')
  if (retries === undefined) return {}
  return {
    retries: {
      attempts: numberOf(retries, 'attempts') ?? 0,
      perTryTimeoutMs: durationMillis(textOf(retries, 'perTryTimeout')),
      retryOn: textOf(retries, 'retryOn') ?? '',
    },
  }
}

function rulesOf(object: ConfigObject, list: RouteRule['list']): readonly RouteRule[] {
  return listOf(object.raw, 'spec', list).map((rule, index): RouteRule => {
    const path = `spec.${list}[${index}]`
    return {
      list,
      index,
      name: textOf(rule, 'name') ?? '',
      path,
      matches: listOf(rule, 'match').map((each, number) => readMatch(each, `${path}.match[${number}]`)),
      destinations: destinationsOf(rule, path),
      ...delegateOf(rule, path, object.ref.namespace),
      redirect: objectOf(rule, 'redirect') !== undefined,
      directResponse: objectOf(rule, 'directResponse') !== undefined,
      timeoutMs: durationMillis(textOf(rule, 'timeout')),
      ...retriesOf(rule),
      rewrites: objectOf(rule, 'rewrite') !== undefined,
    }
  })
}

/** A VirtualService (networking.istio.io). */
export function readVirtualServiceConfig(object: ConfigObject): VirtualServiceConfig {
  return {
    object,
    hosts: textsOf(object.raw, 'spec', 'hosts'),
    gateways: textsOf(object.raw, 'spec', 'gateways'),
    exportTo: textsOf(object.raw, 'spec', 'exportTo'),
    rules: (['http', 'tcp', 'tls'] as const).flatMap(list => rulesOf(object, list)),
  }
}
