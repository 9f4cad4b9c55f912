import {at, field, flagOf, listOf, numberOf, objectOf, textMapOf, textOf, textsOf} from '../formats/decode.js'
import {definedFields} from '../model/collections/defined-fields.js'
import {matchesLabels, requirementsOf} from '../model/kube/selector.js'
import type {Message} from './rbac/strings.js'
import {quoted} from './rbac/strings.js'
import type {ProxyPlace} from './scope.js'

// HTTPMatchRequest: https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest

/** Undefined for a match that any value meets: an empty one, and the regex `*`, which is none. */
function stringMatch(match: unknown, ignoreCase = false): Message | undefined {
  const exact = textOf(match, 'exact')
  const prefix = textOf(match, 'prefix')
  const regex = textOf(match, 'regex')
  const fold: Message = ignoreCase ? {ignore_case: true} : {}
  if (exact !== undefined) return {exact, ...fold}
  if (prefix !== undefined) return {prefix, ...fold}
  return regex === undefined || regex === '*' ? undefined : {safe_regex: {regex}}
}

function headerMatch(name: string, match: unknown): Message {
  const value = stringMatch(match)
  return value === undefined ? {name, present_match: true} : {name, string_match: value}
}

function withoutHeader(name: string, match: unknown): Message {
  const value = stringMatch(match)
  return value === undefined
    ? {name, present_match: true, invert_match: true}
    : {name, string_match: value, invert_match: true, treat_missing_header_as_empty: true}
}

function queryMatch(name: string, match: unknown): Message {
  const value = stringMatch(match)
  return value === undefined ? {name, present_match: true} : {name, string_match: value}
}

/** The key of a `uri` match for a path prefix of the Gateway API: it takes whole segments. A VirtualService cannot have it. */
export const SEGMENTS = 'pathSegments'

function pathMatch(uri: unknown, ignoreCase: boolean): Message {
  const fold: Message = ignoreCase ? {case_sensitive: false} : {case_sensitive: true}
  const exact = textOf(uri, 'exact')
  const prefix = textOf(uri, 'prefix')
  const regex = textOf(uri, 'regex')
  const segments = textOf(uri, SEGMENTS)
  if (segments !== undefined) return {path_separated_prefix: segments, ...fold}
  if (exact !== undefined) return {path: exact, ...fold}
  if (regex !== undefined) return {safe_regex: {regex}, ...fold}
  return {prefix: prefix ?? '/', ...fold}
}

/** Gateway API prefixes match whole segments; VirtualServices match text. */
export function matchOf(match: unknown): Message {
  if (match === undefined) return {prefix: '/'}
  const headers = [
    ...Object.entries(objectOf(match, 'headers') ?? {}).map(([name, value]) => headerMatch(name, value)),
    ...Object.entries(objectOf(match, 'withoutHeaders') ?? {}).map(([name, value]) => withoutHeader(name, value)),
    ...(['scheme', 'method', 'authority'] as const).flatMap(name => {
      const value = field(match, name)
      return value === undefined ? [] : [headerMatch(`:${name}`, value)]
    }),
  ]
  const queries = Object.entries(objectOf(match, 'queryParams') ?? {}).map(([name, value]) => queryMatch(name, value))
  return {
    ...pathMatch(field(match, 'uri'), flagOf(match, 'ignoreUriCase') ?? false),
    ...definedFields({
      headers: headers.length === 0 ? undefined : headers,
      query_parameters: queries.length === 0 ? undefined : queries,
    }),
  }
}

/** The proxy a VirtualService is translated for: where it is, on which port, and by which gateways it is bound (in full, or `mesh`). */
export interface RoutedProxy {
  readonly place: ProxyPlace
  readonly port: number
  readonly gateways: readonly string[]
  /** The namespace of the VirtualService, which completes names of gateways. */
  readonly home: string
}

/** The name of a gateway in full (`namespace/name`, or `mesh`). */
export function fullGateway(name: string, home: string): string {
  return name === 'mesh' || name.includes('/') ? name : `${home}/${name}`
}

function portFits(match: unknown, port: number): boolean {
  const wanted = numberOf(match, 'port')
  return wanted === undefined || wanted === port
}

function gatewayFits(named: readonly string[], {gateways, home}: RoutedProxy): boolean {
  return named.some(each => gateways.includes(fullGateway(each, home)))
}

function sourceFits(match: unknown, place: ProxyPlace): boolean {
  const namespace = textOf(match, 'sourceNamespace')
  if (namespace !== undefined && namespace !== place.namespace) return false
  return matchesLabels(requirementsOf(textMapOf(match, 'sourceLabels')), place.labels)
}

/** Whether an HTTP match counts for a proxy at all: its port, and the gateways it names or else the labels and namespace of the client. */
export function httpMatchCounts(match: unknown, proxy: RoutedProxy): boolean {
  const named = textsOf(match, 'gateways')
  if (!portFits(match, proxy.port)) return false
  return named.length > 0 ? gatewayFits(named, proxy) : sourceFits(match, proxy.place)
}

/** Whether a TCP or TLS match counts for a proxy at all: its port, its gateways, and the labels and namespace of the client. */
export function tcpMatchCounts(match: unknown, proxy: RoutedProxy): boolean {
  const named = textsOf(match, 'gateways')
  return (
    portFits(match, proxy.port) && (named.length === 0 || gatewayFits(named, proxy)) && sourceFits(match, proxy.place)
  )
}

/** The path of a rewrite as Envoy takes it beside a match. */
export function rewriteOf(rewrite: unknown, match: unknown): Message {
  const uri = textOf(rewrite, 'uri')
  const authority = textOf(rewrite, 'authority')
  const regex = at(rewrite, 'uriRegexRewrite')
  const exact = textOf(match, 'uri', 'exact')
  const path = (): Message => {
    if (regex !== undefined)
      return {
        regex_rewrite: {pattern: {regex: textOf(regex, 'match') ?? ''}, substitution: textOf(regex, 'rewrite') ?? ''},
      }
    if (uri === undefined) return {}
    if (exact !== undefined) return {regex_rewrite: {pattern: {regex: quoted(exact)}, substitution: uri}}
    return {prefix_rewrite: uri}
  }
  return {...path(), ...definedFields({host_rewrite_literal: authority})}
}

/** Everything `listOf` gives, or one undefined where there is nothing: a route without a match matches all. */
export function matchesOf(route: unknown): readonly unknown[] {
  const all = listOf(route, 'match')
  return all.length === 0 ? [undefined] : all
}
