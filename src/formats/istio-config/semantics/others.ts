import {parseIp} from '../../../model/kernel/ip-address.js'
import {at, isObject, listOf, objectOf, textOf} from '../../decode.js'
import {parseYamlText} from '../../kube-manifest/yaml-text.js'
import {isDnsName, type Problem, problemIf} from './problem.js'

/** What istiod's webhook rejects in a PeerAuthentication, besides its schema. */
export function peerAuthenticationErrors(spec: unknown): readonly Problem[] {
  const ports = objectOf(spec, 'portLevelMtls')
  return problemIf(
    ports !== undefined && Object.keys(ports).length === 0,
    'spec.portLevelMtls',
    'portLevelMtls is empty',
  )
}

/** What istiod's webhook rejects in a RequestAuthentication, besides its schema. */
export function requestAuthenticationErrors(spec: unknown): readonly Problem[] {
  return listOf(spec, 'jwtRules').flatMap((rule, index) => {
    const path = `spec.jwtRules[${index}]`
    const jwks = textOf(rule, 'jwks')
    const named = ['issuer', 'jwksUri', 'jwks'].some(name => textOf(rule, name) !== undefined)
    const unread = jwks !== undefined && jwks !== '' && !Array.isArray(at(parseYamlText(jwks), 'keys'))
    return [
      ...problemIf(!named, path, 'issuer, jwksUri or jwks is required'),
      ...problemIf(unread, `${path}.jwks`, 'jwks is no JSON Web Key Set'),
    ]
  })
}

/** The match each part of the configuration takes (networking.istio.io, EnvoyConfigObjectMatch). */
const MATCH_OF: Readonly<Record<string, string>> = {
  CLUSTER: 'cluster',
  ROUTE_CONFIGURATION: 'routeConfiguration',
  VIRTUAL_HOST: 'routeConfiguration',
  HTTP_ROUTE: 'routeConfiguration',
  LISTENER: 'listener',
  FILTER_CHAIN: 'listener',
  NETWORK_FILTER: 'listener',
  HTTP_FILTER: 'listener',
}

/** What istiod's webhook rejects in an EnvoyFilter, besides its schema. */
export function envoyFilterErrors(spec: unknown): readonly Problem[] {
  return listOf(spec, 'configPatches').flatMap((each, index) => {
    const path = `spec.configPatches[${index}]`
    const applyTo = textOf(each, 'applyTo') ?? ''
    const wanted = Object.hasOwn(MATCH_OF, applyTo) ? MATCH_OF[applyTo] : undefined
    const other = ['listener', 'routeConfiguration', 'cluster', 'waypoint'].find(
      name => objectOf(each, 'match', name) !== undefined && name !== wanted && name !== 'waypoint',
    )
    const operation = textOf(each, 'patch', 'operation') ?? ''
    const bare = !isObject(at(each, 'patch', 'value')) && operation !== 'REMOVE'
    const noPatch = objectOf(each, 'patch') === undefined
    return [
      ...problemIf(applyTo === '', `${path}.applyTo`, 'applyTo is required'),
      ...problemIf(noPatch, `${path}.patch`, 'patch is required'),
      ...problemIf(!noPatch && operation === '', `${path}.patch.operation`, 'operation is required'),
      ...problemIf(!noPatch && operation !== '' && bare, `${path}.patch.value`, `${operation} needs a value`),
      ...problemIf(
        wanted !== undefined && other !== undefined,
        `${path}.match.${other}`,
        `applyTo ${applyTo} takes a match of ${wanted}, not of ${other}`,
      ),
    ]
  })
}

/** What istiod's webhook rejects in a Telemetry, besides its schema. */
export function telemetryErrors(spec: unknown): readonly Problem[] {
  return listOf(spec, 'metrics').flatMap((metrics, index) =>
    listOf(metrics, 'overrides').flatMap((override, number) =>
      Object.entries(objectOf(override, 'tagOverrides') ?? {}).flatMap(([tag, change]) => {
        const path = `spec.metrics[${index}].overrides[${number}].tagOverrides["${tag}"]`
        const removes = textOf(change, 'operation') === 'REMOVE'
        const value = textOf(change, 'value') ?? ''
        return [
          ...problemIf(removes && value !== '', path, 'REMOVE takes no value'),
          ...problemIf(!removes && value === '', path, 'UPSERT needs a value'),
        ]
      }),
    ),
  )
}

/** What istiod's webhook rejects in a WorkloadEntry, besides its schema. */
export function workloadEntryErrors(spec: unknown): readonly Problem[] {
  const address = textOf(spec, 'address') ?? ''
  const name = address !== '' && !address.startsWith('unix://') && parseIp(address) === undefined
  return problemIf(name && !isDnsName(address), 'spec.address', `${address} is neither an address nor a DNS name`)
}

/** What istiod's webhook rejects in a WorkloadGroup, besides its schema. */
export function workloadGroupErrors(spec: unknown): readonly Problem[] {
  const probe = objectOf(spec, 'probe')
  const methods = ['httpGet', 'tcpSocket', 'exec', 'grpc'].filter(name => probe?.[name] !== undefined)
  return problemIf(
    probe !== undefined && methods.length === 0,
    'spec.probe',
    'a probe needs httpGet, tcpSocket, exec or grpc',
  )
}
