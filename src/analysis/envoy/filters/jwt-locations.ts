import type {JwtProvider} from '../../../model/envoy/filters.js'
import {type Headers, headerValue, headerValues, withHeader, withoutHeaders} from '../matching/headers.js'
import {pathOnly, queryParameters} from '../matching/query.js'
import {asciiLower} from '../matching/strings.js'
import {undecided} from '../undecided.js'

/** A token in a request, and the issuers that accept tokens at that location. */
export interface FoundToken {
  readonly text: string
  readonly issuers: readonly string[]
  readonly header: string | undefined
  /** The query parameter it was in; undefined for a header. */
  readonly parameter: string | undefined
}

interface Location {
  readonly kind: 'header' | 'parameter'
  readonly name: string
  readonly prefix: string
}

const DEFAULTS: readonly Location[] = [
  {kind: 'header', name: 'authorization', prefix: 'Bearer '},
  {kind: 'parameter', name: 'access_token', prefix: ''},
]

function locationsOf(provider: JwtProvider): readonly Location[] {
  const {fromHeaders, fromParams, fromCookies} = provider
  if (fromCookies.length > 0) undecided('JWT tokens in cookies', provider.at)
  if (fromHeaders.length + fromParams.length === 0) return DEFAULTS
  return [
    ...fromHeaders.map(each => ({
      kind: 'header' as const,
      name: asciiLower(each.name ?? ''),
      prefix: each.valuePrefix ?? '',
    })),
    ...fromParams.map(name => ({kind: 'parameter' as const, name, prefix: ''})),
  ]
}

function decoded(text: string): string {
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** The text after the prefix, from the first token character; the whole value if no prefix is configured. */
function tokenIn(value: string, prefix: string): string | undefined {
  if (prefix === '') return value
  const at = value.indexOf(prefix)
  if (at < 0) return undefined
  return /[A-Za-z0-9\-_=.].*$/s.exec(value.slice(at + prefix.length))?.[0] ?? ''
}

/** Every token at a location; each value of a repeated header is one. */
function textsAt(headers: Headers, location: Location): readonly string[] {
  if (location.kind === 'header')
    return headerValues(headers, location.name)
      .map(value => tokenIn(value, location.prefix))
      .filter(text => text !== undefined)
  const parameters = queryParameters(headerValue(headers, ':path') ?? '')
  const value = parameters.find(([name]) => decoded(name) === location.name)?.[1]
  return value === undefined ? [] : [decoded(value)]
}

function byPlace(a: Location, b: Location): number {
  const rank = (each: Location) => (each.kind === 'header' ? 0 : 1)
  const order = rank(a) - rank(b)
  if (order !== 0) return order
  return a.name + a.prefix < b.name + b.prefix ? -1 : 1
}

/** The tokens at all locations of the providers: headers, then query parameters, each location once. */
export function tokensOf(headers: Headers, providers: readonly JwtProvider[]): readonly FoundToken[] {
  const places = new Map<string, {location: Location; issuers: string[]}>()
  for (const provider of providers) {
    for (const location of locationsOf(provider)) {
      const key = JSON.stringify(location)
      const place = places.get(key) ?? {location, issuers: []}
      place.issuers.push(provider.issuer ?? '')
      places.set(key, place)
    }
  }
  return [...places.values()]
    .sort((a, b) => byPlace(a.location, b.location))
    .flatMap(({location, issuers}) => {
      const header = location.kind === 'header' ? location.name : undefined
      const parameter = location.kind === 'parameter' ? location.name : undefined
      return textsAt(headers, location).map(text => ({text, issuers, header, parameter}))
    })
}

/** The headers without a token: its header, or its query parameter, is removed. */
export function withoutToken(headers: Headers, {header, parameter}: FoundToken, at: string): Headers {
  if (header !== undefined) return withoutHeaders(headers, [header])
  const target = headerValue(headers, ':path')
  if (parameter === undefined || target === undefined) return headers
  const others = queryParameters(target).some(([name]) => decoded(name) !== parameter)
  if (others) undecided('how a query is rewritten when a token is removed from it', at)
  return withHeader(headers, ':path', pathOnly(target))
}
