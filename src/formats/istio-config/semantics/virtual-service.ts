import {parseIp} from '../../../model/kernel/ip-address.js'
import {isPattern} from '../../../model/text/linear-regex.js'
import {at, isObject, listOf, numberOf, objectOf, textOf, textsOf} from '../../decode.js'
import {isDnsLabel, isWildcardName, type Problem, problemIf, repeated} from './problem.js'

const RETRY_WORDS = new Set(
  (
    '5xx gateway-error reset reset-before-request connect-failure envoy-ratelimited retriable-4xx refused-stream ' +
    'retriable-status-codes retriable-headers http3-post-connect-failure cancelled deadline-exceeded internal ' +
    'resource-exhausted unavailable'
  ).split(' '),
)
const MAX_REGEX = 1024

function hostProblems(spec: unknown): readonly Problem[] {
  const hosts = textsOf(spec, 'hosts')
  const gateways = textsOf(spec, 'gateways')
  const onMesh = gateways.length === 0 || gateways.includes('mesh')
  return [
    ...hosts.flatMap((host, index) => {
      const path = `spec.hosts[${index}]`
      if (host === '*') return problemIf(onMesh, path, 'the host "*" needs a gateway: it is not allowed for sidecars')
      return problemIf(!isWildcardName(host) && parseIp(host) === undefined, path, `${host} is no DNS name`)
    }),
    ...repeated(hosts).map(({value, index}) => ({
      path: `spec.hosts[${index}]`,
      message: `host ${value} is listed twice`,
    })),
    ...gateways.flatMap((name, index) => {
      const parts = name.split('/')
      const wrong = parts.length > 2 || parts.includes('')
      return problemIf(wrong, `spec.gateways[${index}]`, `${JSON.stringify(name)} is no name of a Gateway`)
    }),
  ]
}

function destinationProblems(destination: unknown, path: string): readonly Problem[] {
  // The schema requires it.
  if (!isObject(destination)) return []
  const host = textOf(destination, 'host') ?? ''
  const subset = textOf(destination, 'subset')
  return [
    ...problemIf(host === '', `${path}.host`, 'host is required'),
    ...problemIf(
      host !== '' && !isWildcardName(host) && parseIp(host) === undefined,
      `${path}.host`,
      `${host} is no DNS name`,
    ),
    ...problemIf(subset !== undefined && !isDnsLabel(subset), `${path}.subset`, `${subset} is no name of a subset`),
  ]
}

function weightProblems(rule: unknown, path: string): readonly Problem[] {
  const routes = listOf(rule, 'route')
  const weights = routes.map(each => numberOf(each, 'weight') ?? 0)
  const negative = weights.flatMap((weight, index) =>
    problemIf(weight < 0, `${path}.route[${index}].weight`, 'a weight cannot be negative'),
  )
  const none = routes.length > 1 && weights.every(weight => weight === 0)
  return [...negative, ...problemIf(none, `${path}.route`, 'the weights of all destinations are 0')]
}

function regexProblems(match: unknown, path: string): readonly Problem[] {
  const fields = ['uri', 'scheme', 'method', 'authority'].map(name => [`${path}.${name}`, at(match, name)] as const)
  const maps = ['headers', 'queryParams', 'withoutHeaders'].flatMap(name =>
    Object.entries(objectOf(match, name) ?? {}).map(([key, value]) => [`${path}.${name}["${key}"]`, value] as const),
  )
  return [...fields, ...maps].flatMap(([where, value]) => {
    const regex = textOf(value, 'regex')
    return [
      ...problemIf(textOf(value, 'prefix') === '', where, 'an empty prefix matches nothing'),
      ...problemIf(regex === '', where, 'a regex cannot be empty'),
      ...problemIf((regex ?? '').length > MAX_REGEX, where, `a regex can have at most ${MAX_REGEX} characters`),
      ...problemIf(regex !== undefined && regex !== '' && !isPattern(regex), where, `${regex} is no regex of RE2`),
    ]
  })
}

function claimProblems(match: unknown, path: string, gateways: readonly string[]): readonly Problem[] {
  const claims = ['headers', 'withoutHeaders'].flatMap(name =>
    Object.keys(objectOf(match, name) ?? {}).filter(key => key.startsWith('@request.auth.claims')),
  )
  const onMesh = gateways.length === 0 || gateways.includes('mesh')
  return problemIf(claims.length > 0 && onMesh, path, 'routes by JWT claims work at gateways only')
}

function headerProblems(rule: unknown, path: string): readonly Problem[] {
  return ['request', 'response'].flatMap(side =>
    ['set', 'add'].flatMap(verb =>
      Object.keys(objectOf(rule, 'headers', side, verb) ?? {}).flatMap(name => {
        const where = `${path}.headers.${side}.${verb}["${name}"]`
        const pseudo = name.startsWith(':') && !(side === 'request' && name === ':authority')
        return [
          ...problemIf(name === '', where, 'a header needs a name'),
          ...problemIf(pseudo, where, `${name} cannot be set`),
          ...problemIf(
            name !== '' && !pseudo && !/^:?[-!#$%&'*+.^_`|~A-Za-z0-9]+$/.test(name),
            where,
            `${name} is no name of a header`,
          ),
          ...problemIf(side === 'request' && name.toLowerCase() === 'host', where, 'use :authority instead of host'),
        ]
      }),
    ),
  )
}

function retryProblems(rule: unknown, path: string): readonly Problem[] {
  const retries = objectOf(rule, 'retries')
  const attempts = numberOf(retries, 'attempts') ?? 0
  const words = (textOf(retries, 'retryOn') ?? '').split(',').map(word => word.trim())
  const unknown = words.filter(word => word !== '' && !RETRY_WORDS.has(word) && !/^[1-5]\d\d$/.test(word))
  const useless = retries !== undefined && attempts === 0 && Object.keys(retries).some(key => key !== 'attempts')
  return [
    ...problemIf(attempts < 0, `${path}.retries.attempts`, 'attempts cannot be negative'),
    ...problemIf(useless, `${path}.retries`, 'a retry policy needs attempts above 0'),
    ...problemIf(unknown.length > 0, `${path}.retries.retryOn`, `${unknown.join(', ')} is no condition for retries`),
  ]
}

function faultProblems(rule: unknown, path: string): readonly Problem[] {
  const status = numberOf(rule, 'fault', 'abort', 'httpStatus')
  const percents = ['abort', 'delay'].flatMap(kind => {
    const value = numberOf(rule, 'fault', kind, 'percentage', 'value')
    const wrong = value !== undefined && (value < 0 || value > 100 || (value > 0 && value < 0.0001))
    return problemIf(wrong, `${path}.fault.${kind}.percentage`, `${value} is no percentage from 0.0001 to 100`)
  })
  const redirect = numberOf(rule, 'redirect', 'redirectCode')
  return [
    ...percents,
    ...problemIf(
      status !== undefined && (status < 200 || status > 599),
      `${path}.fault.abort.httpStatus`,
      `${status} is no HTTP status`,
    ),
    ...problemIf(
      redirect !== undefined && (redirect < 300 || redirect > 399),
      `${path}.redirect.redirectCode`,
      `${redirect} is no status of a redirect`,
    ),
  ]
}

function actionProblems(rule: unknown, path: string, delegate: boolean): readonly Problem[] {
  const routes = listOf(rule, 'route').length > 0
  const [redirect, direct] = [objectOf(rule, 'redirect'), objectOf(rule, 'directResponse')].map(
    each => each !== undefined,
  )
  const actions = [routes, redirect, direct].filter(Boolean).length
  const both = (name: string) => objectOf(rule, name) !== undefined && (redirect === true || direct === true)
  return [
    ...problemIf(actions === 0 && !delegate, path, 'one of route, redirect, directResponse or delegate is required'),
    ...problemIf(actions > 1, path, 'only one of route, redirect and directResponse can be set'),
    ...problemIf(
      delegate && (routes || redirect === true),
      path,
      'a rule with a delegate can have neither route nor redirect',
    ),
    ...problemIf(both('fault'), `${path}.fault`, 'fault has no effect with redirect or directResponse'),
    ...problemIf(both('rewrite'), `${path}.rewrite`, 'rewrite has no effect with redirect or directResponse'),
    ...problemIf(
      objectOf(rule, 'mirror') !== undefined && listOf(rule, 'mirrors').length > 0,
      path,
      'only one of mirror and mirrors can be set',
    ),
  ]
}

function httpProblems(spec: unknown): readonly Problem[] {
  const gateways = textsOf(spec, 'gateways')
  return listOf(spec, 'http').flatMap((rule, index) => {
    const path = `spec.http[${index}]`
    const delegate = objectOf(rule, 'delegate') !== undefined
    const matches = listOf(rule, 'match').flatMap((match, number) => {
      const where = `${path}.match[${number}]`
      return [...regexProblems(match, where), ...claimProblems(match, where, gateways)]
    })
    const routes = listOf(rule, 'route').flatMap((each, number) => {
      const where = `${path}.route[${number}]`
      return [...destinationProblems(at(each, 'destination'), `${where}.destination`), ...headerProblems(each, where)]
    })
    return [
      ...actionProblems(rule, path, delegate),
      ...matches,
      ...routes,
      ...weightProblems(rule, path),
      ...headerProblems(rule, path),
      ...retryProblems(rule, path),
      ...faultProblems(rule, path),
    ]
  })
}

function covers(outer: string, inner: string): boolean {
  return outer === inner || (outer.startsWith('*') && inner.replace(/^\*/, '').endsWith(outer.slice(1)))
}

function lowProblems(spec: unknown): readonly Problem[] {
  const hosts = textsOf(spec, 'hosts')
  const tls = listOf(spec, 'tls').flatMap((rule, index) => {
    const matches = listOf(rule, 'match')
    return [
      ...problemIf(matches.length === 0, `spec.tls[${index}]`, 'a TLS rule needs a match with sniHosts'),
      ...matches.flatMap((match, number) => {
        const path = `spec.tls[${index}].match[${number}].sniHosts`
        const names = textsOf(match, 'sniHosts')
        const foreign = names.filter(name => !hosts.some(host => covers(host, name)))
        return [
          ...problemIf(names.length === 0, path, 'sniHosts is required'),
          ...problemIf(foreign.length > 0, path, `${foreign.join(', ')} is not one of the hosts of the VirtualService`),
        ]
      }),
    ]
  })
  const routed = (['tcp', 'tls'] as const).flatMap(list =>
    listOf(spec, list).flatMap((rule, index) => {
      const path = `spec.${list}[${index}]`
      const routes = listOf(rule, 'route')
      return [
        ...problemIf(routes.length === 0, path, 'route is required'),
        ...routes.flatMap((each, number) =>
          destinationProblems(at(each, 'destination'), `${path}.route[${number}].destination`),
        ),
        ...weightProblems(rule, path),
      ]
    }),
  )
  return [...tls, ...routed]
}

/** What istiod's webhook rejects in a VirtualService, besides its schema. */
export function virtualServiceErrors(spec: unknown): readonly Problem[] {
  const rules = ['http', 'tcp', 'tls'].some(list => listOf(spec, list).length > 0)
  const isDelegate = textsOf(spec, 'hosts').length === 0
  return [
    ...problemIf(
      isDelegate &&
        (textsOf(spec, 'gateways').length > 0 || listOf(spec, 'tcp').length + listOf(spec, 'tls').length > 0),
      'spec.hosts',
      'hosts is required; a delegate without hosts can have neither gateways, tcp nor tls',
    ),
    ...problemIf(!rules, 'spec', 'one of http, tcp or tls is required'),
    ...hostProblems(spec),
    ...httpProblems(spec),
    ...lowProblems(spec),
  ]
}
