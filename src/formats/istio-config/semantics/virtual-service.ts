import {isRoutingClaim} from '../../../model/istio/routing-claim.js'
import {hostCovers} from '../../../model/istio-config/host-pattern.js'
import {parseIp, parseIpRange} from '../../../model/kernel/ip-address.js'
import {at, isObject, listOf, numberOf, objectOf, textOf, textsOf} from '../../decode.js'
import {exportToProblems} from './export-to.js'
import {headerProblems, httpActionProblems, matchedHeaderProblems, regexProblems} from './http-route.js'
import {
  isDnsLabel,
  isDnsName,
  isPort,
  isWildcardName,
  labelProblems,
  overlappingHosts,
  type Problem,
  problemIf,
} from './problem.js'

/** True for the SNI by which AUTO_PASSTHROUGH gateways route: outbound_.PORT_.SUBSET_.HOST. */
function isOutboundSni(name: string): boolean {
  const [direction, port = '', , host = ''] = name.split('_')
  return direction === 'outbound' && /\d/.test(port) && /[a-z]/i.test(host)
}

/** True for a VirtualService of gateways alone, which no sidecar uses. */
function onGateway(spec: unknown): boolean {
  const gateways = textsOf(spec, 'gateways')
  return gateways.length > 0 && !gateways.includes('mesh')
}

function hostProblems(spec: unknown): readonly Problem[] {
  const hosts = textsOf(spec, 'hosts')
  const bySni = onGateway(spec) && listOf(spec, 'tls').length > 0
  const wrong = hosts.flatMap((host, index) => {
    const path = `spec.hosts[${index}]`
    if (host === '*')
      return problemIf(!onGateway(spec), path, 'the host "*" needs a gateway: it is not allowed for sidecars')
    const valid = isWildcardName(host) || parseIp(host) !== undefined || (bySni && isOutboundSni(host))
    return problemIf(!valid, path, `${host} is not a DNS name`)
  })
  if (wrong.length > 0) return wrong
  return overlappingHosts(hosts).map(({first, second, index}) => ({
    path: `spec.hosts[${index}]`,
    message: first === second ? `host ${second} is listed twice` : `hosts ${first} and ${second} overlap`,
  }))
}

/** What is wrong with names of Gateways; behind one without a namespace the webhook looks no further. */
function gatewayNameProblems(names: readonly string[], path: string): readonly Problem[] {
  const bare = names.findIndex(name => !name.includes('/'))
  return (bare < 0 ? names : names.slice(0, bare + 1)).flatMap((name, index) => {
    const where = `${path}[${index}]`
    const slash = name.indexOf('/')
    if (slash < 0) return problemIf(!isDnsName(name), where, `${JSON.stringify(name)} is not a Gateway name`)
    const [namespace, own] = [name.slice(0, slash), name.slice(slash + 1)]
    return [
      ...problemIf(namespace === '' || own === '', where, 'a Gateway is named NAMESPACE/NAME'),
      ...problemIf(!isDnsLabel(namespace), where, `${JSON.stringify(namespace)} is not a namespace`),
      ...problemIf(!isDnsLabel(own), where, `${JSON.stringify(own)} is not a Gateway name`),
    ]
  })
}

function destinationProblems(destination: unknown, path: string): readonly Problem[] {
  // The schema requires it.
  if (!isObject(destination)) return []
  const host = textOf(destination, 'host') ?? ''
  const subset = textOf(destination, 'subset') ?? ''
  const port = objectOf(destination, 'port')
  const number = numberOf(port, 'number') ?? 0
  return [
    ...problemIf(
      host === '' || host === '*',
      `${path}.host`,
      host === '' ? 'host is required' : '* is not a destination',
    ),
    ...problemIf(host !== '' && !isWildcardName(host), `${path}.host`, `${host} is not a DNS name`),
    ...problemIf(subset !== '' && !isDnsLabel(subset), `${path}.subset`, `${subset} is not a subset name`),
    ...problemIf(port !== undefined && !isPort(number), `${path}.port.number`, `${number} is not a port`),
  ]
}

/** What is wrong with the part of a match that all kinds of routes have. */
function sourceProblems(match: unknown, path: string): readonly Problem[] {
  const port = numberOf(match, 'port') ?? 0
  const namespace = textOf(match, 'sourceNamespace') ?? ''
  return [
    ...problemIf(port !== 0 && !isPort(port), `${path}.port`, `${port} is not a port`),
    ...labelProblems(objectOf(match, 'sourceLabels'), `${path}.sourceLabels`),
    ...gatewayNameProblems(textsOf(match, 'gateways'), `${path}.gateways`),
    ...problemIf(
      namespace !== '' && !isDnsLabel(namespace),
      `${path}.sourceNamespace`,
      `${namespace} is not a namespace`,
    ),
  ]
}

function weightProblems(rule: unknown, path: string): readonly Problem[] {
  const routes = listOf(rule, 'route')
  const weights = routes.map(each => numberOf(each, 'weight') ?? 0)
  const negative = weights.flatMap((weight, index) =>
    problemIf(weight < 0, `${path}.route[${index}].weight`, 'a weight cannot be negative'),
  )
  const none = routes.length > 1 && weights.reduce((sum, weight) => sum + weight, 0) === 0
  return [...negative, ...problemIf(none, `${path}.route`, 'the weights of the destinations add up to 0')]
}

function matchProblems(match: unknown, path: string): readonly Problem[] {
  const text = (value: unknown, where: string, kind: string) => [
    ...problemIf(textOf(value, 'prefix') === '', where, `an empty prefix of ${kind} matches nothing`),
    ...regexProblems(textOf(value, 'regex'), where),
  ]
  const map = (kind: string) => Object.entries(objectOf(match, kind) ?? {})
  return [
    // An empty prefix of a path matches every path.
    ...regexProblems(textOf(match, 'uri', 'regex'), `${path}.uri`),
    ...['scheme', 'method', 'authority'].flatMap(kind => text(at(match, kind), `${path}.${kind}`, kind)),
    ...['headers', 'queryParams', 'withoutHeaders'].flatMap(kind =>
      // The regex * of a header that is missing is not a regex, but any value.
      map(kind)
        .filter(([, value]) => kind !== 'withoutHeaders' || textOf(value, 'regex') !== '*')
        .flatMap(([key, value]) => text(value, `${path}.${kind}["${key}"]`, kind)),
    ),
    ...['headers', 'withoutHeaders'].flatMap(kind =>
      map(kind).flatMap(([name]) => matchedHeaderProblems(name, `${path}.${kind}["${name}"]`)),
    ),
    ...sourceProblems(match, path),
  ]
}

function claimProblems(match: unknown, path: string): readonly Problem[] {
  return ['headers', 'withoutHeaders'].flatMap(name =>
    Object.keys(objectOf(match, name) ?? {})
      .filter(isRoutingClaim)
      .map(key => ({path, message: `routes by JWT claims work at gateways only: ${key}`})),
  )
}

function actionProblems(rule: unknown, path: string, isDelegate: boolean): readonly Problem[] {
  const routes = listOf(rule, 'route').length > 0
  const set = (name: string) => objectOf(rule, name) !== undefined
  if (set('delegate') && !isDelegate)
    return [
      ...problemIf(set('redirect'), path, 'a rule with a delegate cannot have redirect'),
      ...problemIf(routes, path, 'a rule with a delegate cannot have route'),
    ]
  const action = ['redirect', 'directResponse'].find(set)
  const others = [...(routes ? ['route'] : []), ...['fault', 'rewrite', 'directResponse'].filter(set)]
  return [
    ...problemIf(set('delegate'), path, 'a delegate cannot have a delegate itself'),
    ...problemIf(
      action === undefined && !routes,
      path,
      'one of route, redirect, directResponse or delegate is required',
    ),
    ...(action === undefined ? [] : others.filter(name => name !== action)).map(name => ({
      path: name === 'route' ? path : `${path}.${name}`,
      message: `${name} cannot be combined with ${action}`,
    })),
    ...problemIf(
      set('mirror') && listOf(rule, 'mirrors').length > 0,
      path,
      'only one of mirror and mirrors can be set',
    ),
  ]
}

function mirrorProblems(rule: unknown, path: string): readonly Problem[] {
  const percent = numberOf(rule, 'mirrorPercent') ?? 0
  return [
    ...destinationProblems(objectOf(rule, 'mirror'), `${path}.mirror`),
    // The schema requires the destination of a mirror, and the webhook looks no further without one.
    ...[...listOf(rule, 'mirrors').entries()]
      .filter(([, mirror]) => objectOf(mirror, 'destination') !== undefined)
      .flatMap(([index, mirror]) => [
        ...destinationProblems(objectOf(mirror, 'destination'), `${path}.mirrors[${index}].destination`),
        ...percentProblem(numberOf(mirror, 'percentage', 'value') ?? 0, `${path}.mirrors[${index}].percentage`),
      ]),
    ...problemIf(percent > 100, `${path}.mirrorPercent`, `mirrorPercent ${percent} is not a percentage`),
    ...percentProblem(numberOf(rule, 'mirrorPercentage', 'value') ?? 0, `${path}.mirrorPercentage`),
  ]
}

function percentProblem(value: number, path: string): readonly Problem[] {
  return problemIf(value < 0 || value > 100, path, `${value} is not a percentage`)
}

function httpProblems(spec: unknown): readonly Problem[] {
  const isDelegate = textsOf(spec, 'hosts').length === 0
  return listOf(spec, 'http').flatMap((rule, index) => {
    const path = `spec.http[${index}]`
    const matches = listOf(rule, 'match').flatMap((match, number) => {
      const where = `${path}.match[${number}]`
      return [...matchProblems(match, where), ...(onGateway(spec) ? [] : claimProblems(match, where))]
    })
    const routes = listOf(rule, 'route').flatMap((each, number) => {
      const where = `${path}.route[${number}]`
      return [...destinationProblems(at(each, 'destination'), `${where}.destination`), ...headerProblems(each, where)]
    })
    return [
      ...actionProblems(rule, path, isDelegate),
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
    problemIf(
      parseIpRange(subnet) === undefined,
      `${path}.destinationSubnets[${index}]`,
      `${subnet} is not an address`,
    ),
  )
}

/** Tells of a name whether one of the hosts means it. */
function meantBy(hosts: readonly string[]): (name: string) => boolean {
  const exact = new Set(hosts)
  const wildcards = hosts.filter(host => host.startsWith('*'))
  return name => exact.has(name) || wildcards.some(host => hostCovers(host, name))
}

/** What is wrong with the SNIs of a match, each of which must be one of the hosts. */
function sniProblems(
  spec: unknown,
  isOwn: (name: string) => boolean,
  match: unknown,
  path: string,
): readonly Problem[] {
  const names = textsOf(match, 'sniHosts')
  if (names.length === 0) return [{path, message: 'sniHosts is required'}]
  const gateway = onGateway(spec)
  return names.flatMap(name =>
    isWildcardName(name) || (gateway && isOutboundSni(name))
      ? problemIf(!isOwn(name), path, `${name} is not one of the hosts of the VirtualService`)
      : problemIf(parseIp(name) === undefined, path, `${name} is not a DNS name`),
  )
}

function lowProblems(spec: unknown): readonly Problem[] {
  const isOwn = meantBy(textsOf(spec, 'hosts'))
  const tls = listOf(spec, 'tls').flatMap((rule, index) => {
    const matches = listOf(rule, 'match')
    return [
      ...problemIf(matches.length === 0, `spec.tls[${index}].match`, 'a TLS rule needs a match with sniHosts'),
      ...matches.flatMap((match, number) => {
        const path = `spec.tls[${index}].match[${number}]`
        return [
          ...sniProblems(spec, isOwn, match, `${path}.sniHosts`),
          ...subnetProblems(match, path),
          ...sourceProblems(match, path),
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
    listOf(rule, 'match').flatMap((match, number) => {
      const path = `spec.tcp[${index}].match[${number}]`
      return [...subnetProblems(match, path), ...sourceProblems(match, path)]
    }),
  )
  return [...tls, ...tcp, ...routed]
}

/** What istiod's webhook rejects in a VirtualService, besides its schema. */
export function virtualServiceErrors(spec: unknown, namespace: string): readonly Problem[] {
  const rules = ['http', 'tcp', 'tls'].some(list => listOf(spec, list).length > 0)
  const isDelegate = textsOf(spec, 'hosts').length === 0
  return [
    ...['gateways', 'tcp', 'tls'].flatMap(name =>
      problemIf(
        isDelegate && listOf(spec, name).length > 0,
        'spec.hosts',
        `hosts is required; a delegate without hosts cannot have ${name}`,
      ),
    ),
    ...gatewayNameProblems(textsOf(spec, 'gateways'), 'spec.gateways'),
    ...problemIf(!rules, 'spec', 'one of http, tcp or tls is required'),
    ...hostProblems(spec),
    ...httpProblems(spec),
    ...lowProblems(spec),
    ...exportToProblems(spec, namespace),
  ]
}
