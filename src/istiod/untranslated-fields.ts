import {at, field, isObject, listOf, textOf} from '../formats/decode.js'
import {own} from '../model/collections/own.js'
import type {KubeObject} from '../model/kube/kube-object.js'
import {kindOfServer} from './gateway-server.js'

/** A field whose effect is not translated, and why. */
export interface UntranslatedField {
  readonly path: string
  readonly why: string
}

function found(value: unknown, path: string, why: string): readonly UntranslatedField[] {
  return value === undefined ? [] : [{path, why}]
}

function ofTrafficPolicy(policy: unknown, path: string): readonly UntranslatedField[] {
  const upgrade = textOf(policy, 'connectionPool', 'http', 'h2UpgradePolicy')
  return [
    ...found(field(policy, 'proxyProtocol'), `${path}.proxyProtocol`, 'whether the server reads the PROXY protocol'),
    ...found(field(policy, 'tunnel'), `${path}.tunnel`, 'what the proxy at the end of the tunnel does'),
    ...(upgrade === 'UPGRADE'
      ? found(upgrade, `${path}.connectionPool.http.h2UpgradePolicy`, 'whether the server speaks HTTP/2')
      : []),
    ...listOf(policy, 'portLevelSettings').flatMap((each, index) =>
      ofTrafficPolicy(each, `${path}.portLevelSettings[${index}]`),
    ),
  ]
}

function ofDestinationRule(spec: unknown): readonly UntranslatedField[] {
  return [
    ...ofTrafficPolicy(field(spec, 'trafficPolicy'), 'spec.trafficPolicy'),
    ...listOf(spec, 'subsets').flatMap((each, index) =>
      ofTrafficPolicy(field(each, 'trafficPolicy'), `spec.subsets[${index}].trafficPolicy`),
    ),
  ]
}

const NOT_CAPTURED = 'what listens where nothing is captured'

function ofSidecar(spec: unknown): readonly UntranslatedField[] {
  const listeners = ['ingress', 'egress'].flatMap(list =>
    listOf(spec, list).map((each, index) => ({each, path: `spec.${list}[${index}]`})),
  )
  return listeners.flatMap(({each, path}) => [
    ...(textOf(each, 'captureMode') === 'NONE' ? found('NONE', `${path}.captureMode`, NOT_CAPTURED) : []),
    ...found(field(each, 'bind'), `${path}.bind`, NOT_CAPTURED),
    ...((textOf(each, 'defaultEndpoint') ?? '').startsWith('unix:')
      ? found('', `${path}.defaultEndpoint`, 'what listens at a socket of the file system')
      : []),
    ...found(field(each, 'tls'), `${path}.tls`, 'TLS that the sidecar itself ends'),
  ])
}

/** Why fields about time are not translated; that such a limit ends changes no answer that was in time. */
export const TIME = 'how long answers take'

function ofHttpRoute(route: unknown, path: string): readonly UntranslatedField[] {
  const claims = listOf(route, 'match').flatMap((match, index) =>
    ['headers', 'withoutHeaders'].flatMap(list => {
      const headers = field(match, list)
      const named = isObject(headers) ? Object.keys(headers).filter(each => each.startsWith('@request.auth')) : []
      return named.length === 0 ? [] : found('', `${path}.match[${index}].${list}`, 'claims of tokens at a gateway')
    }),
  )
  return [
    ...found(field(route, 'timeout'), `${path}.timeout`, TIME),
    ...found(at(route, 'retries', 'perTryTimeout'), `${path}.retries.perTryTimeout`, TIME),
    ...found(at(route, 'fault', 'delay'), `${path}.fault.delay`, TIME),
    ...claims,
  ]
}

function ofVirtualService(spec: unknown): readonly UntranslatedField[] {
  return listOf(spec, 'http').flatMap((each, index) => ofHttpRoute(each, `spec.http[${index}]`))
}

function ofServer(server: unknown, path: string): readonly UntranslatedField[] {
  return kindOfServer(server) === undefined
    ? [{path, why: 'TLS that a gateway ends or passes on in a way of its own'}]
    : []
}

/** Routes of the Gateway API count at waypoints alone. */
function ofGatewayRoute(spec: unknown): readonly UntranslatedField[] {
  return listOf(spec, 'parentRefs').flatMap((each, index) =>
    ['Service', 'ServiceEntry'].includes(textOf(each, 'kind') ?? 'Gateway')
      ? []
      : found('', `spec.parentRefs[${index}]`, 'what a gateway makes of its routes'),
  )
}

const BY_KIND: Readonly<Record<string, (spec: unknown) => readonly UntranslatedField[]>> = {
  DestinationRule: ofDestinationRule,
  HTTPRoute: ofGatewayRoute,
  Sidecar: ofSidecar,
  VirtualService: ofVirtualService,
  Gateway: spec => listOf(spec, 'servers').flatMap((each, index) => ofServer(each, `spec.servers[${index}]`)),
  ServiceEntry: spec =>
    textOf(spec, 'resolution')?.startsWith('DYNAMIC_DNS') === true
      ? found('', 'spec.resolution', 'what DNS answers for each request')
      : [],
  RequestAuthentication: spec =>
    listOf(spec, 'jwtRules').flatMap((each, index) =>
      field(each, 'jwks') === undefined
        ? found('', `spec.jwtRules[${index}]`, 'the keys of the issuer, which istiod fetches')
        : [],
    ),
}

/** The fields of an object whose effect on requests is not translated here, with what they depend on. */
export function untranslatedFields(object: KubeObject): readonly UntranslatedField[] {
  const injects = ['istio-injection', 'istio.io/rev'].find(name => object.metadata.labels?.[name] !== undefined)
  if (object.kind === 'Namespace' && injects !== undefined)
    return found('', `metadata.labels.${injects}`, 'which pods get a sidecar when they are next made')
  return own(BY_KIND, object.kind)?.(field(object, 'spec')) ?? []
}
