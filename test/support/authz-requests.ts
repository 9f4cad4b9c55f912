import type {AskedRequest} from '../../src/analysis/authorization/asked.js'
import type {Json} from '../../src/model/envoy/schema.js'
import type {Authorization} from '../../src/model/istio/authorization.js'
import type {Random} from './seeded.js'

function pick<T>(random: Random, list: readonly T[]): T {
  const found = list[random(list.length)]
  if (found === undefined) throw new Error('nothing to pick from')
  return found
}

/** Every value the policies give a field or condition. */
function valuesOf(policies: readonly Authorization[], ...keys: readonly string[]): readonly string[] {
  const fits = (key: string) => keys.some(each => (each.endsWith('[') ? key.startsWith(each) : key === each))
  return policies.flatMap(({rules}) =>
    rules.flatMap(({from, to, when}) =>
      [
        ...[...from, ...to].flatMap(entry => Object.entries(entry)),
        ...when.map(each => [each.key, each] as const),
      ].flatMap(([key, pair]) => (fits(key) && pair !== undefined ? [...pair.values, ...pair.notValues] : [])),
    ),
  )
}

/** A text that fits a value with a `*`, or almost does. */
function near(random: Random, value: string): string {
  const filler = pick(random, ['', 'x', 'a-b', 'X/Y'])
  const text = value
    .replace('{**}', pick(random, ['p', 'p/q']))
    .replace('{*}', 'seg')
    .replace('*', filler)
  return random(5) === 0 ? pick(random, [text.toUpperCase(), `${text}x`, text.slice(0, -1), `x${text}`]) : text
}

function oneOf(random: Random, values: readonly string[], others: readonly string[]): string {
  return values.length > 0 && random(4) > 0 ? near(random, pick(random, values)) : pick(random, others)
}

function address(random: Random, values: readonly string[]): string {
  const [base = '10.9.8.7', length] = oneOf(random, values, ['10.9.8.7', '1.2.3.4', '2001:db8::1']).split('/')
  if (length === undefined || !/^\d+\.\d+\.\d+\.\d+$/.test(base)) return /^[\d.:a-f]+$/.test(base) ? base : '10.9.8.7'
  return base.replace(/\d+\.\d+$/, `${random(2) === 0 ? random(256) : base.split('.')[2]}.${random(256)}`)
}

function valid(ip: string): string {
  return /^(\d{1,3}\.){3}\d{1,3}$/.test(ip) && ip.split('.').every(each => Number(each) < 256) ? ip : '10.9.8.7'
}

function identity(random: Random, policies: readonly Authorization[]): string | null {
  if (random(6) === 0) return null
  const principals = valuesOf(policies, 'principals', 'source.principal')
  const namespaces = valuesOf(policies, 'namespaces', 'source.namespace')
  const accounts = valuesOf(policies, 'serviceAccounts', 'source.serviceAccount')
  if (principals.length > 0 && random(3) > 0) return `spiffe://${near(random, pick(random, principals))}`
  const domain = oneOf(random, valuesOf(policies, 'trustDomains', 'source.trustDomain'), [
    'cluster.local',
    'td1',
    'foobar',
    'some-td',
    'some-trustdomain',
  ])
  const [namespace, account] = oneOf(random, accounts, ['foo/default', 'sleep']).split('/')
  const ns = account === undefined || random(3) === 0 ? oneOf(random, namespaces, ['foo', 'bar']) : namespace
  return `spiffe://${domain}/ns/${ns}/sa/${account ?? namespace}${random(8) === 0 ? '/more' : ''}`
}

function claims(random: Random, policies: readonly Authorization[]): {readonly [name: string]: Json} | null {
  if (random(5) === 0) return null
  const principal = oneOf(random, valuesOf(policies, 'requestPrincipals', 'request.auth.principal'), [
    'issuer/subject',
    'https://example.com/me',
  ])
  const slash = principal.lastIndexOf('/')
  const [iss, sub] = slash < 0 ? [principal, ''] : [principal.slice(0, slash), principal.slice(slash + 1)]
  const text = (key: string): Json => {
    const value = oneOf(random, valuesOf(policies, key), ['other', ''])
    return random(3) === 0 ? ['zzz', value] : value
  }
  return {
    ...(random(6) === 0 ? {} : {iss: oneOf(random, valuesOf(policies, 'request.auth.claims[iss]'), [iss ?? ''])}),
    sub: random(6) === 0 ? '' : (sub ?? ''),
    aud: text('request.auth.audiences'),
    azp: text('request.auth.presenter'),
    nested1: random(5) === 0 ? 'flat' : {nested2: text('request.auth.claims[nested1][nested2]')},
  }
}

function safeTail(text: string): string {
  return text.replace(/[^!-~]/g, '').replace(/[?#%]/g, '')
}

/** A request made of the values the policies name, each often almost right; every attribute is known. */
export function authzRequest(random: Random, policies: readonly Authorization[], tcp: boolean): AskedRequest {
  const path = safeTail(oneOf(random, valuesOf(policies, 'paths'), ['/', '/other', '/a/b']))
  const headers: [string, string][] = valuesOf(policies, 'request.headers[').length === 0 ? [] : []
  if (random(3) > 0)
    headers.push(['x-header', oneOf(random, valuesOf(policies, 'request.headers[X-header]'), ['other'])])
  if (random(5) === 0) headers.push(['x-header', 'other'])
  return {
    tcp,
    identity: identity(random, policies),
    directIp: valid(address(random, valuesOf(policies, 'ipBlocks', 'source.ip'))),
    remoteIp: valid(address(random, valuesOf(policies, 'remoteIpBlocks', 'remote.ip'))),
    destinationIp: valid(address(random, valuesOf(policies, 'destination.ip'))),
    port:
      Number(oneOf(random, valuesOf(policies, 'ports', 'destination.port'), ['8080', '80']).replace(/\D/g, '')) || 80,
    sni: oneOf(random, valuesOf(policies, 'connection.sni'), ['', 'outbound_.80_._.x']).toLowerCase(),
    host: random(12) === 0 ? null : safeTail(oneOf(random, valuesOf(policies, 'hosts'), ['other.com'])) || 'h',
    method: oneOf(random, valuesOf(policies, 'methods', 'request.headers[:method]'), ['GET', 'PUT']) || 'GET',
    path: path.startsWith('/') ? path : `/${path}`,
    headers,
    claims: claims(random, policies),
    filterMetadata: (filter, key) => (filter === 'envoy.filters.a.b' && key === 'c' ? 'exact' : undefined),
  }
}
