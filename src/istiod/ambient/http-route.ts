import {at, field, listOf, numberOf, textOf} from '../../formats/decode.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {byText} from '../../model/text/order.js'
import {SEGMENTS} from '../route-match.js'

// HTTPRoute of the Gateway API, as istiod reads it: https://gateway-api.sigs.k8s.io/reference/spec/#httproute

type Fields = Readonly<Record<string, unknown>>

function uriOf(match: unknown): Fields {
  const value = textOf(match, 'path', 'value') ?? '/'
  switch (textOf(match, 'path', 'type') ?? 'PathPrefix') {
    case 'Exact':
      return {uri: {exact: value}}
    case 'RegularExpression':
      return {uri: {regex: value}}
    default:
      return value === '/' ? {uri: {prefix: '/'}} : {uri: {[SEGMENTS]: value.replace(/\/$/, '')}}
  }
}

function valuesOf(match: unknown, name: string): Fields | undefined {
  const all = listOf(match, name).map(each => {
    const kind = textOf(each, 'type') === 'RegularExpression' ? 'regex' : 'exact'
    return [(textOf(each, 'name') ?? '').toLowerCase(), {[kind]: textOf(each, 'value') ?? ''}] as const
  })
  return all.length === 0 ? undefined : Object.fromEntries(all)
}

function matchFields(match: unknown): Fields {
  const method = textOf(match, 'method')
  return {
    ...uriOf(match),
    ...definedFields({
      headers: valuesOf(match, 'headers'),
      queryParams: valuesOf(match, 'queryParams'),
      method: method === undefined ? undefined : {exact: method},
    }),
  }
}

/** How specific a match is, the most telling first: an exact path, the length of a prefix, a method, headers, parameters. */
function weightOf(match: unknown): readonly number[] {
  const type = textOf(match, 'path', 'type') ?? 'PathPrefix'
  const length = (textOf(match, 'path', 'value') ?? '/').length
  return [
    type === 'Exact' ? 1 : 0,
    type === 'RegularExpression' ? 0 : length,
    at(match, 'method') === undefined ? 0 : 1,
    listOf(match, 'headers').length,
    listOf(match, 'queryParams').length,
  ]
}

function moreSpecific(a: readonly number[], b: readonly number[]): number {
  const place = a.findIndex((value, i) => value !== b[i])
  return place < 0 ? 0 : (b[place] ?? 0) - (a[place] ?? 0)
}

function headersOf(filter: unknown, side: 'request' | 'response', name: string): Fields {
  const modifier = field(filter, name)
  const named = (list: string) =>
    Object.fromEntries(listOf(modifier, list).map(each => [textOf(each, 'name') ?? '', textOf(each, 'value') ?? '']))
  return {headers: {[side]: {set: named('set'), add: named('add'), remove: listOf(modifier, 'remove')}}}
}

function redirectOf(filter: unknown): Fields {
  const redirect = field(filter, 'requestRedirect')
  const full = textOf(redirect, 'path', 'replaceFullPath')
  const prefix = textOf(redirect, 'path', 'replacePrefixMatch')
  return {
    redirect: definedFields({
      scheme: textOf(redirect, 'scheme'),
      authority: textOf(redirect, 'hostname'),
      port: numberOf(redirect, 'port'),
      uri: full ?? (prefix === undefined ? undefined : `%PREFIX()%${prefix}`),
      redirectCode: numberOf(redirect, 'statusCode') ?? 302,
    }),
  }
}

function rewriteOf(filter: unknown): Fields {
  const rewrite = field(filter, 'urlRewrite')
  const full = textOf(rewrite, 'path', 'replaceFullPath')
  return {
    rewrite: definedFields({
      authority: textOf(rewrite, 'hostname'),
      uri: textOf(rewrite, 'path', 'replacePrefixMatch'),
      uriRegexRewrite: full === undefined ? undefined : {match: '/.*', rewrite: full},
    }),
  }
}

function filterFields(filter: unknown): Fields {
  switch (textOf(filter, 'type')) {
    case 'RequestHeaderModifier':
      return headersOf(filter, 'request', 'requestHeaderModifier')
    case 'ResponseHeaderModifier':
      return headersOf(filter, 'response', 'responseHeaderModifier')
    case 'RequestRedirect':
      return redirectOf(filter)
    case 'URLRewrite':
      return rewriteOf(filter)
    default:
      return {}
  }
}

function backendsOf(rule: unknown, home: string, domain: string): readonly Fields[] {
  return listOf(rule, 'backendRefs').map(ref => {
    const name = textOf(ref, 'name') ?? ''
    const namespace = textOf(ref, 'namespace') ?? home
    const host = textOf(ref, 'kind') === 'Hostname' ? name : `${name}.${namespace}.svc.${domain}`
    return {
      destination: {host, port: {number: numberOf(ref, 'port')}},
      weight: numberOf(ref, 'weight') ?? 1,
    }
  })
}

function ruleFields(rule: unknown, home: string, domain: string): Fields {
  const filters = Object.assign({}, ...listOf(rule, 'filters').map(filterFields)) as Fields
  if (filters.redirect !== undefined) return filters
  const backends = backendsOf(rule, home, domain)
  // Without a backend that gets requests the answer is 500 (Gateway API, HTTPRouteRule).
  if (!backends.some(each => each.weight !== 0)) return {directResponse: {status: 500}}
  const timeout = textOf(rule, 'timeouts', 'request')
  return {...filters, route: backends, ...definedFields({timeout})}
}

/** Whether an HTTPRoute is attached to a Service or ServiceEntry, on a port of it or on all. */
export function isAttached(
  route: KubeObject,
  service: {readonly namespace: string; readonly name: string},
  port?: number,
): boolean {
  return listOf(route, 'spec', 'parentRefs').some(ref => {
    const wanted = numberOf(ref, 'port')
    return (
      ['Service', 'ServiceEntry'].includes(textOf(ref, 'kind') ?? '') &&
      textOf(ref, 'name') === service.name &&
      (textOf(ref, 'namespace') ?? route.metadata.namespace) === service.namespace &&
      (port === undefined || wanted === undefined || wanted === port)
    )
  })
}

/**
 * The HTTPRoutes of a port of a Service as one VirtualService, the most specific match first; undefined where none is attached.
 * A waypoint takes those of the namespace of the Service.
 */
export function routedByHttpRoutes(
  all: readonly KubeObject[],
  service: {readonly namespace: string; readonly name: string; readonly host: string},
  port: number,
  domain: string,
): KubeObject | undefined {
  const mine = all
    .filter(each => each.metadata.namespace === service.namespace && isAttached(each, service, port))
    .sort((a, b) =>
      byText(textOf(a, 'metadata', 'creationTimestamp') ?? '~', textOf(b, 'metadata', 'creationTimestamp') ?? '~'),
    )
  if (mine.length === 0) return undefined
  const http = mine
    .flatMap(route =>
      listOf(route, 'spec', 'rules').flatMap((rule, index) => {
        const matches = listOf(rule, 'matches')
        const fields = ruleFields(rule, service.namespace, domain)
        const name = `${route.metadata.namespace}.${route.metadata.name}.${index}`
        return (matches.length === 0 ? [undefined] : matches).map(match => ({
          weight: weightOf(match),
          entry: {name, match: [matchFields(match)], ...fields},
        }))
      }),
    )
    .sort((a, b) => moreSpecific(a.weight, b.weight))
    .map(({entry}) => entry)
  const name = `${service.namespace}~${port}~${service.host}`
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: {name, namespace: service.namespace},
    spec: {hosts: [service.host], http},
  } as unknown as KubeObject
}
