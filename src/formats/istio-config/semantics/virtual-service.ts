import {parseIp, parseIpRange} from '../../../model/kernel/ip-address.js'
import {at, isObject, listOf, numberOf, objectOf, textOf, textsOf} from '../../decode.js'
import {exportToProblems} from './export-to.js'
import {headerProblems, httpActionProblems, regexProblems} from './http-route.js'
import {
  coversHost,
  isDnsLabel,
  isDnsName,
  isWildcardName,
  overlappingHosts,
  type Problem,
  problemIf,
} from './problem.js'

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
    ...overlappingHosts(hosts).map(({first, second, index}) => ({
      path: `spec.hosts[${index}]`,
      message: first === second ? `host ${second} is listed twice` : `hosts ${first} and ${second} overlap`,
    })),
    ...gateways.flatMap((name, index) => {
      const parts = name.split('/')
      const wrong = parts.length > 2 || !parts.every(parts.length === 2 ? isDnsLabel : isDnsName)
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
    ...problemIf(host === '' || host === '*', `${path}.host`, host === '' ? 'host is required' : '* is no destination'),
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

function matchProblems(match: unknown, path: string): readonly Problem[] {
  const fields = ['uri', 'scheme', 'method', 'authority'].map(name => [`${path}.${name}`, at(match, name)] as const)
  const maps = ['headers', 'queryParams', 'withoutHeaders'].flatMap(name =>
    Object.entries(objectOf(match, name) ?? {}).map(([key, value]) => [`${path}.${name}["${key}"]`, value] as const),
  )
  return [...fields, ...maps].flatMap(([where, value]) => [
    ...problemIf(textOf(value, 'prefix') === '', where, 'an empty prefix matches nothing'),
    ...regexProblems(textOf(value, 'regex'), where),
  ])
}

function claimProblems(match: unknown, path: string, gateways: readonly string[]): readonly Problem[] {
  const claims = ['headers', 'withoutHeaders'].flatMap(name =>
    Object.keys(objectOf(match, name) ?? {}).filter(key => key.startsWith('@request.auth.claims')),
  )
  const onMesh = gateways.length === 0 || gateways.includes('mesh')
  return problemIf(claims.length > 0 && onMesh, path, 'routes by JWT claims work at gateways only')
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

function mirrorProblems(rule: unknown, path: string): readonly Problem[] {
  const percent = numberOf(rule, 'mirrorPercentage', 'value') ?? numberOf(rule, 'mirrorPercent') ?? 0
  return [
    ...destinationProblems(objectOf(rule, 'mirror'), `${path}.mirror`),
    ...listOf(rule, 'mirrors').flatMap((mirror, index) => [
      ...destinationProblems(objectOf(mirror, 'destination'), `${path}.mirrors[${index}].destination`),
      ...percentProblem(numberOf(mirror, 'percentage', 'value') ?? 0, `${path}.mirrors[${index}].percentage`),
    ]),
    ...percentProblem(percent, `${path}.mirrorPercentage`),
  ]
}

function percentProblem(value: number, path: string): readonly Problem[] {
  return problemIf(value < 0 || value > 100, path, `${value} is no percentage`)
}

function httpProblems(spec: unknown): readonly Problem[] {
  const gateways = textsOf(spec, 'gateways')
  return listOf(spec, 'http').flatMap((rule, index) => {
    const path = `spec.http[${index}]`
    const delegate = objectOf(rule, 'delegate') !== undefined
    const matches = listOf(rule, 'match').flatMap((match, number) => {
      const where = `${path}.match[${number}]`
      return [...matchProblems(match, where), ...claimProblems(match, where, gateways)]
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
      ...mirrorProblems(rule, path),
      ...httpActionProblems(rule, path),
    ]
  })
}

function subnetProblems(match: unknown, path: string): readonly Problem[] {
  return textsOf(match, 'destinationSubnets').flatMap((subnet, index) =>
    problemIf(parseIpRange(subnet) === undefined, `${path}.destinationSubnets[${index}]`, `${subnet} is no address`),
  )
}

function lowProblems(spec: unknown): readonly Problem[] {
  const hosts = textsOf(spec, 'hosts')
  const tls = listOf(spec, 'tls').flatMap((rule, index) => {
    const matches = listOf(rule, 'match')
    return [
      ...problemIf(matches.length === 0, `spec.tls[${index}].match`, 'a TLS rule needs a match with sniHosts'),
      ...matches.flatMap((match, number) => {
        const path = `spec.tls[${index}].match[${number}].sniHosts`
        const names = textsOf(match, 'sniHosts')
        const foreign = names.filter(name => !hosts.some(host => coversHost(host, name)) && parseIp(name) === undefined)
        return [
          ...problemIf(names.length === 0, path, 'sniHosts is required'),
          ...problemIf(foreign.length > 0, path, `${foreign.join(', ')} is not one of the hosts of the VirtualService`),
          ...subnetProblems(match, `spec.tls[${index}].match[${number}]`),
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
  const tcp = listOf(spec, 'tcp').flatMap((rule, index) =>
    listOf(rule, 'match').flatMap((match, number) => subnetProblems(match, `spec.tcp[${index}].match[${number}]`)),
  )
  return [...tls, ...tcp, ...routed]
}

/** What istiod's webhook rejects in a VirtualService, besides its schema. */
export function virtualServiceErrors(spec: unknown, namespace: string): readonly Problem[] {
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
    ...exportToProblems(spec, namespace),
  ]
}
