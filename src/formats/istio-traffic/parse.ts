import {definedFields} from '../../model/collections/defined-fields.js'
import {reachesZtunnel} from '../../model/istio/authorization.js'
import type {
  AuthorizationPolicyModel,
  EnvoyFilterModel,
  GatewayModel,
  RequestAuthenticationModel,
  RouteTarget,
  ServiceEntryModel,
  SidecarModel,
  TrafficRoute,
  VirtualServiceModel,
} from '../../model/istio/istio-traffic.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {objectRefOf} from '../../model/kube/pod.js'
import {at, isObject, listOf, numberOf, objectOf, textMapOf, textOf, textsOf} from '../decode.js'
import {isDryRun} from '../istio/authorization.js'
import {ztunnelRulesOf} from '../istio/ztunnel-rules.js'

/** A StringMatch in words (networking.istio.io, StringMatch). */
function matchText(match: unknown): string {
  const exact = textOf(match, 'exact')
  const prefix = textOf(match, 'prefix')
  const regex = textOf(match, 'regex')
  return exact ?? (prefix === undefined ? (regex === undefined ? 'present' : `~${regex}`) : `${prefix}*`)
}

function httpMatch(match: unknown): string {
  const headers = Object.entries(objectOf(match, 'headers') ?? {}).map(
    ([name, value]) => `header ${name}=${matchText(value)}`,
  )
  const params = Object.entries(objectOf(match, 'queryParams') ?? {}).map(
    ([name, value]) => `query ${name}=${matchText(value)}`,
  )
  const fields = ['uri', 'method', 'authority', 'scheme'].flatMap(name => {
    const value = objectOf(match, name)
    return value === undefined ? [] : [name === 'uri' ? matchText(value) : `${name} ${matchText(value)}`]
  })
  const port = numberOf(match, 'port')
  const labels = Object.entries(textMapOf(match, 'sourceLabels')).map(([key, value]) => `from ${key}=${value}`)
  return [...fields, ...headers, ...params, ...(port === undefined ? [] : [`port ${port}`]), ...labels].join(' and ')
}

function lowMatch(match: unknown): string {
  const port = numberOf(match, 'port')
  const names = [...textsOf(match, 'sniHosts').map(name => `SNI ${name}`), ...textsOf(match, 'destinationSubnets')]
  return [...names, ...(port === undefined ? [] : [`port ${port}`])].join(' and ')
}

function targetsOf(route: unknown): readonly RouteTarget[] {
  const targets = listOf(route, 'route')
  return targets.map(each => {
    const subset = textOf(each, 'destination', 'subset')
    const port = numberOf(each, 'destination', 'port', 'number')
    return {
      host: textOf(each, 'destination', 'host') ?? '',
      subset,
      port,
      // A single destination without weight takes everything; of several, one without takes nothing.
      weight: numberOf(each, 'weight') ?? (targets.length === 1 ? 100 : 0),
    }
  })
}

function faultText(fault: unknown): readonly string[] {
  const percent = (part: unknown) => numberOf(part, 'percentage', 'value') ?? 100
  const abort = objectOf(fault, 'abort')
  const delay = objectOf(fault, 'delay')
  return [
    ...(abort === undefined
      ? []
      : [
          `fault: ${percent(abort)}% answered with ${numberOf(abort, 'httpStatus') ?? textOf(abort, 'grpcStatus') ?? 'an error'}`,
        ]),
    ...(delay === undefined
      ? []
      : [`fault: ${percent(delay)}% delayed by ${textOf(delay, 'fixedDelay') ?? 'some time'}`]),
  ]
}

function extrasOf(route: unknown): readonly string[] {
  const timeout = textOf(route, 'timeout')
  const attempts = numberOf(route, 'retries', 'attempts')
  const redirect = objectOf(route, 'redirect')
  const mirror = textOf(route, 'mirror', 'host')
  const status = numberOf(route, 'directResponse', 'status')
  return [
    ...faultText(at(route, 'fault')),
    ...(timeout === undefined ? [] : [`timeout ${timeout}`]),
    ...(attempts === undefined ? [] : [`${attempts} retries`]),
    ...(mirror === undefined ? [] : [`mirrored to ${mirror}`]),
    ...(redirect === undefined
      ? []
      : [`redirected to ${textOf(redirect, 'authority') ?? ''}${textOf(redirect, 'uri') ?? ''}`]),
    ...(status === undefined ? [] : [`answered by the proxy with ${status}`]),
  ]
}

/** A VirtualService object (networking.istio.io). */
export function readVirtualService(object: KubeObject): VirtualServiceModel {
  const gateways = textsOf(object, 'spec', 'gateways')
  const routes = (['http', 'tls', 'tcp'] as const).flatMap(protocol =>
    listOf(object, 'spec', protocol).map((route): TrafficRoute => {
      const matches = listOf(route, 'match').map(match => (protocol === 'http' ? httpMatch(match) : lowMatch(match)))
      return {
        protocol,
        matches: matches.filter(each => each !== ''),
        targets: targetsOf(route),
        extras: extrasOf(route),
      }
    }),
  )
  return {
    object: objectRefOf(object),
    hosts: textsOf(object, 'spec', 'hosts'),
    gateways: gateways.length === 0 ? ['mesh'] : gateways,
    routes,
  }
}

/** The TLS mode of a Gateway server. Only TLS protocols have the default PASSTHROUGH: `tls.httpsRedirect` alone makes a plain HTTP server no TLS one. */
function tlsMode(server: unknown): string {
  if (!isObject(at(server, 'tls'))) return ''
  const mode = textOf(server, 'tls', 'mode')
  const protocol = (textOf(server, 'port', 'protocol') ?? '').toUpperCase()
  return mode ?? (protocol === 'HTTPS' || protocol === 'TLS' ? 'PASSTHROUGH' : '')
}

/** The Secrets that a Gateway server names. */
function credentialsOf(server: unknown): readonly string[] {
  const single = ['credentialName', 'caCertCredentialName'].flatMap(field => textOf(server, 'tls', field) ?? [])
  return [...single, ...textsOf(server, 'tls', 'credentialNames')]
}

/** A Gateway object (networking.istio.io). */
export function readGateway(object: KubeObject): GatewayModel {
  return {
    object: objectRefOf(object),
    selector: textMapOf(object, 'spec', 'selector'),
    servers: listOf(object, 'spec', 'servers').map(server => ({
      port: numberOf(server, 'port', 'number') ?? 0,
      protocol: textOf(server, 'port', 'protocol') ?? '',
      hosts: textsOf(server, 'hosts'),
      tls: tlsMode(server),
      credentials: credentialsOf(server),
    })),
  }
}

function selectorOf(
  object: KubeObject,
  ...path: readonly string[]
): {readonly selector?: Readonly<Record<string, string>>} {
  const selector = textMapOf(object, 'spec', ...path)
  return Object.keys(selector).length === 0 ? {} : {selector}
}

/** The name of a field without its negation: `paths` for `notPaths`. */
function positive(name: string): string {
  const found = /^not([A-Z])(.*)$/.exec(name)
  return found === null ? name : `${found[1]?.toLowerCase()}${found[2]}`
}

/** The fields and condition keys of rules that ztunnel does not get, each as it is written. */
function beyondZtunnel(object: KubeObject): readonly string[] {
  const lost = (owner: unknown) =>
    Object.keys(isObject(owner) ? owner : {}).filter(
      name => listOf(owner, name).length > 0 && !reachesZtunnel(positive(name)),
    )
  const found = listOf(object, 'spec', 'rules').flatMap(rule => [
    ...listOf(rule, 'to').flatMap(each => lost(at(each, 'operation'))),
    ...listOf(rule, 'from').flatMap(each => lost(at(each, 'source'))),
    ...listOf(rule, 'when')
      .map(each => textOf(each, 'key') ?? '')
      .filter(key => !reachesZtunnel(key)),
  ])
  return [...new Set(found)]
}

/** What a policy is attached to, as `Kind/name`. */
function targetsOfPolicy(object: KubeObject): readonly string[] {
  return [...listOf(object, 'spec', 'targetRefs'), at(object, 'spec', 'targetRef')]
    .filter(isObject)
    .map(each => `${textOf(each, 'kind') ?? ''}/${textOf(each, 'name') ?? ''}`)
}

/** A RequestAuthentication object (security.istio.io), as far as its reach goes. */
export function readRequestAuthentication(object: KubeObject): RequestAuthenticationModel {
  return {
    object: objectRefOf(object),
    ...selectorOf(object, 'selector', 'matchLabels'),
    targets: targetsOfPolicy(object),
  }
}

/** The first condition in the status of a policy that says that it is not accepted, as a sentence. */
function refusalOf(object: KubeObject): string | undefined {
  const [refusing] = listOf(object, 'status', 'conditions').filter(
    each => /^(?:Ztunnel|Waypoint)Accepted$/.test(textOf(each, 'type') ?? '') && textOf(each, 'status') === 'False',
  )
  if (refusing === undefined) return undefined
  const [type, reason, message] = ['type', 'reason', 'message'].map(key => textOf(refusing, key) ?? '')
  return `${type} is False (${reason}): ${message}`
}

/** An AuthorizationPolicy object (security.istio.io), as far as a list needs. */
export function readAuthorizationPolicy(object: KubeObject): AuthorizationPolicyModel {
  const atZtunnel = ztunnelRulesOf(object)
  return {
    object: objectRefOf(object),
    ...selectorOf(object, 'selector', 'matchLabels'),
    action: textOf(object, 'spec', 'action') ?? 'ALLOW',
    rules: listOf(object, 'spec', 'rules').length,
    targets: targetsOfPolicy(object),
    dryRun: isDryRun(object),
    httpFields: beyondZtunnel(object),
    ...definedFields({atZtunnel, refused: refusalOf(object)}),
  }
}

/** A Sidecar object (networking.istio.io), as far as scope goes. */
export function readSidecar(object: KubeObject): SidecarModel {
  return {
    object: objectRefOf(object),
    ...selectorOf(object, 'workloadSelector', 'labels'),
    egress: listOf(object, 'spec', 'egress').flatMap(each => textsOf(each, 'hosts')),
    outboundPolicy: textOf(object, 'spec', 'outboundTrafficPolicy', 'mode') ?? '',
    ingress: listOf(object, 'spec', 'ingress').map(each => ({
      port: numberOf(each, 'port', 'number') ?? 0,
      endpoint: textOf(each, 'defaultEndpoint') ?? '',
    })),
  }
}

/** An EnvoyFilter object (networking.istio.io). */
export function readEnvoyFilter(object: KubeObject): EnvoyFilterModel {
  return {
    object: objectRefOf(object),
    ...selectorOf(object, 'workloadSelector', 'labels'),
    text: JSON.stringify(objectOf(object, 'spec') ?? {}),
  }
}

/** A ServiceEntry object (networking.istio.io). */
export function readServiceEntry(object: KubeObject): ServiceEntryModel {
  return {
    object: objectRefOf(object),
    hosts: textsOf(object, 'spec', 'hosts'),
    addresses: textsOf(object, 'spec', 'addresses'),
    allocated: listOf(object, 'status', 'addresses').map(each => ({
      host: textOf(each, 'host') ?? '',
      address: textOf(each, 'value') ?? '',
    })),
    resolution: textOf(object, 'spec', 'resolution') ?? 'NONE',
    exportTo: textsOf(object, 'spec', 'exportTo'),
    ...selectorOf(object, 'workloadSelector', 'labels'),
    ports: listOf(object, 'spec', 'ports').map((entry, index) => ({
      port: numberOf(entry, 'number') ?? 0,
      protocol: (textOf(entry, 'protocol') ?? '').toUpperCase(),
      path: `spec.ports[${index}]`,
    })),
  }
}
